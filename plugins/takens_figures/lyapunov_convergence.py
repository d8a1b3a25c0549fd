"""How the estimate of the largest Lyapunov exponent settles."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.style import INK, MODEL, TRUTH, canvas, per_time, style, time_label

_CURVE = "convergence"


@final
@attrs.frozen
class LyapunovConvergence:
    """The running estimate of the largest Lyapunov exponent, with its standard error."""

    title = "Convergence of the largest Lyapunov exponent"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the first score with such a curve, or return None where there is none."""
        score = next((s for s in results.scores.values() if _CURVE in s.curves), None)
        if score is None or score.value is None:
            return None
        curve = score.curves[_CURVE]
        # None stands where there is no number yet; numpy reads it as NaN.
        t, estimate = (np.array(each, dtype=np.float64) for each in (curve.x, curve.y))
        error = np.array(curve.error or np.full_like(t, np.nan), dtype=np.float64)
        if len(t) < 2 or not np.isfinite(estimate[-1]):
            return None
        low, high = estimate - error, estimate + error
        with style():
            figure = canvas(3.2)
            axes = figure.subplots()
            axes.plot(t, estimate, color=MODEL, label="model")
            if np.isfinite(error).any():
                label = "± one standard error"
                axes.fill_between(t, low, high, color=MODEL, alpha=0.25, lw=0, label=label)
            if score.reference is not None:
                axes.axhline(
                    score.reference,
                    color=TRUTH,
                    linestyle="--",
                    label=f"reference {score.reference:.4g}",
                )
            axes.set_xlim(t[0], t[-1])
            axes.set_ylim(_limits(t, (estimate, low, high), score.reference))
            if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
                axes.axhline(0, color=INK, linewidth=0.6)
            axes.set_xlabel(time_label(results.reference, "Averaging time"))
            axes.set_ylabel(f"Largest Lyapunov exponent ({per_time(results.reference)})")
            axes.legend(loc="best", ncols=3)
        return figure

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Add a score with such a curve to the results of a run."""
        curve = takens.plugin.Curve(x=(1, 2, 3), y=(0.5, 0.8, 0.9), error=(None, 0.2, 0.1))
        score = takens.Score(value=0.9, reference=1.0, curves={_CURVE: curve})
        return attrs.evolve(results, scores={"sample": score})


def _limits(
    t: NDArray[np.float64], curves: tuple[NDArray[np.float64], ...], reference: float | None
) -> tuple[float, float]:
    # The first tenth, where few samples are averaged, would leave the rest a flat line.
    settled = t >= t[0] + 0.1 * (t[-1] - t[0])
    marks = np.concatenate([curve[settled] for curve in curves])
    marks = [*marks[np.isfinite(marks)], *([] if reference is None else [reference])]
    bottom, top = float(min(marks)), float(max(marks))
    margin = 0.15 * (top - bottom) or 0.05
    return bottom - margin, top + 2 * margin
