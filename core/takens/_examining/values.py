"""What single values tell: fills, constants, outliers, steps, counts and labels."""

from __future__ import annotations

from typing import Final, final

import attrs
import numpy as np

from takens._embedding.arrays import Array, Places

# What files have in place of what is missing.
_FILLS: Final = (-9999.0, -999.0, -99.0, -9.0, 9999.0, 999.0, 99.0, -32768.0, -1e30, 1e20, 1e30)
_ROBUST: Final = 1.4826
_BEYOND: Final = 8.0
_WIDTH: Final = 7
_LABELS: Final = 10


@final
@attrs.frozen(eq=False)
class Values:
    """What was seen in the values of one variable.

    ``fill`` is a number that stands for what is missing, ``outliers`` are places, ``step`` is
    what values are multiples of, None where they are not.
    """

    constant: bool
    fill: float | None
    filled: int
    outliers: Places
    step: float | None
    distinct: int
    repeated: float
    counts: bool
    labels: bool


def look_at(x: Array) -> Values:
    """Look at the values of one variable `x: (T,)`, in which what is missing is NaN."""
    known = x[np.isfinite(x)]
    distinct = np.unique(known)
    if len(distinct) < 2:
        nothing = np.array([], dtype=np.int64)
        return Values(True, None, 0, nothing, None, len(distinct), 1.0, False, False)
    fill = _fill(known, distinct)
    rest = known if fill is None else known[known != fill]
    whole = bool((rest == np.round(rest)).all())
    distinct = np.unique(rest)
    labels = whole and len(distinct) <= _LABELS and len(rest) >= 5 * len(distinct)
    again = np.diff(x)
    repeated = float((again[np.isfinite(again)] == 0).mean()) if len(x) > 1 else 0.0
    return Values(
        constant=len(distinct) < 2,
        fill=fill,
        filled=0 if fill is None else int((known == fill).sum()),
        outliers=np.array([], dtype=np.int64) if labels else _outliers(x, fill),
        step=_step(rest, distinct),
        distinct=len(distinct),
        repeated=repeated,
        counts=whole and not labels and bool((rest >= 0).all()),
        labels=labels,
    )


def _fill(x: Array, distinct: Array) -> float | None:
    for value in _FILLS:
        there = x == value
        rest = x[~there]
        if not there.any() or not len(rest):
            continue
        spread = max(float(rest.std()), 1e-12 * abs(value))
        beyond = value < rest.min() - 3 * spread or value > rest.max() + 3 * spread
        if beyond and value in (distinct[0], distinct[-1]):
            return value
    return None


def _step(x: Array, distinct: Array) -> float | None:
    # Values of few different sizes are multiples of their smallest distance.
    if len(distinct) > 0.2 * len(x) or len(distinct) < 3:
        return None
    step = float(np.diff(distinct).min())
    off: Array = (distinct - distinct[0]) / step
    return step if bool((np.abs(off - off.round()) < 1e-3).all()) else None


def _outliers(x: Array, fill: float | None) -> Places:
    """Return what is far from the median of its neighbours, by Hampel's rule.

    Source: Pearson (2002), IEEE Trans. Control Syst. Technol. 10, 55-63; the local slope is
    taken away first.
    """
    given = np.where(x == fill, np.nan, x) if fill is not None else x
    half = _WIDTH // 2
    padded = np.pad(given, half, mode="reflect", reflect_type="odd")
    near = np.lib.stride_tricks.sliding_window_view(padded, _WIDTH)
    # Where the record is steep, what is spread along its slope is no scatter.
    slope = np.median(np.diff(near, axis=1), 1)
    near = near - slope[:, None] * np.arange(-half, half + 1)
    middle = np.median(near, 1)
    spread = _ROBUST * np.median(np.abs(near - middle[:, None]), 1)
    usual = float(np.nanmedian(spread)) if np.isfinite(spread).any() else 0.0
    bound = _BEYOND * np.maximum(spread, usual)
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((np.abs(given - middle) > bound) & (bound > 0)).astype(np.int64)
