"""Whether a record is of one law from beginning to end."""

from __future__ import annotations

from typing import Any, Final, cast, final

import attrs
import numpy as np
from scipy import stats

from takens._embedding.arrays import Array
from takens._embedding.memory import correlation_time

_LEVEL: Final = 0.01
_SHORTEST: Final = 20


@final
@attrs.frozen
class Trend:
    """How much of a variable's variance a straight line explains, and whether by chance.

    ``change`` is by how much the line moves over the record, in standard deviations.
    """

    share: float
    change: float
    certain: bool


def trend_of(x: Array) -> Trend:
    """Fit a straight line to `x: (T,)`, and test it against a record with the same memory.

    The number of independent samples is the length over twice the time in which the
    autocorrelation of what is left falls to 1 / e.
    """
    t = np.linspace(-1, 1, len(x))
    slope = float((t @ (x - x.mean())) / (t @ t))
    left = x - x.mean() - slope * t
    whole = float(x.var())
    share = 1 - float(left.var()) / whole if whole > 0 else 0.0
    independent = len(x) / (2 * correlation_time(left[:, None]))
    if independent < 4 or share <= 0:
        return Trend(max(share, 0.0), 2 * slope / max(whole, 1e-300) ** 0.5, False)
    ratio = share / max(1 - share, 1e-12) * (independent - 2)
    chance = float(cast(Any, stats).f.sf(ratio, 1, independent - 2))
    return Trend(share, 2 * slope / whole**0.5, chance < _LEVEL)
