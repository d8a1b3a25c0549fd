"""Dates as times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

Moments = NDArray[np.datetime64]

# The calendar's units before the clock's: months are equal steps though their days are not.
_UNITS: Final = {"Y": "year", "M": "month", "D": "d", "h": "h", "m": "min", "s": "s"}
_CODES: Final = {unit: code for code, unit in _UNITS.items()}


def is_moment(text: str) -> bool:
    """Whether a text is a date, or a date and time, in ISO 8601."""
    try:
        _moment(text)
    except ValueError:
        return False
    return True


def moments_of(values: Iterable[Any]) -> Moments:
    """Read dates, to a microsecond; those with a zone become those of UTC.

    Texts are in ISO 8601, as in 2024-03, 2024-03-31 or 2024-03-31T12:00:00.5Z.

    Raises: ValueError for the first that is something else.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return cast(Moments, values).astype("M8[us]")
    return np.array([_moment(value) for value in values], "M8[us]")


def text_of(moment: Any) -> str:
    """Write a moment in ISO 8601, as short as it can be."""
    return str(np.datetime_as_string(np.datetime64(moment), unit="auto"))


def since_first(moments: Moments) -> tuple[NDArray[np.float64], str]:
    """Return times since the first, and their unit: the coarsest that holds them all exactly.

    Times of year are counted in years, firsts of the month in months, other dates in days,
    times of day in hours, minutes or seconds, and anything finer in fractions of seconds.
    """
    for code, unit in _UNITS.items():
        whole = moments.astype(f"M8[{code}]")
        if bool((whole == moments).all()):
            return (whole - whole[0]).astype(np.float64), unit
    return (moments - moments[0]).astype(np.float64) / 1e6, "s"


def moments_at(origin: str, times: NDArray[np.float64], unit: str) -> Moments:
    """Return the moments that are ``times`` in a ``unit`` after ``origin``."""
    code = _CODES[unit]
    if code in "YM":
        start = np.datetime64(origin, code)
        return (start + np.round(times).astype(f"m8[{code}]")).astype("M8[us]")
    second = np.timedelta64(1, code) / np.timedelta64(1, "us")
    return np.datetime64(origin, "us") + np.round(times * second).astype("m8[us]")


def time_of(text: str, origin: str, unit: str) -> float:
    """Return how long after ``origin`` a date is, in a ``unit``.

    Raises: ValueError for what is no date.
    """
    code, moment = _CODES[unit], moments_of([text])[0]
    if code in "YM":
        return float((moment.astype(f"M8[{code}]") - np.datetime64(origin, code)).astype(int))
    return float((moment - np.datetime64(origin, "us")) / np.timedelta64(1, code))


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        if hasattr(value, "to_pydatetime"):
            value = value.to_pydatetime(warn=False)
        value = value.isoformat()
    text = value.strip()
    text = f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text
    when = datetime.fromisoformat(text)
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
