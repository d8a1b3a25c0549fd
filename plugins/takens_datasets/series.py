"""From columns of numbers to a time series."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import takens
from takens_datasets.sampling import equal_steps, rises_evenly

Floats = NDArray[np.float64]


def make_series(
    path: Path,
    x: Floats,
    names: Sequence[str],
    *,
    t: Floats | None,
    clock: str,
    dt: float | None,
    complete: bool,
    row: Callable[[int], str],
    time_unit: str = "",
) -> takens.TimeSeries:
    """Check finite variables `x: (..., T, n)` and times `t: (T,)`, and put them together.

    ``clock`` is what a person calls the times, ``row`` what a person calls sample i.
    ``complete`` says that the variables are all there are, so that a clock may be among them.

    Raises: DataError where there are too few samples, times are not equally spaced or not
    those of ``dt``, or a clock was taken for a variable.
    """
    samples, n = x.shape[-2:]
    if samples < max(3, n + 1):
        raise takens.errors.DataError(
            f"{path} has too few samples, {samples} for {n} variable{'s' * (n > 1)}; at least "
            f"{max(3, n + 1)} are needed, one below the other (transpose a table that lies on "
            "its side)."
        )
    if complete and x.ndim == 2:
        for i, name in enumerate(names):
            if rises_evenly(x[:, i]):
                raise takens.errors.DataError(
                    f"{path}: column {name!r} rises in equal steps, as a time or a row number "
                    f"does; give it as the time, or name the columns that are variables."
                )
    if t is None:
        times = float(dt or 1.0) * np.arange(samples, dtype=np.float64)
    else:
        times = equal_steps(t, lambda i: f"{path}: {row(i)}, {clock}")
        step = (times[-1] - times[0]) / (samples - 1)
        if dt is not None and abs(step - dt) > 1e-3 * dt:
            raise takens.errors.DataError(
                f"{path}: the steps of {clock} are {step:.6g}, but dt = {dt:g} was given; "
                "leave out one of the two."
            )
    return takens.TimeSeries(
        torch.as_tensor(times),
        torch.as_tensor(np.ascontiguousarray(x)),
        tuple(names),
        time_unit=time_unit,
    )
