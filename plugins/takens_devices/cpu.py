"""The policy for the CPU."""

from typing import final

import attrs

import takens
from takens_devices.hardware import CPU


@final
@attrs.frozen
class Cpu:
    """Everything on the CPU."""

    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        """Return the CPU."""
        return takens.plugin.Placement(CPU, precision.dtype, CPU, "The CPU was asked for.")
