"""Dates as times."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

# The calendar's units before the clock's: months are equal steps though their days are not.
_UNITS = {"Y": "year", "M": "month", "D": "d", "h": "h", "m": "min", "s": "s"}


def is_date(text: str) -> bool:
    """Whether a text is a date, or a date and time, in ISO 8601."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def moments(texts: Sequence[str]) -> NDArray[np.datetime64]:
    """Read ISO 8601, as in 2024-03, 2024-03-31 or 2024-03-31T12:00:00.5Z, to a microsecond.

    Raises: ValueError where a text is something else.
    """
    return np.array([_parse(text) for text in texts], "M8[us]")


def since_first(times: NDArray[np.datetime64]) -> tuple[NDArray[np.float64], str]:
    """Return times since the first, and their unit: the coarsest that holds them all exactly.

    Times of year are counted in years, firsts of the month in months, other dates in days,
    times of day in hours, minutes or seconds, and anything finer in fractions of seconds.
    """
    for code, unit in _UNITS.items():
        whole = times.astype(f"M8[{code}]")
        if bool((whole == times).all()):
            return (whole - whole[0]).astype(np.float64), unit
    return (times - times[0]).astype(np.float64) / 1e6, "s"


def _parse(text: str) -> datetime:
    text = text.strip()
    when = datetime.fromisoformat(f"{text}-01" if len(text) == len("2024-03") else text)
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
