"""Whether times are equally spaced, and which of them are not."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from takens.errors import DataError

Place = Callable[[int], str]
Floats = NDArray[np.float64]

# Steps that differ by less, as a fraction of their median, count as equal.
_TOLERANCE = 1e-3
# Rows that are missing are put in where they are fewer than so many times those there are.
_MOST = 4


def equal_steps(t: Floats, place: Place) -> Floats:
    """Return the times `t: (T,)`, on an even grid where they were rounded to few digits.

    Rounding is undone only where it explains every deviation and is below a tenth of a step.
    ``place`` says where a sample is to be found.

    Raises: DataError where times do not increase, rows are missing or steps differ.
    """
    steps = np.diff(t)
    shortest = float(steps.min())
    if shortest > 0 and float(steps.max()) - shortest <= _TOLERANCE * shortest:
        return t
    back = np.flatnonzero(~(steps > 0))
    if len(back):
        i = int(back[0])
        again = t[i + 1] <= t[0] + np.abs(steps).min() and i > 1
        remedy = "sort the rows by time, and keep one of each"
        if again:
            remedy = (
                "if another recording begins there, name the column that tells recordings "
                "apart as id, or write each to a file of its own"
            )
        raise DataError(
            f"{place(i + 1)} is {t[i + 1]:.10g}, which does not come after {t[i]:.10g}; "
            f"{remedy}."
        )
    dt = float(np.median(steps))
    off = np.abs(steps - dt)
    if off.max() <= _TOLERANCE * dt:
        return t
    grid = np.linspace(float(t[0]), float(t[-1]), len(t))
    if np.abs(t - grid).max() <= _rounding(t) <= dt / 10:
        return grid
    jumps = np.flatnonzero(steps > 1.5 * dt)
    i = int(jumps[0]) if len(jumps) else int(off.argmax())
    ratio = steps[i] / dt
    # One part in ten, and what rounding adds to a jump and, times the ratio, to the step.
    missing = round(ratio) - 1
    allowed = min(0.1 + 0.5 * _rounding(t) / dt * (1 + ratio), 0.4)
    if missing > 0 and abs(ratio - missing - 1) < allowed:
        lost = "1 row is" if missing == 1 else f"{missing} rows are"
        raise DataError(
            f"{place(i + 1)} jumps from {t[i]:.10g} to {t[i + 1]:.10g} where the step is "
            f"{dt:.6g}, so {lost} missing; fill the gap by interpolation, or cut the series "
            "there."
        )
    raise DataError(
        f"{place(i + 1)} is {t[i + 1]:.10g}, a step of {steps[i]:.6g} where the median step is "
        f"{dt:.6g}; resample the series to equal steps."
    )


def with_missing_rows(
    t: Floats, x: Floats, place: Place
) -> tuple[Floats, Floats, Sequence[str]]:
    """Return times and numbers on an even grid, NaN where rows are missing, and remarks.

    Where steps differ otherwise, both are as they were given.

    Raises: DataError where times do not increase.
    """
    try:
        return equal_steps(t, place), x, ()
    except DataError:
        if not bool((np.diff(t) > 0).all()):
            raise
    steps = np.diff(t)
    dt = float(np.median(steps))
    at = np.concatenate(([0], np.cumsum(np.round(steps / dt)))).astype(np.int64)
    rounding = _rounding(t)
    if at[-1] and bool((np.diff(at) > 0).all()) and at[-1] < _MOST * len(t):
        dt = float(t[-1] - t[0]) / int(at[-1])
        off = np.abs(t[0] + at * dt - t).max()
        lost = int(at[-1]) + 1 - len(t)
        if lost and off <= max(0.05 * dt, min(rounding, dt / 10)):
            i = int(np.flatnonzero(np.diff(at) > 1)[0])
            whole = np.full((int(at[-1]) + 1, x.shape[1]), np.nan)
            whole[at] = x
            rows = "1 row is" if lost == 1 else f"{lost} rows are"
            remark = f"{rows} missing, the first before {place(i + 1).partition(': ')[2]}."
            return t[0] + dt * np.arange(len(whole)), whole, (remark,)
    low, high = float(steps.min()), float(steps.max())
    return t, x, (f"Steps differ: from {low:.6g} to {high:.6g}, with a median of {dt:.6g}.",)


def rises_evenly(x: Floats) -> bool:
    """Whether `x: (T,)` is a straight ramp upwards, as a clock or a row number is."""
    if len(x) > 100 and not rises_evenly(x[:50]):
        return False
    steps = np.diff(x)
    return bool(
        not np.isnan(steps).any()
        and steps.min() > 0
        and np.ptp(steps) <= _TOLERANCE * steps.mean()
    )


def _rounding(t: Floats) -> float:
    """Return the unit in the last digit of times that were stored in few digits, or 0."""
    for decimals in range(7):
        if np.array_equal(np.round(t, decimals), t):
            return 10.0**-decimals
    single = t.astype(np.float32)
    return float(np.spacing(np.abs(single).max())) if np.array_equal(single, t) else 0.0
