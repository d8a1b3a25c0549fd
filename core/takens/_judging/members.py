"""Scores of several models, as one."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from takens._protocols.metric import Score


def over_members(scores: Sequence[Score]) -> Score:
    """Give the median over the members of an ensemble, with its standard error.

    The details are those of the member in the middle; ``members`` holds every value, None for
    those without one, and ``interval`` from the second smallest to the second largest of ten
    (the central 80 %).
    """
    valued = sorted(
        ((score.value, i) for i, score in enumerate(scores) if score.value is not None)
    )
    every = {"members": [score.value for score in scores]}
    if not valued:
        return attrs.evolve(scores[0], details=dict(scores[0].details) | every)
    typical = scores[valued[(len(valued) - 1) // 2][1]]
    values = [value for value, _ in valued]
    details: dict[str, Any] = dict(typical.details) | every
    error = typical.error
    if len(values) > 1:
        # The standard error of a median of normal samples: sqrt(pi / 2) of that of the mean.
        error = math.sqrt(math.pi / 2) * statistics.stdev(values) / math.sqrt(len(values))
        details["error_from"] = f"the spread over {len(values)} members"
        cuts = statistics.quantiles(values, n=10, method="inclusive")
        details["interval"] = [cuts[0], cuts[-1]]
    return attrs.evolve(typical, value=statistics.median(values), error=error, details=details)


def together(each: Sequence[Mapping[str, Score]]) -> dict[str, Score]:
    """Join the scores of every member, name by name."""
    if len(each) == 1:
        return dict(each[0])
    return {name: over_members([scores[name] for scores in each]) for name in each[0]}
