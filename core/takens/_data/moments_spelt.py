"""Dates as people and instruments spell them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from takens._data.moments import Moments, moments_of

_SLASHED: Final = re.compile(
    r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T,]+(\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*([AaPp][Mm])?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_NAMED: Final = (
    *("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%y"),
)
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p")


def spelt_moments(texts: Sequence[str]) -> Moments:
    """Read dates in ISO 8601 or another usual spelling, the same throughout.

    Day and month are told apart by what is greater than 12, by the dots of German dates, or
    by order: times increase. Raises: ValueError with the first that is no date, or that may
    be two.
    """
    try:
        return moments_of(texts)
    except ValueError:
        pass
    matches = [_SLASHED.fullmatch(text.strip()) for text in texts]
    if all(matches):
        return _slashed(texts, [match.groups("") for match in matches if match])
    first = texts[0].strip()
    for day in _NAMED:
        for clock in _TIMES:
            try:
                datetime.strptime(first, day + clock)
            except ValueError:
                continue
            return moments_of(
                [datetime.strptime(t.strip(), day + clock).isoformat() for t in texts]
            )
    bad = next((text for text in texts if not is_date(text)), texts[0])
    raise ValueError(bad)


def is_date(text: str) -> bool:
    """Whether a text is a date in a usual spelling, or may be one."""
    text = text.strip()
    if not text or text.replace(".", "", 1).isdigit():
        return False
    try:
        moments_of([text])
    except ValueError:
        match = _SLASHED.fullmatch(text)
        if match:
            return len(match[1]) == 4 or len(match[4]) in (2, 4)
        return any(_is(text, day + clock) for day in _NAMED for clock in _TIMES)
    return True


def _is(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _slashed(texts: Sequence[str], parts: Sequence[Sequence[str]]) -> Moments:
    first, second = [int(p[0]) for p in parts], [int(p[2]) for p in parts]
    if all(len(p[0]) == 4 for p in parts):
        return _made(parts, (0, 2, 3))
    day_first = max(first) > 12 or parts[0][1] == "."
    month_first = max(second) > 12
    if day_first and not month_first:
        return _made(parts, (3, 2, 0))
    if month_first and max(first) <= 12:
        return _made(parts, (3, 0, 2))
    if not month_first:
        found = [_made(parts, order) for order in ((3, 2, 0), (3, 0, 2))]
        even = [bool((np.diff(each) > np.timedelta64(0)).all()) for each in found]
        if even[0] != even[1]:
            return found[even.index(True)]
    raise ValueError(texts[0])


def _made(parts: Sequence[Sequence[str]], order: tuple[int, int, int]) -> Moments:
    made: list[str] = []
    for part in parts:
        year, month, day = (part[i] for i in order)
        year = f"20{year}" if len(year) == 2 else year
        clock, half, zone = part[4] or "00:00", part[5].lower(), part[6]
        hour, _, rest = clock.partition(":")
        if half:
            hour = str(int(hour) % 12 + (12 if half == "pm" else 0))
        zone = "" if zone in ("UTC", "GMT") else zone
        made.append(f"{year}-{month:>02}-{day:>02}T{hour:>02}:{rest.replace(',', '.')}{zone}")
    return moments_of(made)
