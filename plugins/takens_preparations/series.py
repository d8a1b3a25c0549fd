"""Series that are made of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

import takens

Array: TypeAlias = npt.NDArray[np.float64]


def changed(
    series: takens.TimeSeries,
    x: Tensor,
    *,
    t: Tensor | None = None,
    columns: Sequence[str] | None = None,
) -> takens.TimeSeries:
    """Return a series with other samples, and other times and names where they are given."""
    return takens.TimeSeries(
        series.t if t is None else t,
        x,
        tuple(series.columns if columns is None else columns),
        time_unit=series.time_unit,
    )


def flat(series: takens.TimeSeries) -> Tensor:
    """Return all samples in double precision: `(samples, n)`."""
    return series.x.detach().cpu().double().reshape(-1, series.dim)


def array(x: Tensor) -> Array:
    """Copy to the host, in float64."""
    return x.detach().cpu().double().numpy()


def tensor(x: Any) -> Tensor:
    """Return an array as a tensor in float64."""
    return torch.from_numpy(np.ascontiguousarray(cast(Array, x), dtype=np.float64))


def interval(series: takens.TimeSeries, what: str) -> float:
    """Return the sampling interval.

    Raises: DataError where samples are not equally spaced.
    """
    if not series.regular:
        steps = series.t.diff()
        raise takens.errors.DataError(
            f"{what} needs equally spaced samples; steps are {float(steps.min()):g} to "
            f"{float(steps.max()):g}. Put resample before it."
        )
    return series.dt
