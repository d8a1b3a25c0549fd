"""The policy for the CPU."""

from typing import final

import attrs

import takens
from takens_devices.hardware import CPU


@final
@attrs.frozen
class Cpu:
    """Everything on the CPU."""

    def choose(self, *, precision: takens.Precision) -> takens.Placement:
        """Give the CPU."""
        return takens.Placement(CPU, precision.dtype, CPU, "The CPU was asked for.")
