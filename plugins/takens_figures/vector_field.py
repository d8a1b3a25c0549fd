"""The vector field, with trajectories on top."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import itertools
from typing import Final, TypeAlias, final

import attrs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.phase_portrait import draw_trajectories
from takens_figures.starts import (
    about_leaving,
    about_starts,
    angles_of,
    broken,
    labelled,
    seen,
    trajectories_of,
    velocity,
)
from takens_figures.state_space import limits_of, name_axes
from takens_figures.style import canvas, note, plain, room_for, style, time_label

_GREY: Final = "#a6a6a6"
_HEIGHT: Final = 4.6
_SIDE: Final = 41
_Slice: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Places across and up, and the velocity there within the plane: `(up, across, 2)`."""


@final
@attrs.frozen
class VectorFieldPortrait:
    """Streamlines of a vector field, thick where it is fast, with trajectories on top.

    One variable is shown over time. Of more than two, a plane through the mean of the
    trajectories is shown, with the part of the velocity that lies within it: that of the first
    two variables, or of the next two where the velocity is the same in all of that plane.
    """

    title = "Vector field"

    def draw(
        self, system: takens.plugin.System | None, series: takens.TimeSeries, /
    ) -> Figure | None:
        """Draw, or give None for maps and where the field of these variables is not known."""
        if (
            system is None
            or system.time is takens.plugin.Time.DISCRETE
            or system.dim != series.dim
        ):
            return None
        series, angles = seen(system, series), angles_of(system, series.dim)
        names = labelled(series)
        x = trajectories_of(series)
        still, about = about_starts(system, series)
        t = series.t.numpy()
        if series.dim == 1:
            still[:] = False
            x = np.concatenate((np.broadcast_to(t[:, None], x.shape), x), -1)
            plane = (0, 1)
            labels = [time_label(series), names[0]]
            limits = [(float(t[0]), float(t[-1])), limits_of(x[..., 1:], 0.15)[0]]
            about_plane, about = "", ""
            with np.errstate(all="ignore"):
                across, up, arrows = _over_time(system, limits)
        else:
            with np.errstate(all="ignore"):
                plane, limits, (across, up, arrows) = _first_plane(system, float(t[0]), x)
            labels = [names[i] for i in plane]
            about_plane = _about_plane(series, x, plane)
        if _changes(system, t, x):
            about_plane += " The field depends on time"
            about_plane += "." if series.dim == 1 else f"; shown at t = {t[0]:.4g}."
        shown = x[..., list(plane)]
        turning = [i for i, one in enumerate(plane) if one in angles]
        sentences = (about_plane.strip(), about, about_leaving(shown, limits))
        with style():
            figure = canvas(_HEIGHT + room_for(*sentences))
            axes = figure.subplots()
            _streamlines(axes, across, up, arrows)
            draw_trajectories(axes, broken(shown, turning), still, limits, is_map=False)
            name_axes(axes, labels, limits)
            axes.grid(visible=False)
            note(figure, *sentences)
        return figure


def _over_time(system: takens.plugin.System, limits: list[tuple[float, float]]) -> _Slice:
    """Return the velocity of one variable over time."""
    across, up = (np.linspace(low, high, _SIDE) for low, high in limits)
    columns = [velocity(system, float(time), up[:, None]) for time in across]
    rates = np.concatenate(columns, -1)
    return across, up, np.stack((np.ones_like(rates), rates), -1)


def _first_plane(
    system: takens.plugin.System, t: float, x: NDArray[np.float64]
) -> tuple[tuple[int, int], list[tuple[float, float]], _Slice]:
    """Return the first two variables in whose plane the velocity differs."""
    found: list[tuple[tuple[int, int], list[tuple[float, float]], _Slice]] = []
    for plane in itertools.combinations(range(system.dim), 2):
        limits = limits_of(x[..., list(plane)], 0.15)
        across, up = (np.linspace(low, high, _SIDE) for low, high in limits)
        states = np.empty((len(up), len(across), system.dim))
        states[:] = x.mean((0, 1))
        states[..., plane[0]], states[..., plane[1]] = np.meshgrid(across, up)
        arrows = velocity(system, t, states)[..., list(plane)]
        found.append((plane, limits, (across, up, arrows)))
        if not np.array_equal(arrows, np.broadcast_to(arrows[0, 0], arrows.shape)):
            return found[-1]
    return found[0]


def _streamlines(
    axes: Axes,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    arrows: NDArray[np.float64],
) -> None:
    known = np.isfinite(arrows[..., 0]) & np.isfinite(arrows[..., 1])
    arrows = np.where(known[..., None], arrows, 0.0)
    # As the eye sees it, whatever the units of the two axes.
    seen = arrows / (across[-1] - across[0], up[-1] - up[0])
    speed = np.hypot(seen[..., 0], seen[..., 1])
    top = float(speed.max())
    if top == 0:
        return
    u, v = (np.ma.masked_where(~known, part) for part in np.moveaxis(arrows / top, -1, 0))
    axes.streamplot(
        across,
        up,
        u,
        v,
        color=_GREY,
        density=1.1,
        linewidth=0.4 + 1.2 * np.sqrt(speed / top),
        arrowsize=0.8,
        zorder=1,
    )


def _changes(
    system: takens.plugin.System, t: NDArray[np.float64], x: NDArray[np.float64]
) -> bool:
    """Whether the field is another at other times, along the first trajectory."""
    first = velocity(system, float(t[0]), x[0, :, -system.dim :])
    later = velocity(system, float(t[0] + 0.37 * (t[-1] - t[0])), x[0, :, -system.dim :])
    return not np.array_equal(first, later, equal_nan=True)


def _about_plane(
    series: takens.TimeSeries, x: NDArray[np.float64], plane: tuple[int, int]
) -> str:
    if series.dim == 2:
        return ""
    centre = x.mean((0, 1))
    others = [i for i in range(series.dim) if i not in plane]
    means = [f"{plain(series.columns[i])} = {centre[i]:.3g}" for i in others[:4]]
    more = ", …" if series.dim > 6 else ""
    return (
        f"The plane through the mean of the trajectories, {', '.join(means)}{more}, with the "
        "velocity within it; the trajectories are projected onto it."
    )
