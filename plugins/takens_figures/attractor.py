"""The attractor of the truth beside that of the model."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, final

import attrs
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.style import (
    MODEL,
    TRUTH,
    array,
    bounds,
    canvas,
    first_run,
    note,
    plain,
    style,
)

_SIDE_3D = 3.1
_PIECE = 200


@final
@attrs.frozen
class Attractor:
    """Truth and free run in state space, side by side on the same axes.

    The first three of more variables; two variables as a phase portrait; one variable against
    itself, delayed until its autocorrelation has fallen to 1/e.
    """

    title = "Attractor"

    def draw(self, results: takens.Results, /) -> Figure:
        """Draw the whole of the truth and of the first free run."""
        reference = results.reference
        truth = array(reference.x)
        model, about_run = first_run(results.free)
        labels = [plain(name) for name in reference.columns[:3]]
        about_variables = ""
        if reference.dim == 1:
            lag = _correlation_length(truth[:, 0])
            truth, model = _delayed(truth, lag), _delayed(model, lag)
            delay = f"{float(reference.t[lag] - reference.t[0]):.3g}"
            delay = f"{delay} {plain(reference.time_unit)}".strip()
            labels = [f"{labels[0]}(t)", f"{labels[0]}(t + {delay})"]
            about_variables = (
                "At this delay the autocorrelation of the truth has fallen to 1/e."
            )
        elif reference.dim > 3:
            about_variables = f"Projected on the first 3 of {reference.dim} variables."
        truth, model = truth[:, :3], model[:, :3]
        diverged = results.free.diverged_at[0] is not None
        limits = [bounds(a, b, diverged) for a, b in zip(truth.T, model.T, strict=True)]
        with style():
            room = 0.45 if about_variables or about_run else 0.15
            figure = canvas(_SIDE_3D + 0.25 + room)
            left, right = _spatial(figure, room) if len(labels) == 3 else figure.subplots(1, 2)
            _portrait(left, truth, TRUTH, "truth", labels, limits)
            _portrait(right, model, MODEL, "model, running freely", labels, limits)
            if len(labels) == 2:
                right.set_ylabel("")
                right.tick_params(labelleft=False)
            note(figure, about_variables, about_run)
        return figure


def _spatial(figure: Figure, room: float) -> list[Any]:
    """Add two panels in three dimensions, leaving ``room`` inches below."""
    # By hand, since the layout engine does not see the labels of the third dimension.
    figure.set_layout_engine("none")
    width, height = figure.get_size_inches()
    panels: list[Any] = []
    for left in (0.0, 0.5):
        place = (left, room / height, _SIDE_3D / width, _SIDE_3D / height)
        axes: Any = figure.add_axes(place, projection="3d")
        axes.set_box_aspect((4, 4, 3.4), zoom=1.05)
        axes.patch.set_visible(False)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.labelpad = -4
            axis.set_tick_params(pad=-2)
        panels.append(axes)
    return panels


def _portrait(
    axes: Any,
    x: NDArray[np.float64],
    colour: str,
    title: str,
    labels: list[str],
    limits: list[tuple[float, float]],
) -> None:
    # A line in three dimensions is not cut at the axes by itself.
    inside = ((x >= np.min(limits, 1)) & (x <= np.max(limits, 1))).all(-1, keepdims=True)
    x = np.where(inside, x, np.nan)
    # In pieces, since a line that crosses itself gets no darker: so density shows.
    alpha = min(0.9, max(0.15, 3000 / len(x)))
    for start in range(0, max(1, len(x) - 1), _PIECE):
        piece = x[start : start + _PIECE + 1]
        axes.plot(*piece.T, color=colour, linewidth=0.35, alpha=alpha, rasterized=True)
    axes.set_title(title, color=colour)
    for name, label, limit in zip("xyz", labels, limits, strict=False):
        getattr(axes, f"set_{name}label")(label)
        getattr(axes, f"set_{name}lim")(*limit)
        axes.locator_params(axis=name, nbins=5)


def _delayed(x: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Pair each sample of `x: (T, 1)` with a later one: `(T - lag, 2)`."""
    lag = min(lag, len(x) - 1)
    return np.column_stack((x[: len(x) - lag, 0], x[lag:, 0]))


def _correlation_length(x: NDArray[np.float64]) -> int:
    """Give the first lag, in samples, at which the autocorrelation is below 1/e."""
    deviation = x - x.mean()
    # Padded to twice the length, so that the end is not correlated with the beginning.
    power = np.abs(np.fft.rfft(deviation, 2 * len(x))) ** 2
    correlation = np.fft.irfft(power)[: len(x)]
    below = np.flatnonzero(correlation < correlation[0] / np.e)
    return int(below[0]) if len(below) else 1
