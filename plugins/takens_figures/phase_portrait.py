"""Trajectories in state space."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, final

import attrs
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.starts import (
    about_leaving,
    about_starts,
    angles_of,
    broken,
    labelled,
    seen,
    trajectories_of,
)
from takens_figures.state_space import (
    correlation_length,
    delay_labels,
    delayed,
    draw_dots,
    draw_orbit,
    limits_of,
    name_axes,
    spatial,
)
from takens_figures.style import canvas, colours, note, room_for, style

_HEIGHT = 4.6


@final
@attrs.frozen
class PhasePortrait:
    """Trajectories in state space, all in one picture, each from a ring where it starts.

    The first three of more variables; one variable against itself, delayed until its
    autocorrelation has fallen to 1/e, or by one step for a map. What stays on a fixed point
    is a dot.
    """

    title = "Phase portrait"

    def draw(self, system: takens.plugin.System | None, series: takens.TimeSeries, /) -> Figure:
        """Draw every trajectory from its first sample to its last."""
        series, angles = seen(system, series), angles_of(system, series.dim)
        is_map = system is not None and system.time is takens.plugin.Time.DISCRETE
        x = trajectories_of(series)
        still, about = about_starts(system, series)
        labels = labelled(series)[:3]
        about_variables = ""
        if series.dim == 1 and is_map:
            x, labels = delayed(x, 1), [f"{labels[0]}, step k", f"{labels[0]}, step k + 1"]
        elif series.dim == 1:
            lag = _lag(x)
            x, labels = delayed(x, lag), delay_labels(series, lag)
            about_variables = "At this delay the autocorrelation has fallen to 1/e."
        elif series.dim > 3:
            about_variables = f"Projected on the first 3 of {series.dim} variables."
        x, angles = x[..., :3], [i for i in angles if i < min(series.dim, 3)]
        limits = limits_of(x)
        sentences = (about_variables, about, about_leaving(x, limits))
        with style():
            room = room_for(*sentences)
            figure = canvas(_HEIGHT + room)
            axes: Any = spatial(figure, 1, room)[0] if len(labels) == 3 else figure.subplots()
            draw_trajectories(axes, broken(x, angles), still, limits, is_map)
            name_axes(axes, labels, limits)
            note(figure, *sentences)
        return figure


def draw_trajectories(
    axes: Any,
    x: NDArray[np.float64],
    still: NDArray[np.bool_],
    limits: list[tuple[float, float]],
    is_map: bool,
) -> None:
    """Draw `x: (trajectories, T, 2)` or `(trajectories, T, 3)`, with starts where many."""
    for one, stays, colour in zip(x, still, colours(len(x)), strict=True):
        if is_map:
            draw_dots(axes, one, colour)
        elif not stays:
            draw_orbit(axes, one, colour, limits, faintest=0.4)
        if stays:
            mark(axes, one[0], colour, filled=True)
        elif len(x) > 1 and not is_map:
            mark(axes, one[0], colour, filled=False)


def mark(axes: Any, x: NDArray[np.float64], colour: str, *, filled: bool) -> None:
    """Mark a start `(2,)` or `(3,)`: by a dot where it stays, else by a ring."""
    axes.plot(
        *x[:, None],
        linestyle="none",
        marker="o",
        markersize=5 if filled else 3.5,
        markerfacecolor=colour if filled else "white",
        markeredgecolor=colour,
        markeredgewidth=0.8,
        clip_on=False,
        zorder=5,
    )


def _lag(x: NDArray[np.float64]) -> int:
    """Return the delay of the trajectory that moves most."""
    return correlation_length(x[np.ptp(x[..., 0], axis=1).argmax(), :, 0])
