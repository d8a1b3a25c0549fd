"""How well a candidate does on data that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Final

from takens._protocols.score import Score

# What a score is at most, and what one without a value is.
_WORST: Final = 2.0
# A share of starts that end where the data never are, as bad as the best simple baseline.
_BAD_SHARE: Final = 0.1


def badness(scores: Mapping[str, Score]) -> float:
    """Return 0 for a perfect model and 1 for one that is no better than simple baselines.

    The mean over the scores of how far each is on the way from its floor to its best baseline.
    """
    return fmean(map(_of_one, scores.values()))


def _of_one(score: Score) -> float:
    if score.value is None:
        return _WORST
    by = None if score.evidence is None else score.evidence.by
    if by == "share":
        return min(score.value / _BAD_SHARE, _WORST)
    # The floor of a forecast is one by analogues, which a good model beats.
    floor = 0.0 if by == "forecast" or score.floor is None else score.floor
    best = min(score.baselines.values(), default=None)
    if best is None or best <= floor:
        return _WORST if score.value > floor else 0.0
    found = min(max((score.value - floor) / (best - floor), 0.0), _WORST)
    if score.runs is not None and score.runs.count:
        lost = score.runs.diverged / score.runs.count
        found += (_WORST - found) * lost
    return found
