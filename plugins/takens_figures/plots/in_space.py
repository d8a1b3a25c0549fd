"""Series in state space."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import signal
from scipy.spatial import distance

from takens_figures.plots.drawing import Drawing, series_of, shade, waves
from takens_figures.starts import labelled
from takens_figures.state_space import (
    correlation_length,
    delay_labels,
    delayed,
    draw_orbit,
    limits_of,
    name_axes,
    spatial,
)
from takens_figures.style import array, plain, time_label

_LABELS: Final = ("truth", "model, running freely", "third", "fourth")
_COMPARED: Final = 500
_COORDINATES: Final = 3


def _orbit(data: Any) -> NDArray[np.float64]:
    series = series_of(data)
    return array(series.x).reshape(-1, len(series), series.dim)[..., :3]


def _side_by_side(figure: Figure, /, *series: Any, **options: Any) -> Any:
    figure.set_figheight(3.3 * figure.get_figwidth() / 7.2 * 2 / max(len(series), 2) + 0.2)
    if series_of(series[0]).dim >= 3:
        return np.array(spatial(figure, len(series), 0.1))
    made = figure.subplots(1, len(series), sharex=True, sharey=True, squeeze=False)
    return made[0]


def draw_attractors(axes: Any, /, *series: Any, labels: Sequence[str] = _LABELS) -> None:
    """Draw attractors side by side on the same axes, in three dimensions where there are."""
    orbits = [_orbit(one) for one in series]
    limits = limits_of(np.concatenate([one[0] for one in orbits])[None])
    names = labelled(series_of(series[0]))[:3]
    for k, (panel, x) in enumerate(zip(np.ravel(axes), orbits, strict=True)):
        colour = shade(k)
        for trajectory in x:
            draw_orbit(panel, trajectory, colour, limits)
        panel.set_title(labels[k] if k < len(labels) else "", color=colour)
        name_axes(panel, names, limits)


def draw_phase_plane(
    axes: Any, /, *series: Any, data: Any = None, labels: Sequence[str] = ("truth", "fit")
) -> None:
    """Draw the first two variables against each other, truth and fit first, data as dots."""
    lines = ("-", "--", "-.", ":")
    for k, one in enumerate(series):
        for i, x in enumerate(_orbit(one)):
            label = labels[k] if k < len(labels) and not i else None
            axes.plot(x[:, 0], x[:, 1], color=shade(k), linestyle=lines[k % 4], label=label)
    if data is not None:
        dots = np.concatenate(_orbit(data))
        axes.plot(dots[:, 0], dots[:, 1], "o", color=shade(2), markersize=3, label="data")
    names = labelled(series_of(series[0]))
    axes.set(xlabel=names[0], ylabel=names[1])
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)


def draw_delays(axes: Any, data: Any, /, *, variable: int = 0, lag: int | None = None) -> None:
    """Draw a variable against itself ``lag`` samples later: until its correlation is 1/e."""
    series = series_of(data)
    one = series[[series.columns[variable]]]
    x = array(one.x).reshape(-1, len(one), 1)
    lag = correlation_length(x[0, :, 0]) if lag is None else lag
    both = delayed(x, lag)
    for trajectory in both:
        draw_orbit(axes, trajectory, shade(0), limits_of(both), faintest=0.3)
    name_axes(axes, delay_labels(one, lag), limits_of(both))
    axes.set_aspect("equal")


def draw_return_map(axes: Any, data: Any, /, *, variable: int = -1) -> None:
    """Draw each maximum of a variable against the one before it, in every trajectory."""
    series = series_of(data)
    name = labelled(series)[variable]
    for x in array(series.x).reshape(-1, len(series), series.dim)[..., variable]:
        found: Any = cast(Any, signal).find_peaks(x, prominence=0.1 * x.std())
        tops = x[found[0]]
        axes.plot(tops[:-1], tops[1:], ".", color=shade(0), markersize=3)
    low, high = axes.get_xlim()
    axes.plot((low, high), (low, high), color=shade(1), linewidth=0.8, linestyle="--")
    axes.set(xlabel=f"Maximum of {name}", ylabel="The next one", xlim=(low, high))
    axes.set_aspect("equal")


def draw_recurrences(
    axes: Any, data: Any, /, *, lag: int | None = None, share: float = 0.1
) -> None:
    """Draw which states of the first variable's delays are near, a ``share`` of all pairs.

    Source: Eckmann, Kamphorst, Ruelle (1987), Europhys. Lett. 4, 973-977.
    """
    series = series_of(data)
    x = array(series.x).reshape(-1, len(series), series.dim)[0, :, 0]
    lag = max(1, min(correlation_length(x) if lag is None else lag, len(x) // 4))
    length = len(x) - (_COORDINATES - 1) * lag
    states = np.stack([x[i * lag : i * lag + length] for i in range(_COORDINATES)], 1)
    # A stretch of some correlation times, thinned where these have many samples.
    stride = max(1, min(lag // 4, length // _COMPARED))
    states = states[::stride][:_COMPARED]
    apart: Any = cast(Any, distance).squareform(cast(Any, distance).pdist(states))
    near = apart <= np.quantile(apart, share)
    t = array(series.t)[: stride * len(states) : stride]
    ends = (float(t[0]), float(t[-1]))
    axes.imshow(near, cmap="Greys", origin="lower", extent=(*ends, *ends), aspect="equal")
    axes.grid(visible=False)
    axes.set(xlabel=time_label(series), ylabel=time_label(series))


def draw_sweep(
    axes: Any, values: Any, found: Any, /, *, name: str = "Parameter", what: str = ""
) -> None:
    """Draw what was found for each value of a parameter, arrays of maxima or of scores."""
    for value, each in zip(values, found, strict=True):
        y = np.ravel(np.asarray(each, dtype=np.float64))
        many = len(y) > 12
        size = {"marker": "," if many else ".", "alpha": 0.5 if many else 1.0}
        axes.plot(np.full(len(y), float(value)), y, color=shade(0), linestyle="none", **size)
    axes.set(xlabel=plain(name), ylabel=plain(what))


def _logistic() -> tuple[Any, ...]:
    rates = np.linspace(2.8, 4.0, 120)
    x, found = np.full(len(rates), 0.3), []
    for step in range(300):
        x = rates * x * (1 - x)
        if step >= 200:
            found.append(x)
    return rates, np.transpose(found)


attractors = partial(
    Drawing, draw_attractors, lambda: (waves(), waves(2)), panels=_side_by_side
)
phase_plane = partial(Drawing, draw_phase_plane, lambda: (waves(), waves()))
delays = partial(Drawing, draw_delays, lambda: (waves(),))
return_map = partial(Drawing, draw_return_map, lambda: (waves(samples=2000),))
recurrences = partial(Drawing, draw_recurrences, lambda: (waves(samples=1500),))
sweep = partial(Drawing, draw_sweep, _logistic)
