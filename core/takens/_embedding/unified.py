"""Delays of several lengths and variables at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

import attrs
import numpy as np

from takens._embedding.arrays import Array, delayed, evenly
from takens._embedding.neighbours import neighbours

_FIDUCIALS: Final = 500
_REFERENCES: Final = 500
# Smaller gains are within the errors of L for so few reference points.
_LEAST_GAIN: Final = 0.05
_HORIZONS: Final = 25
# No measurement tells states apart that are nearer than this, in standard deviations.
_RESOLVED: Final = 1e-2
# Of so many neighbours at least so many must stay together for a map that is no chance:
# the least number with a binomial tail at 1/2 below 0.05.
_TOGETHER: Final = ((8, 7), (9, 8), (10, 9), (11, 9), (12, 10), (13, 10))
_NEAREST: Final = 3
_MOST: Final = 10


@final
@attrs.frozen(eq=False)
class Unified:
    """Which variable each coordinate is of, how long ago, and by how much each lowered L."""

    variables: tuple[int, ...]
    delays: tuple[int, ...]
    gains: tuple[float, ...]


def unified(x: Array, *, longest: int, window: int, most: int = _MOST) -> Unified:
    """Choose coordinates of standardised `x: (T, n)` one after the other.

    Candidates are the delays up to ``longest`` at which the continuity statistic peaks; the
    one that lowers the cost L of Uzal et al. most is taken, until none lowers it by 0.05. L
    falls by what it does for the best horizon up to four times the ``window``, and its
    conditional variances are averaged over the variables. The first two are those of the
    lowest L at that horizon.

    Source: Kraemer, Datseris, Kurths, Kiss, Ocampo-Espindola, Marwan (2021), A unified and
    automated approach to attractor reconstruction, New J. Phys. 23, 033017; Pecora, Moniz,
    Nichols, Carroll (2007), Chaos 17, 013110; Uzal, Grinblat, Verdes (2011), Phys. Rev. E 84,
    016223.
    """
    horizon = max(1, min(4 * window, len(x) // 10))
    begun = [_begun(x, variable, longest, horizon, window) for variable in range(x.shape[1])]
    # What is predicted is the same whatever the first coordinate is, so that L can be compared.
    coordinates, gains, cost = min(begun, key=lambda each: each[2][-1])
    if not gains:
        return Unified((coordinates[0][0],), (0,), ())
    while len(coordinates) < most:
        more = _candidates(x, coordinates, cost, longest, horizon, window)
        gain, chosen, lower = min(more, key=lambda each: each[0], default=(0.0, (0, 0), cost))
        if gain > -_LEAST_GAIN:
            break
        coordinates, cost = (*coordinates, chosen), lower
        gains.append(gain)
    return Unified(
        tuple(variable for variable, _ in coordinates),
        tuple(delay for _, delay in coordinates),
        tuple(gains),
    )


def _begun(
    x: Array, variable: int, longest: int, horizon: int, window: int
) -> tuple[tuple[tuple[int, int], ...], list[float], Array]:
    """Return the first two coordinates, by how much the second lowers L, and L."""
    first = ((variable, 0),)
    cost = _cost(x, first, horizon, window)
    tried = _candidates(x, first, cost, longest, horizon, window)
    gain, chosen, lower = min(tried, key=lambda each: each[0], default=(0.0, (0, 0), cost))
    if gain > -_LEAST_GAIN:
        return first, [], cost
    return (*first, chosen), [gain], lower


def _candidates(
    x: Array,
    coordinates: tuple[tuple[int, int], ...],
    cost: Array,
    longest: int,
    horizon: int,
    window: int,
) -> list[tuple[float, tuple[int, int], Array]]:
    """Return by how much each candidate lowers L, the candidate, and its L by horizon."""
    found: list[tuple[float, tuple[int, int], Array]] = []
    for variable, curve in enumerate(continuity(x, coordinates, longest, window).T):
        for delay in _peaks(curve):
            chosen = (variable, delay)
            if chosen not in coordinates:
                lower = _cost(x, (*coordinates, chosen), horizon, window)
                found.append((float((lower - cost).min()), chosen, lower))
    return found


def continuity(
    x: Array, coordinates: Sequence[tuple[int, int]], longest: int, window: int
) -> Array:
    """Return how near neighbours stay in a further coordinate: `(longest + 1, n)`.

    Large where the coordinates so far say little of it: where it may bring something new.
    """
    states = _embedded(x, coordinates, longest)
    places = evenly(_FIDUCIALS, len(states))
    count = max(nearest for nearest, _ in _TOGETHER)
    near = neighbours(states, places, count=count, window=window)
    own, others = near.places, near.which
    apart = np.empty((longest + 1, x.shape[1]))
    for delay in range(longest + 1):
        past = x[longest - delay : len(x) - delay]
        gaps = np.abs(past[others] - past[own][:, None])
        least = np.full((len(own), x.shape[1]), np.inf)
        for nearest, together in _TOGETHER:
            ranked = np.partition(gaps[:, :nearest], together - 1, axis=1)[:, together - 1]
            least = np.minimum(least, ranked)
        apart[delay] = least.mean(0)
    return apart


def _peaks(curve: Array) -> list[int]:
    # What is higher than both sides; nothing comes before the delay 0.
    padded = np.concatenate(([-np.inf], curve))
    inner = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return np.flatnonzero(inner).tolist()


def _cost(x: Array, coordinates: Sequence[tuple[int, int]], horizon: int, window: int) -> Array:
    """Return L of Uzal et al. for horizons up to one: `(horizons,)`."""
    longest = max(delay for _, delay in coordinates)
    states = _embedded(x, coordinates, longest)
    future = x[longest:]
    library = states[: len(states) - horizon]
    places = evenly(_REFERENCES, len(library))
    near = neighbours(library, places, count=_NEAREST, window=window)
    group = np.concatenate((near.places[:, None], near.which), 1)
    points = library[group]
    gaps = points[:, :, None] - points[:, None]
    size = _RESOLVED**2 + 2 / (_NEAREST * (_NEAREST + 1)) * np.square(gaps).sum((1, 2, 3)) / 2
    steps = 1 + evenly(_HORIZONS, horizon)
    spread = np.stack([future[group + ahead].var(1).mean(1) for ahead in steps])
    upto = spread.cumsum(0) / np.arange(1, len(steps) + 1)[:, None]
    amplified, scale = (upto / size).mean(1), 1 / (1 / size).mean()
    return np.log10(np.sqrt(amplified * scale))


def _embedded(x: Array, coordinates: Sequence[tuple[int, int]], longest: int) -> Array:
    # All states of the same times, whatever the delays that they have so far.
    variables, delays = zip(*coordinates, strict=True)
    own = delayed(x, variables, delays)
    return np.ascontiguousarray(own[longest - max(delays) :])
