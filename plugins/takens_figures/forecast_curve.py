"""How errors of forecasts grow."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Final, final

import attrs
import numpy as np
from matplotlib.figure import Figure

import takens
from takens_figures.style import FAINT, MODEL, canvas, style, time_label

# The model is drawn last, over the others.
_SIMPLE: Final = {"persistence": ":", "linear": "--", "analogues": "-."}


@final
@attrs.frozen
class ForecastCurve:
    """The error of forecasts against the time ahead, beside those of simple forecasts.

    The band holds two standard errors on each side.
    """

    title = "Errors of forecasts against the time ahead"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the first score with such curves, or return None where there is none."""
        needed = {"model", "persistence"}
        score = next((s for s in results.scores.values() if needed <= s.curves.keys()), None)
        if score is None:
            return None
        with style():
            figure = canvas(3.2)
            axes = figure.subplots()
            for name, line in _SIMPLE.items():
                if simple := score.curves.get(name):
                    axes.plot(
                        np.asarray(simple.x),
                        np.asarray(simple.y),
                        line,
                        color=FAINT,
                        label=name,
                    )
            curve = score.curves["model"]
            x, y = (np.asarray(each, dtype=np.float64) for each in (curve.x, curve.y))
            axes.plot(x, y, color=MODEL, label="model")
            if curve.error:
                around = 2 * np.asarray(curve.error, dtype=np.float64)
                axes.fill_between(x, y - around, y + around, color=MODEL, alpha=0.25, lw=0)
            axes.set_ylim(bottom=0)
            lyapunov = "Lyapunov times" in score.convention
            own = time_label(results.reference, "Time ahead")
            axes.set_xlabel("Time ahead (Lyapunov times)" if lyapunov else own)
            axes.set_ylabel("Error (standard deviations)")
            axes.legend()
        return figure

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Add a score with such curves to the results of a run."""
        x = (0.1, 0.2, 0.3)
        curves = {
            "model": takens.plugin.Curve(x=x, y=(0.1, 0.2, 0.4), error=(0.01, 0.02, 0.04)),
            "persistence": takens.plugin.Curve(x=x, y=(0.4, 0.8, 1.2)),
        }
        return attrs.evolve(results, scores={"sample": takens.Score(value=0.2, curves=curves)})
