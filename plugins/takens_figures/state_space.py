"""Orbits in state space: their axes, lines and dots."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.style import plain

_PIECE: Final = 200
_FAR: Final = 5
_ABOVE: Final = 0.25


def spatial(figure: Figure, panels: int, room: float) -> list[Any]:
    """Add panels in three dimensions side by side, leaving ``room`` inches below."""
    # By hand, since the layout engine does not see the labels of the third dimension.
    figure.set_layout_engine("none")
    height = float(figure.get_size_inches()[1])
    found: list[Any] = []
    for i in range(panels):
        # The labels of the third axis stand on the right, outside of what is centred.
        left = i / panels - 0.05 / panels
        place = (left, room / height, 1 / panels, 1 - (room + _ABOVE) / height)
        axes: Any = figure.add_axes(place, projection="3d")
        axes.set_box_aspect((4, 4, 3.4), zoom=0.95)
        axes.patch.set_visible(False)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.labelpad = -4
            axis.set_tick_params(pad=-2)
        found.append(axes)
    return found


def name_axes(axes: Any, labels: Sequence[str], limits: Sequence[tuple[float, float]]) -> None:
    """Write a label at each of two or three axes, and set its limits."""
    for name, label, limit in zip("xyz", labels, limits, strict=False):
        getattr(axes, f"set_{name}label")(label)
        getattr(axes, f"set_{name}lim")(*limit)
        axes.locator_params(axis=name, nbins=5)


def draw_orbit(
    axes: Any,
    x: NDArray[np.float64],
    colour: str,
    limits: Sequence[tuple[float, float]],
    faintest: float = 0.15,
) -> None:
    """Draw the line through `x: (T, 2)` or `(T, 3)`, as far as it is within the limits.

    The longer it is the fainter, down to the opacity ``faintest``.
    """
    # A line in three dimensions is not cut at the axes by itself.
    inside = ((x >= np.min(limits, 1)) & (x <= np.max(limits, 1))).all(-1, keepdims=True)
    x = np.where(inside, x, np.nan)
    # In pieces, since a line that crosses itself gets no darker: so density shows.
    alpha = min(0.9, max(faintest, 3000 / len(x)))
    width = 0.35 if len(x) > 2000 else 0.7
    for start in range(0, max(1, len(x) - 1), _PIECE):
        piece = x[start : start + _PIECE + 1]
        axes.plot(*piece.T, color=colour, linewidth=width, alpha=alpha, rasterized=True)


def draw_dots(axes: Any, x: NDArray[np.float64], colour: Any) -> None:
    """Draw `x: (T, 2)` or `(T, 3)` as a cloud, which is what the orbit of a map is."""
    size = min(4.0, max(0.8, 100 / len(x) ** 0.5))
    axes.plot(
        *x.T,
        linestyle="none",
        marker=".",
        markersize=size,
        markeredgewidth=0,
        color=colour,
        rasterized=True,
    )


def limits_of(x: NDArray[np.float64], share: float = 0.04) -> list[tuple[float, float]]:
    """Return limits for `x: (trajectories, T, n)`, with a margin on either side.

    They hold all trajectories but those that go five times as far as is usual here, of which
    they hold the start, so that one that runs away does not hide the others.
    """
    limits = list[tuple[float, float]]()
    for one in np.moveaxis(x, -1, 0):
        reach = np.ptp(one, axis=1)
        usual = float(np.median(reach[reach > 0])) if (reach > 0).any() else 0.0
        held = np.concatenate((one[reach <= _FAR * usual].ravel(), one[:, 0]))
        low, high = float(held.min()), float(held.max())
        margin = share * (high - low)
        # What stays at one value gets some room around it.
        if margin <= 1e-12 * max(abs(low), abs(high)):
            margin = 1.0
        limits.append((low - margin, high + margin))
    return limits


def delayed(x: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Pair each sample of `x: (..., T, 1)` with a later one: `(..., T - lag, 2)`."""
    samples = x.shape[-2]
    lag = min(lag, samples - 1)
    return np.concatenate((x[..., : samples - lag, :], x[..., lag:, :]), -1)


def delay_labels(series: takens.TimeSeries, lag: int) -> list[str]:
    """Label the axes of the first variable against itself, ``lag`` samples later."""
    name = plain(series.columns[0])
    delay = f"{float(series.t[lag] - series.t[0]):.3g} {plain(series.time_unit)}".strip()
    return [f"{name}(t)", f"{name}(t + {delay})"]


def correlation_length(x: NDArray[np.float64]) -> int:
    """Return the first lag, in samples, at which the autocorrelation of `(T,)` is below 1/e."""
    deviation = x - x.mean()
    # Padded to twice the length, so that the end is not correlated with the beginning.
    power = np.abs(np.fft.rfft(deviation, 2 * len(x))) ** 2
    correlation = np.fft.irfft(power)[: len(x)]
    below = np.flatnonzero(correlation < correlation[0] / np.e)
    return int(below[0]) if len(below) else 1
