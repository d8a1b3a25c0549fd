"""What the harness adds to a score that a metric gave."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from takens._judging.criteria import Criteria
from takens._judging.json_types import to_json
from takens._judging.naming import qualified
from takens._protocols.metric import Metric, SupportsBest, SupportsEvidence, SupportsReference
from takens._protocols.score import Evidence, Score
from takens._protocols.system import Facts, System


def complete(
    score: Score,
    name: str,
    metric: Metric,
    truth: System | None,
    references: Mapping[str, float] | None,
) -> Score:
    """Add to a score what its metric says of itself, and the value that is known.

    Raises: TypeError where its evidence is none.
    """
    known, error = (references or {}).get(name), score.reference_error
    facts = truth.facts() if truth is not None else Facts()
    if known is None and (fact := facts.of(qualified(metric))):
        known, error = fact.value, fact.error
    if known is None and isinstance(metric, SupportsReference):
        known = metric.reference(facts)
    if known is None:
        known = score.reference
    if known is None and isinstance(metric, SupportsBest):
        known = metric.best
    return attrs.evolve(
        score,
        reference=known,
        reference_error=error,
        evidence=evidence_of(metric) or score.evidence,
        metric=qualified(metric),
        details=to_json(score.details),
    )


def with_scale(score: Score, period: float, criteria: Criteria) -> Score:
    """Hold rates that are next to nothing to one per mean period, or per step of a map."""
    known = score.truth if score.reference is None else score.reference
    evidence, rate = score.evidence, score.unit.startswith("1 / time")
    if known is None or evidence is None or score.scale is not None or not rate:
        return score
    small = abs(known) < criteria.of(evidence) / period
    return attrs.evolve(score, scale=1 / period) if small else score


def evidence_of(metric: Metric) -> Evidence | None:
    if not isinstance(metric, SupportsEvidence):
        return None
    found = metric.evidence
    if not isinstance(found, Evidence):  # pyright: ignore[reportUnnecessaryIsInstance] - what plugins give
        raise TypeError(f"its evidence is {found!r}, which is no takens.plugin.Evidence")
    return found
