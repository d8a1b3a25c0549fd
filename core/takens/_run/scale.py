"""A test of a verdict as a picture: its interval on a scale with its tolerance."""

from __future__ import annotations

from typing import Final, final

import attrs

from takens._judging.equivalence import EquivalenceTest
from takens._printed import digits

# What lies further out than so many widths of the band is cut off.
_MOST: Final = 6.0
# Of a digit.
_WIDTH: Final = 1.5


@final
@attrs.frozen(kw_only=True)
class Scale:
    """Places on a scale of 0 to 100: what is right, the interval, the value.

    ``ticks`` are the bounds of what is right, in the words of the report.
    """

    band: tuple[float, float]
    interval: tuple[float, float]
    value: float
    ticks: tuple[tuple[float, str], ...]

    @classmethod
    def of(cls, test: EquivalenceTest) -> Scale:
        """Choose the scale so that the band and, where it is near, the interval are seen."""
        low, high = test.bounds
        right = high if high is not None else 0.0
        left = low if low is not None else min(0.0, test.interval[0])
        wide = (right - left) or 1.0
        first = max(min(left, test.interval[0]), left - _MOST * wide)
        last = min(max(right, test.interval[1]), right + _MOST * wide)
        margin = 0.08 * (last - first)
        first, last = first - margin, last + margin

        def place(value: float) -> float:
            return round(min(max(100 * (value - first) / (last - first), 0.0), 100.0), 2)

        return cls(
            band=(0.0 if low is None else place(low), 100.0 if high is None else place(high)),
            interval=(place(test.interval[0]), place(test.interval[1])),
            value=place(test.value),
            ticks=_apart([(place(b), digits(b, 3)) for b in (low, high) if b is not None]),
        )


def _apart(ticks: list[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """Write one tick for two that would overlap."""
    if len(ticks) < 2:
        return tuple(ticks)
    (left, low), (right, high) = ticks
    if right - left >= _WIDTH * (len(low) + len(high) + 1) / 2:
        return tuple(ticks)
    return ((round((left + right) / 2, 2), f"{low} to {high}"),)
