"""Scores of several models, as one."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from takens._judging.score_table import Scores
from takens._protocols.score import Part, Runs, Score


def over_members(scores: Sequence[Score], what: str = "members") -> Score:
    """Compute the median over the members of an ensemble, with its standard error.

    What it is made of is that of the member in the middle; ``members`` holds every value, None
    for those without one, and ``details`` the ``interval`` from the second smallest to the
    second largest of ten (the central 80 %). Shares are of the trials of all members.
    """
    about: dict[str, Any] = {"members": [score.value for score in scores]}
    runs = [score.runs for score in scores if score.runs is not None]
    if runs:
        about["runs"] = Runs([at for each in runs for at in each.diverged_at])
    found = [score for score in scores if score.value is not None]
    values = sorted(score.value for score in found if score.value is not None)
    if not values:
        return attrs.evolve(scores[0], **about)
    trials = [score.trials or 0 for score in found]
    if all(trials):
        counted = sum(s.trials * s.value for s in found if s.trials and s.value is not None)
        worst = max(found, key=lambda score: score.value or 0.0)
        return attrs.evolve(worst, value=counted / sum(trials), trials=sum(trials), **about)
    median = statistics.median_low(values)
    typical = next(score for score in scores if score.value == median)
    if len(values) > 1:
        about |= over_values(values, what)
        about["parts"] = {
            name: _part([score.parts[name] for score in found if name in score.parts])
            for name in typical.parts
        }
        low, *_, high = statistics.quantiles(values, n=10, method="inclusive")
        about["details"] = dict(typical.details) | {"interval": [low, high]}
    return attrs.evolve(typical, value=statistics.median(values), **about)


def _part(parts: Sequence[Part]) -> Part:
    values = [part.value for part in parts]
    error = error_of_median(values) if len(values) > 1 else None
    return attrs.evolve(parts[0], value=statistics.median(values), error=error)


def error_of_median(values: Sequence[float]) -> float:
    """Compute the standard error of the median of two values or more.

    Of normal samples it is sqrt(pi / 2) times that of the mean.
    """
    return math.sqrt(math.pi / 2) * statistics.stdev(values) / math.sqrt(len(values))


def over_values(values: Sequence[float], what: str) -> dict[str, Any]:
    """Return the error of the median of two values or more, as fields of a score."""
    return {
        "error": error_of_median(values),
        "error_over": len(values),
        "error_unit": what,
        "error_from": f"the spread over {len(values)} {what}",
    }


def merge_members(each: Sequence[Mapping[str, Score]]) -> Scores:
    """Join the scores of every member, name by name."""
    if len(each) == 1:
        return Scores(each[0])
    return Scores({name: over_members([scores[name] for scores in each]) for name in each[0]})
