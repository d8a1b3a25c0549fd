"""The equivalence tests that a score is put to, by the kind of its evidence."""

from __future__ import annotations

from typing import Final, final

import attrs

from takens._judging.criteria import Criteria
from takens._judging.equivalence import (
    EquivalenceTest,
    chance,
    joined,
    quantile,
    share_chance,
    share_interval,
)
from takens._judging.floors import beyond
from takens._judging.remedies import more_data, more_trials
from takens._printed import digits
from takens._protocols.score import EvidenceKind, Part, Runs, Score

_UNKNOWN: Final = (
    "no true value is known: give it (judge.reference), or judge by what data alone tell"
)
# Orbits are to be so much longer than in proportion, since growth by shear falls more slowly.
_LONGER: Final = 1.5
# A forecast need not be better than this part of the worst simple one.
_LEAST: Final = 0.01


@final
@attrs.frozen
class Unjudged:
    """Why a score cannot be put to a test, and whether that leaves its aspect undecided."""

    reason: str
    undecided: bool = False


def questions(name: str, score: Score, criteria: Criteria) -> list[EquivalenceTest] | Unjudged:
    """Return the tests of a score, one for each of its parts, or why there are none."""
    evidence = score.evidence
    if evidence is None:
        return Unjudged(_reason(score, "it does not say what it is evidence for"))
    match evidence.by:
        case None:
            return Unjudged("it is shown beside others and decides nothing")
        case EvidenceKind.SHARE:
            return _share(name, score, criteria)
        case EvidenceKind.DISTANCE:
            return _distance(name, score, criteria)
        case EvidenceKind.ESTIMATE:
            return _estimate(name, score, criteria)
        case EvidenceKind.FORECAST:
            return _forecast(name, score, criteria)


def finite_runs(runs: Runs, criteria: Criteria) -> EquivalenceTest:
    """Return the test of whether free runs stay finite."""
    told = f"{runs.diverged} of {runs.count} free runs diverged"
    if runs.expected:
        told += f", where {_percent(runs.expected)} of the truth's do"
    tolerance, right = criteria.of_shares, runs.expected
    return _counted("free runs", told, runs.diverged, runs.count, right, tolerance, criteria)


def _share(name: str, score: Score, criteria: Criteria) -> list[EquivalenceTest] | Unjudged:
    if score.value is None or not score.trials:
        return Unjudged(_reason(score, "it has no value"), undecided=True)
    count = round(score.value * score.trials)
    told = f"{count:,} of {score.trials:,} {score.error_unit or 'free runs'}"
    told += f" {score.remark}" if score.remark else f" by {name}"
    right = score.reference or 0.0
    if right:
        told += f", where {_percent(right)} of the truth's do"
    tolerance = _tolerance(score, criteria)
    test = _counted(name, told, count, score.trials, right, tolerance, criteria)
    if score.reference_reason and not test.within:
        return Unjudged(f"{test.sentence}, but {score.reference_reason}", undecided=True)
    return [test]


def _counted(
    name: str,
    told: str,
    count: int,
    trials: int,
    right: float,
    tolerance: float,
    criteria: Criteria,
) -> EquivalenceTest:
    most = min(right + tolerance, 1.0)
    low, high = share_interval(count, trials, criteria.level)
    return EquivalenceTest(
        name=name,
        value=count / trials,
        interval=(low, high),
        bounds=(None, most),
        tolerance=tolerance,
        p=share_chance(count, trials, most),
        sentence=f"{told} ({_confidence(criteria)}: {_percent(low)} to {_percent(high)}), "
        f"tolerance {_percent(tolerance)}",
        remedy=more_trials(count, trials, most, criteria),
    )


