"""Portraits: pictures of a system, or of measured series alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from takens._data.time_series import TimeSeries
from takens._protocols.system import System

if TYPE_CHECKING:
    import matplotlib.figure


@runtime_checkable
class Portrait(Protocol):
    """Draws one picture of trajectories, and of the system that they come from."""

    @property
    def title(self) -> str:
        """What is written above it."""
        ...

    def draw(
        self, system: System | None, series: TimeSeries, /
    ) -> matplotlib.figure.Figure | None:
        """Draw series of `x: (T, n)` or `(trajectories, T, n)`.

        ``system`` is None where no equations are known. Returns None where there is nothing
        to show.
        """
        ...
