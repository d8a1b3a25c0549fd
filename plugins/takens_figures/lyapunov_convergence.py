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

_SCORE = "max_lyapunov"
_KEYS = ("convergence_time", "convergence", "convergence_error")


@final
@attrs.frozen
class LyapunovConvergence:
    """The running estimate of the largest Lyapunov exponent, with its standard error."""

    title = "Convergence of the largest Lyapunov exponent"

    def draw(self, results: takens.Results, /) -> Figure | None:
        """Draw, or give None where the exponent was not asked for or has no value."""
        score = results.scores.get(_SCORE)
        if score is None or score.value is None or not all(k in score.details for k in _KEYS):
            return None
        # JSON's null stands where there is no number yet; numpy reads None as NaN.
        t, estimate, error = (np.array(score.details[k], dtype=np.float64) for k in _KEYS)
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
