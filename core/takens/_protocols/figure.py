"""Figures: pictures of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import matplotlib.figure

    from takens._run.results import Results


@runtime_checkable
class Figure(Protocol):
    """Draws one picture of a run's results."""

    @property
    def title(self) -> str:
        """What the report writes above it."""
        ...

    def draw(self, results: Results, /) -> matplotlib.figure.Figure | None:
        """Draw, or give None where these results have nothing to show."""
        ...


@runtime_checkable
class SupportsSample(Protocol):
    """A figure of what few runs have, and which can show what that looks like."""

    def sample(self, results: Results, /) -> Results:
        """Return the results of some run, with what this figure draws; for ``takens check``."""
        ...
