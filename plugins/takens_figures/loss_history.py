"""How training went."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.style import MODEL, canvas, grid, style

_PANELS = {"loss": "Loss", "gradient_norm": "Gradient norm", "learning_rate": "Learning rate"}


@final
@attrs.frozen
class LossHistory:
    """Loss, gradient norm and learning rate at each logged update, on logarithmic axes."""

    title = "Training"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw, or give None where no updates were logged, as by a scheme that solves."""
        history = results.history
        if not history or any(key not in history[0] for key in _PANELS):
            return None
        step = np.array([line["step"] for line in history], dtype=np.float64)
        with style():
            figure = canvas(4.6)
            panels = [row[0] for row in grid(figure, 3, heights=(2, 1.4, 1))]
            half_width = len(history) // 40 if len(history) >= 100 else 0
            for axes, (key, label) in zip(panels, _PANELS.items(), strict=True):
                values = np.array([line[key] for line in history], dtype=np.float64)
                _panel(axes, step, values, label, half_width if key != "learning_rate" else 0)
            panels[-1].set_xlabel("Update")
            if half_width:
                panels[0].legend(loc="upper right")
            panels[0].set_xlim(step[0], step[-1] if len(step) > 1 else step[0] + 1)
            figure.align_ylabels()
        return figure


def _panel(
    axes: Axes,
    step: NDArray[np.float64],
    values: NDArray[np.float64],
    label: str,
    half_width: int,
) -> None:
    marker = "." if len(step) < 30 else None
    if half_width:
        axes.plot(step, values, color=MODEL, alpha=0.3, linewidth=0.7, label="logged")
        axes.plot(
            step,
            _running_median(values, half_width),
            color=MODEL,
            label=f"median of {2 * half_width + 1}",
        )
    else:
        axes.plot(step, values, color=MODEL, marker=marker)
    if not bool((values <= 0).any()):
        axes.set_yscale("log")
    axes.set_ylabel(label)


def _running_median(values: NDArray[np.float64], half_width: int) -> NDArray[np.float64]:
    """Return the median around each value, over fewer at the two ends."""
    padded = np.pad(values, half_width, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half_width + 1)
    return np.nanmedian(windows, axis=-1)
