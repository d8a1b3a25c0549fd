"""How many delays: false neighbours, and Cao's method."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, final, get_args

import attrs
import numpy as np

from takens._embedding.arrays import Array, delayed, evenly
from takens._embedding.neighbours import neighbours
from takens.errors import DataError, InputError

DimensionMethod: TypeAlias = Literal["auto", "false_neighbours", "cao"]
METHODS: Final[tuple[DimensionMethod, ...]] = get_args(DimensionMethod)

_PLACES: Final = 3_000
# Kennel's criteria: how much farther in the next dimension, and beyond how many spreads.
_FARTHER: Final = 15.0
_BEYOND: Final = 2.0
# Of clean chaos 1 to 2 % stay false in any dimension: at the rim there are few neighbours.
_FALSE: Final = 0.05
# Cao's curve has saturated where it is near 1 and changes by little.
_SATURATED: Final = 0.85
_CHANGE: Final = 0.1
# Of noise, neighbours tell nothing of what follows: E2 is near 1 in every dimension.
_RANDOM: Final = 0.12


@final
@attrs.frozen(eq=False)
class Dimension:
    """A number of coordinates, None where none is enough, the curve, and why there.

    ``curve: (dimensions,)`` begins with one dimension: the share of false neighbours, or
    Cao's E1. ``random`` says whether Cao's E2 cannot tell the record from noise.
    """

    coordinates: int | None
    curve: Array
    reason: str
    random: bool = False


def choose_dimension(
    x: Array, delay: int, window: int, method: DimensionMethod = "auto", most: int = 10
) -> Dimension:
    """Choose how many coordinates, ``delay`` apart, unfold `x: (T,)`; "auto" is Cao's method.

    Neighbours are more than ``window`` samples apart in time.

    Raises: InputError for an unknown method; DataError for a record that is too short.
    """
    if method not in METHODS:
        raise InputError(
            f"A dimension is a number of coordinates, or one of {', '.join(METHODS)}; got "
            f"{method!r}."
        )
    most = min(most, (len(x) - 2 * window - 20) // max(1, delay) - 1)
    if most < 1:
        raise DataError(
            f"{len(x)} samples are too few to choose a dimension with a delay of {delay}."
        )
    if method == "false_neighbours":
        return false_neighbours(x, delay, window, most)
    return cao(x, delay, window, most)


def false_neighbours(x: Array, delay: int, window: int, most: int) -> Dimension:
    """Return the first dimension in which at most 5 % of the nearest neighbours are false.

    A neighbour is false where the next coordinate is 15 times farther away than it, or where
    both together are farther than two standard deviations.

    Source: Kennel, Brown, Abarbanel (1992), Phys. Rev. A 45, 3403-3411, eqs. 4 and 5.
    """
    spread = x.std()
    shares: list[float] = []
    for coordinates in range(1, most + 1):
        states, ahead = _states(x, delay, coordinates)
        places = evenly(_PLACES, len(states))
        near = neighbours(states, places, count=1, window=window)
        apart = near.distances[:, 0]
        gap = np.abs(ahead[near.places] - ahead[near.which[:, 0]])
        false = (gap > _FARTHER * apart) | (np.hypot(gap, apart) > _BEYOND * spread)
        shares.append(float(false.mean()))
        if shares[-1] <= _FALSE:
            return Dimension(
                coordinates, np.array(shares), "at most 5 % of neighbours are false"
            )
    least = min(shares)
    return Dimension(
        None, np.array(shares), f"{least:.0%} of neighbours are false in any dimension"
    )


def cao(x: Array, delay: int, window: int, most: int) -> Dimension:
    """Return the dimension from which E1 is near 1 and changes no more.

    Source: Cao (1997), Practical method for determining the minimum embedding dimension of a
    scalar time series, Physica D 110, 43-50.
    """
    grown: list[float] = []
    missed: list[float] = []
    for coordinates in range(1, most + 2):
        states, ahead = _states(x, delay, coordinates)
        places = evenly(_PLACES, len(states))
        near = neighbours(states, places, count=1, window=window, norm=np.inf)
        apart = near.distances[:, 0]
        gap = np.abs(ahead[near.places] - ahead[near.which[:, 0]])
        grown.append(float((np.maximum(gap, apart) / apart).mean()))
        missed.append(float(gap.mean()))
    first = np.array(grown[1:]) / np.array(grown[:-1])
    second = np.array(missed[1:]) / np.array(missed[:-1])
    random = bool((np.abs(second - 1) < _RANDOM).all())
    change = np.abs(np.diff(first, append=first[-1:]))
    flat = np.flatnonzero((first >= _SATURATED) & (change < _CHANGE))
    if random:
        return Dimension(None, first, "neighbours tell nothing of what follows", random)
    if not len(flat):
        return Dimension(None, first, "Cao's E1 does not saturate")
    return Dimension(int(flat[0]) + 1, first, "Cao's E1 saturates")


def _states(x: Array, delay: int, coordinates: int) -> tuple[Array, Array]:
    # The states, and the coordinate that the next dimension would add.
    lags = [delay * i for i in range(coordinates + 1)]
    states = delayed(x[:, None], [0] * len(lags), lags)
    return np.ascontiguousarray(states[:, :-1]), states[:, -1]
