"""The policy for CUDA."""

from typing import final

import attrs
import torch

import takens
from takens_devices.hardware import Hardware
from takens_devices.settings import CudaSettings


@final
@attrs.frozen
class Cuda(CudaSettings):
    """Everything on the CUDA device of the given index, or on the first."""

    hardware: Hardware = attrs.field(factory=Hardware.detect, kw_only=True)

    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        """Return the device.

        Raises: DeviceError where the machine has no such device, naming those that it has.
        """
        cards = self.hardware.cuda_devices
        index = self.index or 0
        if index not in range(len(cards)):
            what = "CUDA device" if self.index is None else f"CUDA device {self.index}"
            built = (
                "" if torch.backends.cuda.is_built() else ", and torch is built without CUDA"
            )
            raise takens.errors.DeviceError(
                f"This machine has no {what}{built}; it has {self.hardware}."
            )
        device = torch.device("cuda", index)
        return takens.plugin.Placement(
            device, precision.dtype, device, f"{device} ({cards[index]}) was asked for."
        )
