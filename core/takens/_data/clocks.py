"""Columns of times that are neither dates nor plain numbers of a known unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from takens._data.moments import Moments

Floats = NDArray[np.float64]
_ELAPSED: Final = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):([0-5]\d(?:[.,]\d+)?)|(\d+):(\d\d))")
_DAY: Final = 86_400.0
# Unix times of 2001 to 2033, by their unit.
_UNIX: Final = {"s": 1e9, "ms": 1e12, "us": 1e15, "ns": 1e18}


def elapsed(texts: Sequence[str]) -> Floats | None:
    """Return seconds for texts as 1:23:45.678, or 00:01.50 for minutes and seconds.

    Of two whole parts alone, as 12:30, it cannot be told what they are, unless the first is no
    hour. Times of the day go on behind midnight. Gives None for anything else.
    """
    parts = [_ELAPSED.fullmatch(text.strip()) for text in texts]
    if not texts or not all(parts):
        return None
    found = [part for part in parts if part]
    if all(part[1] is None for part in found):
        said = any(re.search("[.,]", part[0]) for part in found)
        if not (said or any(int(part[2] or part[4]) > 23 for part in found)):
            return None
    seconds: Floats = np.array([_seconds(part) for part in found])
    days = np.cumsum(np.diff(seconds, prepend=seconds[0]) < -_DAY / 2)
    later: Floats = seconds + _DAY * days
    return later if seconds.max() < _DAY else seconds


def _seconds(part: re.Match[str]) -> float:
    hours, minutes = int(part[1] or 0), int(part[2] or part[4] or 0)
    return 3600.0 * hours + 60.0 * minutes + float((part[3] or part[5]).replace(",", "."))


def is_time_of_day(text: str) -> bool:
    """Whether a text is a time of the day, which may stand beside its date."""
    return bool(re.fullmatch(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?(\s*[AaPp][Mm])?", text.strip()))


def dates_in_digits(times: Floats) -> Moments | None:
    """Return days of numbers as 20240331 or months as 202403, where all are such."""
    whole = times.astype(np.int64)
    if len(times) < 2 or not np.array_equal(whole, times):
        return None
    digits = {len(str(number)) for number in whole.tolist()}
    if digits not in ({6}, {8}) or not 1800 <= int(str(whole[0])[:4]) <= 2199:
        return None
    texts = [str(number) for number in whole.tolist()]
    # Numbers that never leave a month or a year may as well be counted.
    if texts[0][:-2] == texts[-1][:-2]:
        return None
    try:
        return np.array(
            ["-".join(filter(None, (t[:4], t[4:6], t[6:]))) for t in texts], "M8[us]"
        )
    except ValueError:
        return None


def unix_unit(times: Floats) -> str:
    """Return the unit of Unix times, or nothing where they are none."""
    low, high = float(times.min()), float(times.max())
    return next((u for u, one in _UNIX.items() if one <= low and high <= 2 * one), "")


def beside(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any] | None:
    """Return dates with the times of the day that stand in another column, or None."""
    if second.dtype.kind not in "OU" or not all(is_time_of_day(str(one)) for one in second):
        return None
    if first.dtype.kind == "M":
        first = np.datetime_as_string(first, unit="D")
    elif first.dtype.kind not in "OU":
        return None
    joined = [f"{str(a).strip()} {str(b).strip()}" for a, b in zip(first, second, strict=True)]
    return np.array(joined, object)
