"""How much noise a record holds."""

import math
from typing import Any, Final, cast

import numpy as np
from scipy.spatial import KDTree
from torch import Tensor

from takens_metrics.records import Array

_POINTS: Final = 4_000
_QUERIES: Final = 500
_NEIGHBOURS: Final = 8
# The sum of the squares of 1, -4, 6, -4, 1.
_GAIN: Final = 70.0


def noise_variance(truth: Tensor, memory: int) -> float:
    """Return at most how much variance is noise in `(segments, T, n)`, mean over variables.

    The lower of two estimates, both of which also hold what is no noise: by differences of
    the fourth order, which smooth records do not have, and by what the mean of neighbours in
    state space does not tell of the next sample.

    Source: Kantz, Schreiber (2004), Nonlinear Time Series Analysis, sections 4.5 and 11.2.
    """
    x = truth.numpy()
    rough = float(np.square(np.diff(x, 4, axis=1)).mean()) / _GAIN
    return min(rough, _unforeseen(x[0], memory))


def _unforeseen(x: Array, memory: int) -> float:
    x = x[:_POINTS]
    count = len(x) - 1
    if count < 4 * (memory + _NEIGHBOURS):
        return math.inf
    places = np.linspace(0, count - 1, min(_QUERIES, count)).astype(np.int64)
    more = min(_NEIGHBOURS * 4 + 2 * memory, count)
    found: Any = cast(Any, KDTree(x[:-1])).query(x[places], k=more)
    near = np.asarray(found[1])
    apart = np.abs(near - places[:, None]) > memory
    # The nearest ones that are not neighbours in time.
    first = np.argsort(~apart, axis=1, kind="stable")[:, :_NEIGHBOURS]
    chosen = np.take_along_axis(near, first, 1)
    enough = np.take_along_axis(apart, first, 1).all(1)
    if not enough.any():
        return math.inf
    off = x[places + 1] - x[chosen + 1].mean(1)
    return float(np.square(off[enough]).mean())
