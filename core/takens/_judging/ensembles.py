"""Scores of several models, as one."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from takens._judging.scores import Scores
from takens._protocols.score import Score


def over_members(scores: Sequence[Score]) -> Score:
    """Compute the median over the members of an ensemble, with its standard error.

    What it is made of is that of the member in the middle; ``members`` holds every value, None
    for those without one, and ``details`` the ``interval`` from the second smallest to the
    second largest of ten (the central 80 %).
    """
    about: dict[str, Any] = {"members": [score.value for score in scores]}
    values = sorted(score.value for score in scores if score.value is not None)
    if not values:
        return attrs.evolve(scores[0], **about)
    median = statistics.median_low(values)
    typical = next(score for score in scores if score.value == median)
    if len(values) > 1:
        about |= over_values(values, "members")
        low, *_, high = statistics.quantiles(values, n=10, method="inclusive")
        about["details"] = dict(typical.details) | {"interval": [low, high]}
    return attrs.evolve(typical, value=statistics.median(values), **about)


def over_values(values: Sequence[float], what: str) -> dict[str, Any]:
    """Compute the standard error of the median of two values or more, as fields of a score."""
    # Of normal samples it is sqrt(pi / 2) times that of the mean.
    error = math.sqrt(math.pi / 2) * statistics.stdev(values) / math.sqrt(len(values))
    return {"error": error, "error_from": f"the spread over {len(values)} {what}"}


def merge_members(each: Sequence[Mapping[str, Score]]) -> Scores:
    """Join the scores of every member, name by name."""
    if len(each) == 1:
        return Scores(each[0])
    return Scores({name: over_members([scores[name] for scores in each]) for name in each[0]})
