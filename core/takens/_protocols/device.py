"""Device policies: where numbers live and in which precision."""

import enum
from typing import Protocol, final, runtime_checkable

import attrs
import torch


class Precision(enum.Enum):
    """Single for training, double for judging."""

    SINGLE = "single"
    DOUBLE = "double"

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of torch."""
        return torch.float32 if self is Precision.SINGLE else torch.float64


@final
@attrs.frozen
class Placement:
    """Where to work, in which dtype, and why there.

    ``linear_algebra`` is where factorisations (QR, eigenvalues) of this work belong.
    """

    device: torch.device
    dtype: torch.dtype
    linear_algebra: torch.device
    reason: str = ""


@runtime_checkable
class DevicePolicy(Protocol):
    """Chooses the device of a job."""

    def choose(self, *, precision: Precision) -> Placement:
        """Choose for work in the given precision.

        Raises: DeviceError where the device does not exist, naming those that do.
        """
        ...
