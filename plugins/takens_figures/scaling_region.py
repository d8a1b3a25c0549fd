"""Where the distance between neighbours grows exponentially."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import takens
from takens_figures.style import INK, MODEL, TRUTH, canvas, style, time_label

_CURVE = "separation"


@final
@attrs.frozen
class ScalingRegion:
    """How neighbours separate in the data and in the free run, with the straight part of each.

    The slope of the straight part is the exponent from data; where there is none, the curve is
    drawn without one, and the legend says so.
    """

    title = "Separation of neighbours, and the scaling region"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the first score with such a curve, or return None where there is none."""
        score = next((s for s in results.scores.values() if _CURVE in s.curves), None)
        if score is None:
            return None
        with style():
            figure = canvas(3.2)
            axes = figure.subplots()
            true = score.curves.get(f"reference_{_CURVE}")
            if true is not None:
                _draw(axes, true, score.reference, "data", TRUTH)
            _draw(axes, score.curves[_CURVE], score.value, "free run", MODEL)
            axes.set_xlabel(time_label(results.reference, "Time after the neighbours"))
            axes.set_ylabel("Mean logarithm of distance")
            axes.legend(loc="lower right")
        return figure

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Add a score with such a curve to the results of a run."""
        curve = takens.plugin.Curve(
            x=(0.0, 0.1, 0.2, 0.3), y=(0, 1, 2, 2.2), straight=(0.0, 0.2)
        )
        score = takens.Score(value=10.0, reference=9.0, curves={_CURVE: curve})
        return attrs.evolve(results, scores={"sample": score})


def _draw(
    axes: Axes, curve: takens.plugin.Curve, slope: float | None, name: str, color: str
) -> None:
    t, y = (np.asarray(each, dtype=np.float64) for each in (curve.x, curve.y))
    region = curve.straight
    if region is None or slope is None:
        axes.plot(t, y, color=color, label=f"{name}: no scaling region")
        return
    axes.plot(t, y, color=color, label=f"{name}: slope {slope:.3g}")
    inside = (t >= region[0]) & (t <= region[1])
    middle = y[inside].mean() + slope * (t[inside] - t[inside].mean())
    axes.plot(t[inside], middle, color=INK, linestyle="--", linewidth=1.2)
