"""The best linear forecast, which a model of nonlinear dynamics has to beat."""

from typing import Any, cast

import numpy as np

from takens_metrics.records import Array


def linear_forecasts(starts: Array, later: Array) -> Array | None:
    """Forecast `later: (starts, steps, n)` linearly from `starts: (starts, n)`.

    For each step ahead an affine map is fitted by least squares to one half of the starts
    and used for the other, so that no start is forecast by itself. None where there are fewer
    than two starts for each coefficient.
    """
    count, n = starts.shape
    middle = count // 2
    if middle < 2 * (n + 1):
        return None
    inputs = np.concatenate((starts, np.ones((count, 1))), 1)
    found = np.empty_like(later)
    first, second = slice(0, middle), slice(middle, None)
    for own, other in ((first, second), (second, first)):
        targets = later[other].reshape(len(inputs[other]), -1)
        fitted: tuple[Any, ...] = cast(Any, np.linalg).lstsq(inputs[other], targets, rcond=None)
        weights = np.asarray(fitted[0], dtype=np.float64)
        found[own] = (inputs[own] @ weights).reshape(found[own].shape)
    return found
