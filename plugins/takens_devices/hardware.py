"""What a machine has to compute on."""

from __future__ import annotations

from typing import Final, final

import attrs
import torch

CPU: Final = torch.device("cpu")


@final
@attrs.frozen
class Hardware:
    """The accelerators of a machine: the names of its CUDA devices in order, and MPS.

    A policy takes this value, so that its choices can be examined for machines that are not
    at hand. CUDA and MPS are tested in this way only: by what is chosen, not by running there.
    """

    cuda_devices: tuple[str, ...] = ()
    mps: bool = False

    @classmethod
    def detect(cls) -> Hardware:
        """Ask torch what this machine has."""
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        return cls(
            tuple(torch.cuda.get_device_name(i) for i in range(count)),
            torch.backends.mps.is_available(),
        )

    def __str__(self) -> str:
        """List the devices by the names to ask for them, as in ``cpu, cuda:0 (Name), mps``."""
        cards = [f"cuda:{i} ({name})" for i, name in enumerate(self.cuda_devices)]
        return ", ".join(["cpu", *cards, *["mps"] * self.mps])
