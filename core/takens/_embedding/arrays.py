"""What delays are sought in: arrays of known types, standardised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens.errors import DataError, InputError

Array: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]


def matrix(series: object) -> Array:
    """Return one record as `(T, n)` in float64; a plain `(T,)` has one variable.

    Raises: InputError for what is no array; DataError for another shape, or a number that is
    not finite.
    """
    given: Any = series.x if isinstance(series, TimeSeries) else series
    given = given.detach().cpu() if isinstance(given, Tensor) else given
    try:
        if np.iscomplexobj(given):
            raise DataError("A series holds real numbers; got complex ones.")
        x = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"A series is a TimeSeries, a tensor or an array; got {type(given).__name__}."
        ) from error
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or not x.size:
        raise DataError(f"Delays are chosen from one record (T, n); got shape {x.shape}.")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0].tolist()
        raise DataError(
            f"Every number must be finite; sample {row}, column {column} is "
            f"{x[row, column]}. Fill the gap, or leave it out."
        )
    return x


def standardised(x: Array) -> Array:
    """Return `x: (T, n)` with mean zero and standard deviation one.

    Raises: DataError where a variable does not vary.
    """
    spread = x.std(0)
    flat = np.flatnonzero(spread <= 1e-12 * (1 + np.abs(x.mean(0))))
    if len(flat):
        raise DataError(f"Variable {int(flat[0]) + 1} does not vary; leave it out.")
    return (x - x.mean(0)) / spread


def delayed(x: Array, variables: Sequence[int], delays: Sequence[int]) -> Array:
    """Return the samples of some variables, each so many samples ago: `(T - longest, m)`.

    Raises: DataError where the record is shorter than the longest delay.
    """
    longest = max(delays)
    if len(x) <= longest + 1:
        raise DataError(f"A delay of {longest} samples needs more than {len(x)} samples.")
    parts = [
        x[longest - delay : len(x) - delay, variable]
        for variable, delay in zip(variables, delays, strict=True)
    ]
    return np.stack(parts, 1)


def evenly(count: int, samples: int) -> Places:
    """Return up to ``count`` places spread evenly over 0, ..., samples - 1."""
    return np.unique(np.linspace(0, samples - 1, min(count, samples)).astype(np.int64))
