"""What a plot is, and how a function on axes becomes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, final, runtime_checkable

import attrs

import takens

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@runtime_checkable
class Plot(Protocol):
    """Draws on axes that it is given, or makes for a figure."""

    def panels(self, figure: Figure, /, *given: Any, **options: Any) -> Any:
        """Make the axes, or the array of axes, that ``draw`` draws such data on."""
        ...

    def draw(self, axes: Any, /, *given: Any, **options: Any) -> object:
        """Draw on axes that are given."""
        ...

    def sample(self) -> tuple[Any, ...]:
        """Return something to draw, for ``takens check``."""
        ...


def one(figure: Figure, /, *given: Any, **options: Any) -> Any:
    """Make one pair of axes."""
    return figure.subplots()


@final
@attrs.frozen(eq=False)
class Drawing:
    """A plot by its three functions."""

    draw: Callable[..., object]
    sample: Callable[[], tuple[Any, ...]]
    panels: Callable[..., Any] = attrs.field(default=one, kw_only=True)


def shade(number: int) -> str:
    """Return a colour of the cycle as it is now, which a name like C1 is only when drawn."""
    from matplotlib.colors import to_hex

    return to_hex(f"C{number}")


def series_of(data: Any) -> takens.TimeSeries:
    """Return a series, that of a free run, or samples `(T, n)` at steps of 1."""
    if isinstance(data, takens.FreeRun):
        return data.series
    if isinstance(data, takens.TimeSeries):
        return data
    recordings = takens.Recordings.of(data)
    return recordings.series[0] if len(recordings) == 1 else recordings.stacked()


def waves(count: int = 1, samples: int = 400) -> takens.TimeSeries:
    """Return a turn of Lorenz 63, or several, to show what a plot looks like."""
    many = None if count == 1 else count
    return takens.simulate("lorenz63", dt=0.02, steps=samples, trajectories=many, seed=1)
