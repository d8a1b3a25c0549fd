"""Schedules: how the learning rate changes from update to update."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Schedule(Protocol):
    """Returns the learning rate of every update."""

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        """Return the rate at update ``step`` of ``steps``, counted from 0.

        ``first`` and ``final`` are the learning rates that the training names.
        """
        ...
