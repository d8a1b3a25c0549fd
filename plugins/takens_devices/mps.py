"""The policy for Apple's Metal Performance Shaders."""

from typing import final

import attrs
import torch

import takens
from takens_devices.hardware import CPU, Hardware


@final
@attrs.frozen
class Mps:
    """Single precision on MPS; double precision and factorisations on the CPU.

    MPS has no double precision and no eigenvalues, and its QR of the tall, narrow matrices of
    Lyapunov exponents is slower than the CPU's.
    """

    hardware: Hardware = attrs.field(factory=Hardware.detect, kw_only=True)

    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        """Return MPS, or the CPU for double precision.

        Raises: DeviceError where the machine has no MPS, naming what it has.
        """
        if not self.hardware.mps:
            raise takens.errors.DeviceError(
                f"This machine has no MPS, which comes with Apple's processors; it has "
                f"{self.hardware}."
            )
        if precision is takens.plugin.Precision.DOUBLE:
            reason = "mps was asked for, but has no double precision: this work is on the CPU."
            return takens.plugin.Placement(CPU, precision.dtype, CPU, reason)
        reason = (
            "mps was asked for; factorisations stay on the CPU, because mps has no eigenvalues "
            "and a slower QR."
        )
        return takens.plugin.Placement(torch.device("mps"), precision.dtype, CPU, reason)
