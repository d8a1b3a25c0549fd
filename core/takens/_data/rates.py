"""Sampling intervals and rates, as people write them."""

from __future__ import annotations

import math
import re
from typing import Final

from takens.errors import DataError

_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_HERTZ: Final = {"mhz": 1e-3, "hz": 1.0, "khz": 1e3, "sps": 1.0, "/s": 1.0}
_PER: Final = {"/min": "min", "/h": "h", "/d": "d", "/month": "month", "/year": "year"}
_NUMBER: Final = re.compile(r"\s*([-+.\deE]+)\s*([^\s\d].*?)?\s*")


def interval(dt: float | str | None, rate: float | str | None) -> tuple[float | None, str]:
    """Return the sampling interval and its unit, of 0.01 or "4 ms", or of a rate of "250 Hz".

    Raises: DataError for what is neither, and for both.
    """
    if dt is not None and rate is not None:
        raise DataError("dt and rate say the same; give one of the two.")
    if rate is not None:
        return _of_rate(rate)
    return (None, "") if dt is None else _of_interval(dt)


def _of_interval(given: float | str) -> tuple[float, str]:
    number, unit = _parts(given)
    if number is None or not 0 < number < math.inf:
        raise DataError(f"dt is a positive sampling interval, as 0.01 or '4 ms'; got {given}.")
    return (number * _SECONDS[unit], "s") if unit in ("us", "ms") else (number, unit)


def _of_rate(given: float | str) -> tuple[float, str]:
    number, unit = _parts(given)
    unit = unit.replace("per ", "/").replace(" ", "")
    small = "mhz" if unit == "mHz" else "" if unit == "MHz" else unit.lower()
    scale = 1e6 if unit == "MHz" else _HERTZ.get(small, 1.0)
    known = not unit or unit == "MHz" or small in _HERTZ or small in _PER
    if number is None or not known or not 0 < number < math.inf:
        raise DataError(
            f"rate is a positive number of samples, as '250 Hz', '1 kHz' or '12 /h'; "
            f"got {given!r}."
        )
    return 1 / (number * scale), _PER.get(small, "s" if unit else "")


def _parts(given: float | str) -> tuple[float | None, str]:
    if not isinstance(given, str):
        return float(given), ""
    match = _NUMBER.fullmatch(given)
    try:
        return (float(match[1]), match[2] or "") if match else (None, "")
    except ValueError:
        return None, ""
