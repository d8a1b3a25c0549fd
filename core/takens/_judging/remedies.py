"""What would decide a test that is undecided."""

from __future__ import annotations

import math
from typing import Final

from takens._judging.criteria import Criteria
from takens._judging.equivalence import Remedy, quantile, trials_to_tell
from takens._protocols.score import Score

# A remedy asks for an error so small that the test then decides in over eight of ten tries.
_MARGIN: Final = 1.5
# What seems to be at the tolerance is known to be there only up to its error: it is taken to be
# off by so much of that at least, as half of all are by chance.
_APART: Final = 0.6
# Beyond so many times the data, or the members, nothing is recommended.
_MOST: Final = 1_000.0


def more_trials(count: int, trials: int, most: float, criteria: Criteria) -> Remedy:
    """Say how many trials tell a share, here of ``count`` in ``trials``, from ``most``."""
    share = count / trials
    gap = abs(most - share)
    spread = (quantile(criteria.level, None) + _MARGIN) ** 2 * share * (1 - share)
    needed = spread / gap**2 if gap else math.inf
    if not count:
        needed = trials_to_tell(most, criteria.level)
    if needed > _MOST * trials:
        return Remedy("its share is that of the tolerance itself", math.inf)
    needed = max(needed, trials + 1)
    return Remedy(f"about {_rounded(needed)} of them would decide it", needed / trials)


def more_data(
    score: Score, gap: float, own: float, truth: float, over: float | None, criteria: Criteria
) -> Remedy:
    """Say how much more of what would make the error small enough for the gap.

    The error is ``over`` so many, which a longer record does not make more.
    """
    gap = max(gap, _APART * math.hypot(own, truth))
    wanted = gap / (quantile(criteria.level, over) + _MARGIN)
    asked: list[str] = []
    most = 1.0
    countable = score.error_unit in ("members", "starts")
    if not countable:
        own, truth = 0.0, math.hypot(own, truth)
    left = math.sqrt(max(wanted**2 - truth**2, wanted**2 / 2))
    if own and own > left and score.error_over:
        times = (own / left) ** 2
        many = _rounded(max(score.error_over * times, score.error_over + 1))
        asked.append(f"{many} {score.error_unit}")
        most = max(most, times)
    rest = math.sqrt(max(wanted**2 - min(own, left) ** 2, wanted**2 / 2))
    if truth > rest:
        times = max((truth / rest) ** 2, 1.1)
        asked.append(f"a record {_times(times)} times as long")
        most = max(most, times)
    if not asked:
        asked.append("a record twice as long")
    return Remedy(f"about {' and '.join(asked)} would decide it", most)


def _times(times: float) -> str:
    return f"{times:.1f}" if times < 10 else _rounded(times)


def _rounded(count: float) -> str:
    """Write a number of things to two digits, upwards."""
    step = 10 ** max(math.floor(math.log10(count)) - 1, 0)
    return f"{math.ceil(count / step) * step:,.0f}"
