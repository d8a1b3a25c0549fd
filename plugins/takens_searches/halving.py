"""Successive halving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import final

import attrs

from takens.plugin import Request, Trial
from takens_searches.settings import HalvingSettings


@final
@attrs.frozen
class Halving(HalvingSettings):
    """Gives every round the same time, and every candidate that is left the same share of it.

    One that failed is worse than any that did not. The last candidate is not trained alone:
    the search ends where one is left.
    """

    def ask(
        self, candidates: Sequence[str], trials: Sequence[Trial], seconds: float, /
    ) -> Sequence[Request]:
        """Return what is missing of the round that is under way."""
        left, given = list(candidates), list(trials)
        rounds = max(1, math.ceil(math.log(len(left), self.factor) - 1e-9))
        for _ in range(rounds):
            share = seconds / rounds / len(left)
            done = {trial.request.candidate: trial for trial in given[: len(left)]}
            missing = [name for name in left if name not in done]
            if missing:
                return [Request(name, share) for name in missing]
            given = given[len(left) :]
            # The sort is stable: of two that are alike the one that was named first stays.
            left.sort(key=lambda name: _rank(done[name]))
            left = left[: math.ceil(len(left) / self.factor)]
        return []


def _rank(trial: Trial) -> float:
    return math.inf if trial.score is None else trial.score
