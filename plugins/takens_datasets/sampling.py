"""Whether times are equally spaced, and which of them are not."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import takens

Place = Callable[[int], str]
Floats = NDArray[np.float64]

# Steps that differ by less, as a fraction of their median, count as equal.
_TOLERANCE = 1e-3


def equal_steps(t: Floats, place: Place) -> Floats:
    """Return the times `t: (T,)`, on an even grid where they were rounded to few digits.

    Rounding is undone only where it explains every deviation and is below a tenth of a step.
    ``place`` says where a sample is to be found.

    Raises: DataError where times do not increase, rows are missing or steps differ.
    """
    steps = np.diff(t)
    back = np.flatnonzero(~(steps > 0))
    if len(back):
        i = int(back[0])
        raise takens.errors.DataError(
            f"{place(i + 1)} is {t[i + 1]:.10g}, which does not come after {t[i]:.10g}; sort "
            "the rows by time, and keep one of each."
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
        raise takens.errors.DataError(
            f"{place(i + 1)} jumps from {t[i]:.10g} to {t[i + 1]:.10g} where the step is "
            f"{dt:.6g}, so {lost} missing; fill the gap by interpolation, or cut the series "
            "there."
        )
    raise takens.errors.DataError(
        f"{place(i + 1)} is {t[i + 1]:.10g}, a step of {steps[i]:.6g} where the median step is "
        f"{dt:.6g}; resample the series to equal steps."
    )


def rises_evenly(x: Floats) -> bool:
    """Whether `x: (T,)` is a straight ramp upwards, as a clock or a row number is."""
    steps = np.diff(x)
    return bool(steps.min() > 0 and np.ptp(steps) <= _TOLERANCE * steps.mean())


def _rounding(t: Floats) -> float:
    """Return the unit in the last digit of times that were stored in few digits, or 0."""
    for decimals in range(7):
        if np.array_equal(np.round(t, decimals), t):
            return 10.0**-decimals
    single = t.astype(np.float32)
    return float(np.spacing(np.abs(single).max())) if np.array_equal(single, t) else 0.0
