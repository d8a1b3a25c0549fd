"""How long a reconstruction may take."""

from __future__ import annotations

import re
from typing import Final

from takens.errors import InputError

_UNITS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0}
_SHORTEST: Final = 10.0


def seconds_of(given: float | str) -> float:
    """Read a number of seconds, or a text such as ``5min``, ``90s`` or ``1.5h``.

    Raises: InputError for anything else, and for less than ten seconds.
    """
    text = f"{given}s" if isinstance(given, (int, float)) else given
    found = re.fullmatch(r"\s*([0-9.]+)\s*(s|min|h)\s*", text)
    try:
        seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    except ValueError:
        seconds = 0.0
    if seconds < _SHORTEST:
        raise InputError(
            f"A budget is a time of {_SHORTEST:g} s or more, as in 5min, 90s or 1h; got "
            f"{given!r}."
        )
    return seconds
