"""What to say of trajectories that a picture hardly shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np
import torch
from numpy.typing import NDArray

import takens
from takens_figures.style import array, plain, quantity

_LISTED = 6


def about_starts(
    system: takens.plugin.System | None, series: takens.TimeSeries
) -> tuple[NDArray[np.bool_], str]:
    """Tell which trajectories stay where they start, and write what a reader must know.

    These are starts on fixed points, to be drawn as dots, and starts on an axis or another
    plane that a trajectory never leaves.
    """
    x = trajectories_of(series)
    size = np.abs(x).max(1)
    constant = np.ptp(x, axis=1) <= np.maximum(1e-6 * size, 1e-12 * size.max(0))
    still = constant.all(-1)
    left = _starts_on_fixed_point(system, series) & ~still
    sentences = [
        _say(still, "start{s} on a fixed point and stay{s} there, a dot in state space"),
        _say(left, "start{s} on a fixed point, to rounding, and leave{s} it by rounding alone"),
    ]
    for i, column in enumerate(series.columns):
        flat = constant[:, i] & ~still
        sentences += [
            _say(flat & (x[:, 0, i] == value), f"stay{{s}} on {plain(column)} = {value:.4g}")
            for value in np.unique(x[flat, 0, i])
        ]
    sentences = [sentence for sentence in sentences if sentence]
    if len(sentences) > _LISTED:
        rest = len(sentences) - _LISTED
        sentences = [*sentences[:_LISTED], f"{rest} more stay on an axis or a plane."]
    return still, " ".join(sentences)


def about_leaving(x: NDArray[np.float64], limits: Sequence[tuple[float, float]]) -> str:
    """Write which of the trajectories `x: (trajectories, T, n)` leave the limits, if any."""
    low, high = np.transpose(limits)
    left = ((x < low) | (x > high)).any((1, 2))
    return _say(np.asarray(left, dtype=np.bool_), "leave{s} the picture")


def seen(system: takens.plugin.System | None, series: takens.TimeSeries) -> takens.TimeSeries:
    """Return a series by the names and units that its system knows, angles within one turn.

    Names that somebody has given are kept.
    """
    if not isinstance(system, takens.plugin.SupportsVariables) or system.dim != series.dim:
        return series
    known, x = system.variables, series.x
    if any(one.angle for one in known):
        turns = x.new_tensor([2 * math.pi if one.angle else 0.0 for one in known])
        x = torch.where(turns > 0, (x + turns / 2).remainder(turns.clamp(min=1)) - turns / 2, x)
    own = series.columns != tuple(f"x{i + 1}" for i in range(series.dim))
    return attrs.evolve(
        series,
        x=x,
        columns=series.columns if own else tuple(one.name for one in known),
        units=series.units or tuple(one.unit for one in known),
    )


def angles_of(system: takens.plugin.System | None, dim: int) -> list[int]:
    """Return which of the variables of a picture are angles."""
    if not isinstance(system, takens.plugin.SupportsVariables) or system.dim != dim:
        return []
    return [i for i, one in enumerate(system.variables) if one.angle]


def broken(x: NDArray[np.float64], angles: Sequence[int]) -> NDArray[np.float64]:
    """Break `x: (trajectories, T, n)` where an angle begins another turn."""
    if not angles:
        return x
    jumps = (np.abs(np.diff(x[..., list(angles)], axis=-2)) > np.pi).any(-1)
    cut = x.copy()
    cut[:, 1:][jumps] = np.nan
    return cut


def labelled(series: takens.TimeSeries) -> list[str]:
    """Return the names of the variables with their units, for axes."""
    return [quantity(series, i) for i in range(series.dim)]


def trajectories_of(series: takens.TimeSeries) -> NDArray[np.float64]:
    """Return `(trajectories, T, n)`, whether there is one or many."""
    return array(series.x).reshape(-1, *series.x.shape[-2:])


def velocity(
    system: takens.plugin.System, t: float, x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the velocity at `x: (..., d)`, or how far a map moves it."""
    state = torch.from_numpy(np.ascontiguousarray(x))
    with torch.no_grad():
        if system.time is takens.plugin.Time.DISCRETE:
            moved = system(state) - state  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - time says it is a map
        else:
            moved = system(torch.tensor(t, dtype=torch.float64), state)  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - time says it is a field
    return array(moved)  # pyright: ignore[reportUnknownArgumentType]


def _starts_on_fixed_point(
    system: takens.plugin.System | None, series: takens.TimeSeries
) -> NDArray[np.bool_]:
    x = trajectories_of(series)
    if system is None or system.dim != series.dim:
        return np.zeros(len(x), dtype=np.bool_)
    speed = np.abs(velocity(system, float(series.t[0]), x)).max(-1)
    return np.asarray(speed[:, 0] <= 1e-12 * speed.max(), dtype=np.bool_)


def _say(chosen: NDArray[np.bool_], what: str) -> str:
    """Say ``what`` of the chosen trajectories, by their numbers from 1; nothing of none."""
    numbers = [str(i + 1) for i in np.flatnonzero(chosen)]
    match numbers:
        case []:
            return ""
        case [_] if len(chosen) == 1:
            who = "The trajectory"
        case [one]:
            who = f"Trajectory {one}"
        case [*some, last] if len(numbers) <= _LISTED:
            who = f"Trajectories {', '.join(some)} and {last}"
        case _:
            who = f"{len(numbers)} trajectories"
    return f"{who} {what.replace('{s}', 's' if len(numbers) == 1 else '')}."
