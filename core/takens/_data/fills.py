"""Numbers that stand for what was not measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from takens.errors import DataError

Floats = NDArray[np.float64]
# Those of instruments, loggers, climate archives and libraries.
_USUAL: Final = (
    *(sign * value for value in (99.0, 99.9, 99.99, 999.0, 999.9, 999.99) for sign in (1, -1)),
    *(sign * value for value in (9999.0, 9999.9, 99999.0, 999999.0) for sign in (1, -1)),
    *(sign * value for value in (1e20, 1e30, 1e35, 1e36, 1e37, 1e38) for sign in (1, -1)),
    *(-32768.0, 32767.0, -2147483648.0, 2147483647.0),
    *(9.96920996838687e36, float(np.float32(1e20)), float(np.finfo(np.float32).min)),
    *(-8888.0, -7999.0, -6999.0, -1e10, 1e15),
)
_ROWS: Final = 1000
# A fill value is further from all other numbers than they are from each other.
_APART: Final = 2.0


def suspects(x: Floats) -> list[list[float]]:
    """Return the extremes of each variable of `x: (T, n)` that look like fill values.

    Only a number that is customary for it, and lies apart from all others, is suspected.
    """
    ends = zip(_ends(x, np.fmin), _ends(x, np.fmax), strict=True)
    return [
        _suspects(x[:, i]) if any(map(_is_usual, pair)) else [] for i, pair in enumerate(ends)
    ]


def _ends(x: Floats, extreme: np.ufunc) -> list[float]:
    # Several rows side by side are gone through ten times as fast as one by one.
    whole = len(x) - len(x) % _ROWS
    parts = extreme.reduce(x[:whole].reshape(-1, _ROWS * x.shape[1]), 0, initial=np.nan)
    rows = np.concatenate((parts.reshape(_ROWS, -1), x[whole:]))
    return extreme.reduce(rows, 0).tolist()


def _is_usual(value: float) -> bool:
    return any(math.isclose(value, usual, rel_tol=1e-6) for usual in _USUAL)


def _suspects(x: Floats) -> list[float]:
    """Return fill values of `x: (T,)`, each farther out than the data."""
    found: list[float] = []
    rest = x
    for _ in range(3):
        extremes = (float(np.nanmin(rest)), float(np.nanmax(rest)))
        for value in filter(_is_usual, extremes):
            others = rest[rest != value]
            others = others[~np.isnan(others)]
            if not len(others):
                continue
            inner_low, inner_high = float(others.min()), float(others.max())
            away = inner_low - value if value < inner_low else value - inner_high
            if away > _APART * (inner_high - inner_low) and len(others) > 1:
                found.append(value)
                rest = others
                break
        else:
            break
    return found


def is_finite(x: NDArray[np.float64]) -> bool:
    """Whether all numbers are finite: a finite sum has finite terms, and is found sooner."""
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(float(x.sum())) or bool(np.isfinite(x).all())


def mask_of(x: NDArray[np.float64], missing: Sequence[float]) -> NDArray[np.bool_] | None:
    """Return where numbers of `x` were measured, None where all were."""
    if not missing and is_finite(x):
        return None
    gone = np.isnan(x)
    for value in missing:
        gone |= np.isclose(x, value, rtol=1e-6, atol=0.0)
    return ~gone if bool(gone.any()) else None


def fill_values(missing: Sequence[object]) -> tuple[list[float], list[str]]:
    """Return the numbers and the texts that stand for what is missing.

    Raises: DataError for anything else.
    """
    numbers: list[float] = []
    texts: list[str] = []
    for value in missing:
        if isinstance(value, str):
            try:
                numbers.append(float(value))
            except ValueError:
                texts.append(value)
        elif isinstance(value, (int, float)):
            numbers.append(float(value))
        else:
            raise DataError(
                f"missing lists numbers and texts that stand for gaps, as [-999, 'x']; "
                f"got {value!r}."
            )
    return numbers, texts
