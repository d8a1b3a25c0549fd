"""Two records of the same variables, made comparable."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

import takens

Array = npt.NDArray[np.float64]

# Farther out than this everything is equally wrong, and squares are still finite.
_FARTHEST = 1e100
# What is found of a record is kept for so many.
_RECORDS = 8

P = ParamSpec("P")
T = TypeVar("T")


def remembered(
    function: Callable[Concatenate[takens.TimeSeries, P], T],
) -> Callable[Concatenate[takens.TimeSeries, P], T]:
    """Keep what a function finds of a record, since all runs are compared with the same truth.

    A record that was written to is another one.
    """

    @functools.lru_cache(maxsize=_RECORDS)
    def kept(record: takens.TimeSeries, _: int, *args: P.args, **kwargs: P.kwargs) -> T:
        return function(record, *args, **kwargs)

    @functools.wraps(function)
    def found(record: takens.TimeSeries, *args: P.args, **kwargs: P.kwargs) -> T:
        x = record.x
        version = 0 if x.is_inference() else x._version  # pyright: ignore[reportPrivateUsage]
        return kept(record, version, *args, **kwargs)

    return found


def paired(
    metric: str,
    reference: takens.TimeSeries,
    generated: takens.TimeSeries,
    *,
    dims: tuple[str, ...],
    samples: int,
) -> tuple[Array, Array]:
    """Return both `x` in float64 and in units of the reference.

    Each variable of the reference then has mean zero and standard deviation one. ``dims``
    names the dimensions that both must have, ``samples`` is the least length in time.

    Raises: DataError, naming the metric, where shapes or sampling differ, the records are
    too short, or a variable of the reference has no spread.
    """
    truth, run = (s.x.detach().cpu().double().numpy() for s in (reference, generated))
    if truth.shape != run.shape or truth.ndim != len(dims):
        raise takens.errors.DataError(
            f"{metric} compares two records of one shape ({', '.join(dims)}); got "
            f"{truth.shape} for the reference and {run.shape} for what was generated."
        )
    if truth.shape[-2] < samples:
        raise takens.errors.DataError(
            f"{metric} needs at least {samples} samples in time; got {truth.shape[-2]}."
        )
    spans = [float(s.t[-1] - s.t[0]) for s in (reference, generated)]
    if abs(spans[1] - spans[0]) > 1e-3 * spans[0]:
        raise takens.errors.DataError(
            f"{metric} compares records of one sampling interval; the reference covers "
            f"{spans[0]:g} time units in {len(reference)} samples and what was generated "
            f"{spans[1]:g}."
        )
    truth, mean, sd = standardised(reference)
    for name, unit in zip(reference.columns, sd, strict=True):
        if not 0 < unit < np.inf:
            raise takens.errors.DataError(
                f"{metric} measures in standard deviations of the reference, and that of "
                f"column {name!r} is {unit:g}; leave the column out, or rescale it."
            )
    with np.errstate(over="ignore", invalid="ignore"):
        return truth, np.clip((run - mean) / sd, -_FARTHEST, _FARTHEST)


def paired_forecasts(
    metric: str, reference: takens.TimeSeries, generated: takens.TimeSeries, steps: int
) -> tuple[Array, Array]:
    """Return forecasts `(starts, h + 1, n)`, h at least ``steps``, as ``paired`` does."""
    dims = ("starts", "h + 1", "n")
    return paired(metric, reference, generated, dims=dims, samples=steps + 1)


@remembered
def standardised(record: takens.TimeSeries) -> tuple[Array, Array, Array]:
    """Return a record in its own units, `(..., T, n)`, its mean and its deviation, `(n,)`."""
    x = record.x.detach().cpu().double().numpy()
    flat = x.reshape(-1, x.shape[-1])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean, sd = flat.mean(0), np.where(np.ptp(flat, axis=0) > 0, flat.std(0), 0.0)
        return (x - mean) / sd, mean, sd