def _distance(name: str, score: Score, criteria: Criteria) -> list[EquivalenceTest] | Unjudged:
    evidence = score.evidence
    if score.floor is None:
        return Unjudged(_reason(score, "there is no floor to compare it with"))
    if score.value is None:
        return Unjudged(f"{name} has no value ({_reason(score, 'no reason was given')})", True)
    zero = score.reference or 0.0
    value, floor = abs(score.value - zero), abs(score.floor - zero)
    simple = {what: abs(one - zero) for what, one in score.baselines.items()}
    told = f"{name} {_short(score.value)} at a floor of {_short(score.floor)}"
    if score.reference is not None and zero:
        told += f", where {_short(zero)} is right"
    if score.floor_doubt:
        return Unjudged(f"{told}: {score.floor_doubt}", undecided=True)
    least = beyond(score.floors or (score.floor,), zero)
    nearest = min(
        (what for what in simple if simple[what] > least),
        key=lambda what: simple[what],
        default="",
    )
    if not nearest:
        which = ", ".join(map(_words, simple)) or "no baseline"
        return Unjudged(f"{told}: {which} cannot be told from the truth by it", undecided=True)
    tolerance = _tolerance(score, criteria)
    if score.error is None:
        return Unjudged(f"{told}: no error is known, as of one run; give more runs", True)
    own, of_floor, baseline = score.error, score.floor_error or 0.0, simple[nearest]
    squared = evidence is not None and evidence.squared
    if squared:
        own, of_floor = 2 * value * own, 2 * floor * of_floor
        value, floor, baseline = value**2, floor**2, baseline**2
    way = baseline - floor
    error, over = joined((own, score.error_over), (of_floor, score.floor_over))
    share, error = (value - floor) / way, error / way
    wide = quantile(criteria.level, over) * error
    told += (
        f", {digits(share, 2)} of the way to {_words(nearest)}{', by squares' * squared} "
        f"({_confidence(criteria)}: {digits(share - wide, 2)} to {digits(share + wide, 2)}), "
        f"tolerance {tolerance:g}{_over(score)}"
    )
    told += f": {score.remark}" if score.remark else ""
    return [
        EquivalenceTest(
            name=name,
            value=share,
            interval=(share - wide, share + wide),
            bounds=(None, tolerance),
            tolerance=tolerance,
            p=chance(share - tolerance, error, over),
            sentence=told,
            remedy=more_data(
                score, abs(share - tolerance), own / way, of_floor / way, over, criteria
            ),
        )
    ]


def _estimate(name: str, score: Score, criteria: Criteria) -> list[EquivalenceTest] | Unjudged:
    known, of_known, over = score.reference, score.reference_error, score.reference_over
    if known is None:
        known, of_known, over = score.truth, score.truth_error, score.truth_over
    if known is None:
        none = score.reference_reason or _UNKNOWN
        return Unjudged(score.reason.removesuffix(".") or none.removesuffix("."))
    if score.value is None:
        return Unjudged(f"{name} has no value ({_reason(score, 'no reason was given')})", True)
    scale = abs(known) if score.scale is None else score.scale
    tolerance = _tolerance(score, criteria)
    allowed = tolerance * scale
    parts = score.parts or {
        "": Part(value=score.value, error=score.error, reference_error=of_known)
    }
    if score.resolution is not None and score.resolution >= allowed:
        longer = digits(_LONGER * score.resolution / allowed, 2)
        return Unjudged(
            f"{name} {_short(score.value)} for {_short(known)}: so short an orbit tells nothing"
            f" below {_short(score.resolution)}, and the tolerance is {_short(allowed)}; about "
            f"{longer} times as many steps would decide it",
            undecided=True,
        )
    if any(part.error is None for part in parts.values()):
        return Unjudged(
            f"{name} {_short(score.value)} for {_short(known)}: no error is known; give "
            "more starts, runs or members",
            undecided=True,
        )
    return [
        _part(f"{name} of {what}" if what else name, score, part, known, over, scale, criteria)
        for what, part in parts.items()
    ]


