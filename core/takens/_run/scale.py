"""A test of a verdict as a picture: its interval on a scale with its tolerance."""

from __future__ import annotations

from typing import Final, final

import attrs

from takens._judging.equivalence import EquivalenceTest

# What lies further out than so many widths of the band is cut off.
_MOST: Final = 6.0


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
            ticks=tuple(
                (place(bound), f"{bound:.3g}") for bound in (low, high) if bound is not None
            ),
        )
