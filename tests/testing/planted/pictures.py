"""Figures and portraits with one fault each."""

# pyright: basic

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np

import takens

from .fault import Fault, faulty


class Picture:
    title = "A picture"

    def draw(self, *what: Any) -> Any:
        from matplotlib.figure import Figure

        shown = what[-1]
        series = shown.reference if isinstance(shown, takens.plugin.Results) else shown
        picture = Figure()
        picture.subplots().plot(series.x.reshape(-1, series.dim).numpy())
        return picture


class Standardises(Picture):
    def draw(self, *what: Any) -> Any:
        series = what[-1].reference if len(what) == 1 else what[-1]
        series.x.sub_(series.x.mean())
        return super().draw(*what)


class LeavesOpen(Picture):
    def draw(self, *what: Any) -> Any:
        import matplotlib.pyplot

        matplotlib.pyplot.figure(98765)
        return super().draw(*what)


class NeverDraws(Picture):
    def draw(self, *what: Any) -> Any:
        return None


class SeedsNumpy(Picture):
    def draw(self, *what: Any) -> Any:
        np.random.seed(0)
        return super().draw(*what)


class Portrays(Picture):
    def draw(self, system: Any, series: Any, /) -> Any:
        return super().draw(series)


class NeedsNoSystem(Portrays):
    """Fails where equations are known."""

    def draw(self, system: Any, series: Any, /) -> Any:
        return super().draw(system.vector_field if system else None, series)


class OneTrajectory(Portrays):
    def draw(self, system: Any, series: Any, /) -> Any:
        assert series.x.ndim == 2, "one trajectory at a time"
        return super().draw(system, series)


class Paints(Picture):
    """Changes how everything after it looks."""

    def draw(self, *what: Any) -> Any:
        matplotlib.rcParams["lines.linewidth"] += 1
        return super().draw(*what)


FIGURE_GOOD = [Picture()]
FIGURE_FAULTS = [
    Fault("the title has two lines", "figure_protocol", faulty(Picture(), title="two\nlines")),
    Fault("matplotlib's settings are changed", "figure_draws", Paints()),
    Fault("the results are changed in place", "figure_draws", Standardises()),
    Fault("a figure is left open", "figure_draws", LeavesOpen()),
    Fault("nothing is ever drawn", "figure_draws", NeverDraws()),
    Fault("numpy's generator is seeded", "figure_draws", SeedsNumpy()),
]  # fmt: skip


PORTRAIT_GOOD = [Portrays()]
PORTRAIT_FAULTS = [
    Fault("there is no title", "portrait_protocol", faulty(Portrays(), title="")),
    Fault("matplotlib's settings are changed", "portrait_draws", Paints()),
    Fault("a system with equations is not drawn", "portrait_draws", NeedsNoSystem()),
    Fault("several trajectories are not drawn", "portrait_draws", OneTrajectory()),
]  # fmt: skip