def _part(
    name: str,
    score: Score,
    part: Part,
    known: float,
    over_known: int | None,
    scale: float,
    criteria: Criteria,
) -> EquivalenceTest:
    tolerance = _tolerance(score, criteria)
    allowed = tolerance * scale
    error, over = joined((part.error, score.error_over), (part.reference_error, over_known))
    wide = quantile(criteria.level, over) * error
    low, high = part.value - wide, part.value + wide
    told = f"{name} {_short(part.value)} for {_short(known)}"
    if score.scale is None and known:
        below = (part.value - known) * known < 0
        off, spread = 100 * abs(part.value - known) / abs(known), 100 * wide / abs(known)
        told += (
            f", {digits(off, 2)} % {'low' if below else 'high'} ({_confidence(criteria)}: "
            f"{digits(off - spread, 2)} to {digits(off + spread, 2)}), "
            f"tolerance {100 * tolerance:g} %"
        )
    else:
        told += (
            f" ({_confidence(criteria)}: {_short(low)} to {_short(high)}), "
            f"tolerance {_short(allowed)}"
        )
    away = abs(part.value - known)
    return EquivalenceTest(
        name=name,
        value=part.value,
        interval=(low, high),
        bounds=(known - allowed, known + allowed),
        tolerance=tolerance,
        p=chance(away - allowed, error, over),
        sentence=told + _over(score),
        remedy=more_data(
            score,
            abs(away - allowed),
            part.error or 0.0,
            part.reference_error or 0.0,
            over,
            criteria,
        ),
    )


def _forecast(name: str, score: Score, criteria: Criteria) -> list[EquivalenceTest] | Unjudged:
    if not score.baselines:
        return Unjudged(_reason(score, "there are no simple forecasts beside it"))
    if score.value is None:
        return Unjudged(f"{name} has no value ({_reason(score, 'no reason was given')})", True)
    best = min(score.baselines, key=lambda what: score.baselines[what])
    simple = score.baselines[best]
    tolerance = _tolerance(score, criteria)
    # Where a simple forecast is perfect, as of a torus, no better one can be asked for.
    least = _LEAST * max(score.baselines.values())
    bound = max(tolerance * simple, min(score.floor or 0.0, simple), least)
    told = f"{name} {_short(score.value)}, where {_words(best)} has {_short(simple)}"
    if score.floor is not None:
        told += f" and the floor is {_short(score.floor)}"
    if score.error is None:
        return Unjudged(f"{told}: no error is known; give more data", undecided=True)
    wide = quantile(criteria.level, score.error_over) * score.error
    interval = score.value - wide, score.value + wide
    if score.floor is not None and score.floor >= simple and interval[1] > bound:
        return Unjudged(f"so far ahead the truth is not forecast either: {told}")
    told += (
        f" ({_confidence(criteria)}: {_short(interval[0])} to {_short(interval[1])}), "
        f"at most {_short(bound)} is right{_over(score)}"
    )
    return [
        EquivalenceTest(
            name=name,
            value=score.value,
            interval=interval,
            bounds=(None, bound),
            tolerance=tolerance,
            p=chance(score.value - bound, score.error, score.error_over),
            sentence=told,
            remedy=more_data(
                score, abs(score.value - bound), score.error, 0.0, score.error_over, criteria
            ),
        )
    ]


def _tolerance(score: Score, criteria: Criteria) -> float:
    return 0.0 if score.evidence is None else criteria.of(score.evidence)


def _reason(score: Score, otherwise: str) -> str:
    return score.reason.removesuffix(".") or otherwise


def _confidence(criteria: Criteria) -> str:
    return f"{100 * (1 - 2 * criteria.level):.3g} %"


def _over(score: Score) -> str:
    if not score.error_over:
        return ""
    unit = score.error_unit or "values"
    return (
        f", over {score.error_over} {unit if score.error_over > 1 else unit.removesuffix('s')}"
    )


def _percent(share: float) -> str:
    return f"{digits(100 * share, 2)} %"


def _short(value: float) -> str:
    return digits(value, 3)


def _words(name: str) -> str:
    return name.replace("_", " ")
