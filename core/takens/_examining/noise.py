"""Noise of measured variables."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from takens._embedding.arrays import Array
from takens._embedding.memory import correlation_time

_LOWEST: Final = 2
_HIGHEST: Final = 12
# Where the estimate still falls by so much over the last four orders, it is of the signal.
_FALLING: Final = 0.75
# Below this part of the variance, nothing depends on how much it is exactly.
_LITTLE: Final = 1e-4


def noise_levels(x: Array) -> list[float | None]:
    """Estimate the noise of each variable of `x: (T, n)`, in standard deviations of the signal.

    It is what differences of high order are made of; of orders 2 to 12 the least estimate is
    taken, since a signal only adds. None where samples are too far apart to tell.

    Source: Hall, Kay, Titterington (1990), Asymptotically optimal difference-based estimation
    of variance in nonparametric regression, Biometrika 77, 521-528.
    """
    return [_level(column) for column in x.T]


def _level(x: Array) -> float | None:
    whole = float(x.var())
    if len(x) <= 4 * _HIGHEST or whole <= 0 or correlation_time(x[:, None]) < 2:
        return None
    found: list[float] = []
    changes = np.diff(x)
    for order in range(2, _HIGHEST + 1):
        changes = np.diff(changes)
        found.append(float(np.square(changes).mean()) / math.comb(2 * order, order))
    least = min(found)
    if found[-1] == least and found[-1] < _FALLING * found[-5] and least > _LITTLE * whole:
        return None
    share = min(least / whole, 1 - 1e-9)
    return math.sqrt(share / (1 - share))
