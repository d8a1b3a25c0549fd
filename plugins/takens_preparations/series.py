"""Series that are made of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

import takens

Array: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = Mapping[str, Tensor]


def changed(
    series: takens.TimeSeries,
    x: Tensor,
    *,
    t: Tensor | None = None,
    columns: Sequence[str] | None = None,
    units: Sequence[str] | None = None,
) -> takens.TimeSeries:
    """Return a series with other samples, and other times, names and units where given.

    Samples that are not finite are missing. Units go with the names, inputs with the times.
    """
    t = series.t if t is None else t
    same = columns is None and x.shape[-1] == series.dim
    finite = x.isfinite()
    return takens.TimeSeries(
        t,
        x,
        tuple(columns or series.columns),
        time_unit=series.time_unit,
        units=(series.units if same else ()) if units is None else units,
        mask=None if bool(finite.all()) else finite,
        inputs=_at(series.inputs, t),
        origin=series.origin,
    )


def _at(inputs: takens.TimeSeries | None, t: Tensor) -> takens.TimeSeries | None:
    # What acts on the system, at other times: in between on straight lines.
    if inputs is None or torch.equal(inputs.t, t):
        return inputs
    before = (torch.searchsorted(inputs.t, t, right=True) - 1).clamp(0, len(inputs) - 2)
    first, second = inputs.t[before], inputs.t[before + 1]
    share = ((t - first) / (second - first)).clamp(0, 1)[:, None].to(inputs.x)
    x = inputs.x[..., before, :].lerp(inputs.x[..., before + 1, :], share)
    finite = x.isfinite()
    mask = None if bool(finite.all()) else finite
    return takens.TimeSeries(
        t,
        x,
        inputs.columns,
        time_unit=inputs.time_unit,
        units=inputs.units,
        mask=mask,
        origin=inputs.origin,
    )


class KeepsSamples:
    """A way back on which nothing is to be done: what was taken out is gone."""

    __slots__ = ()

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Leave the samples as they are."""
        return changed(before, series.x, t=series.t)


def complete(series: takens.TimeSeries, what: str) -> None:
    """Refuse a series of which something is missing.

    Raises: DataError.
    """
    if series.mask is not None:
        column = int((~series.mask).reshape(-1, series.dim).sum(0).argmax())
        raise takens.errors.DataError(
            f"{what} needs all samples, and some of {series.columns[column]!r} are missing; "
            "put fill_gaps before it, or cut the series at its gaps."
        )


def flat(series: takens.TimeSeries) -> Tensor:
    """Return all samples in double precision: `(samples, n)`; what is missing is NaN."""
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
