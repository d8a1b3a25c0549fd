"""Comparing two scores."""

from __future__ import annotations

import math
from typing import final

import attrs

from takens._protocols.score import Score
from takens.errors import InputError


@final
@attrs.frozen(kw_only=True)
class ScoreDifference:
    """By how much one score is larger than another, with its standard error where known."""

    difference: float
    error: float | None
    unit: str

    @property
    def standard_errors(self) -> float | None:
        """The difference in standard errors, None where there is none to measure it by."""
        return self.difference / self.error if self.error else None


def compare_scores(first: Score, second: Score, /) -> ScoreDifference:
    """Return ``first`` less ``second``.

    Raises: InputError where the two are of different conventions or units, or one has no
    value.
    """
    if first.convention != second.convention or first.unit != second.unit:
        raise InputError(
            "Scores of different conventions cannot be compared: one is "
            f"{_described(first)}, the other {_described(second)}. Judge both alike."
        )
    for score in (first, second):
        if score.value is None:
            reason = score.reason.removesuffix(".") or "no reason was given"
            raise InputError(f"A score without a value cannot be compared: {reason}.")
    difference = (first.value or 0.0) - (second.value or 0.0)
    known = first.error is not None and second.error is not None
    error = math.hypot(first.error or 0.0, second.error or 0.0) if known else None
    return ScoreDifference(difference=difference, error=error, unit=first.unit)


def _described(score: Score) -> str:
    unit = f" in {score.unit}" if score.unit else ""
    return f"{score.convention or 'of no named convention'}{unit}"
