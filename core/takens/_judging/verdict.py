"""Whether a reconstruction is right, in sentences that follow from its scores."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, final

import attrs

from takens._printed import Printed
from takens._protocols.score import EvidenceKind, Runs, Score

# The aspect that the harness judges by itself, from the free runs.
STABILITY: Final = "stability"
# A reconstruction is as far from the truth as its floor, or a tenth of the way to the nearest
# baseline, such as a linear surrogate of the data.
_NEAR: Final = 0.1
# Beyond the largest floor by this fraction, or by so many of their standard deviations.
_SHARE: Final = 0.2
_SHARE_OF_FEW: Final = 1.0
_DEVIATIONS: Final = 2.0
# Estimates agree within so many standard errors, or within this fraction.
_ERRORS: Final = 2.0
_FRACTION: Final = 0.1
# Forecasts are to be twice as good as simple ones, or as good as their floor.
_BETTER: Final = 0.5
_OUTCOMES: Final[Mapping[bool | None, str]] = {
    False: "wrong",
    None: "undecided",
    True: "right",
}


@final
@attrs.frozen
class Finding:
    """Whether something is right, and a sentence that says why.

    ``right`` is None where the errors are too large to tell. ``interval``, ``tolerance`` and
    ``level`` are those of the test that decided it, None where it was decided without.
    """

    right: bool | None
    sentence: str
    interval: tuple[float, float] | None = None
    tolerance: float | None = None
    level: float | None = None


@final
@attrs.frozen(repr=False)
class Verdict(Printed):
    """What the scores say of each aspect, and why some metrics say nothing.

    ``findings`` are by aspect, ``not_judged`` holds a reason for each metric that could not
    be judged.
    """

    findings: Mapping[str, Finding]
    not_judged: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @property
    def right(self) -> bool | None:
        """Whether every aspect that was judged is right; None where that is not known."""
        return _all([finding.right for finding in self.findings.values()] or [None])

    @property
    def sentence(self) -> str:
        """The whole in a sentence, and another that names what was not judged."""
        left = f" Not judged: {', '.join(self.not_judged)}." if self.not_judged else ""
        words = {
            outcome: _listed([a for a, found in self.findings.items() if found.right is right])
            for right, outcome in _OUTCOMES.items()
        }
        told = [(outcome, which) for outcome, which in words.items() if which]
        if not told:
            return f"Nothing was measured that tells whether the reconstruction is right.{left}"
        if len(told) == 1:
            ((outcome, which),) = told
            where = " in all that was judged" if outcome != "wrong" else ""
            return f"The reconstruction is {outcome}{where}: {which}.{left}"
        *most, last = (f"{outcome} in {which}" for outcome, which in told)
        return f"The reconstruction is {', '.join(most)}, and {last}.{left}"

    def lines(self) -> list[str]:
        """Return a sentence for each aspect, and for each metric that was not judged."""
        judged = [finding.sentence for finding in self.findings.values()]
        return judged + [f"Not judged: {name}: {why}." for name, why in self.not_judged.items()]

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield "reconstruction", _OUTCOMES[self.right]
        for name, finding in self.findings.items():
            yield name, finding.sentence.partition(": ")[2]
        yield "not judged", list(self.not_judged)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON types, the findings as ``aspects``."""
        return {
            "right": self.right,
            "sentence": self.sentence,
            "aspects": {name: attrs.asdict(found) for name, found in self.findings.items()},
            "not_judged": dict(self.not_judged),
        }


def verdict(scores: Mapping[str, Score]) -> Verdict:
    """Judge scores by what each says that it is evidence for.

    A distance, from the reference where there is one, is right where it is not beyond the
    floor, or where it is at most a tenth of the way from the floor to the nearest baseline. An
    estimate is right within two standard errors of the true value, or 10 %; where those errors
    are larger than the value itself, nothing is told, and what is not above its resolution is
    zero. A forecast is right where its error is at most half that of the best baseline, or not
    beyond its floor. Free runs are to stay finite. Of several scores of one aspect all must be
    right. A score without evidence, or without what its kind needs, is not judged.
    """
    judged: dict[str, list[Finding]] = {}
    not_judged: dict[str, str] = {}
    runs = next((score.runs for score in scores.values() if score.runs is not None), None)
    if runs is not None:
        judged[STABILITY] = [_stability(runs)]
    for name, score in scores.items():
        found = _judged(name, score)
        if isinstance(found, Finding) and score.evidence is not None:
            judged.setdefault(score.evidence.aspect, []).append(found)
        else:
            not_judged[name] = str(found)
    return Verdict({name: _together(name, each) for name, each in judged.items()}, not_judged)


def _judged(name: str, score: Score) -> Finding | str:
    """Judge one score, or say why it cannot be judged."""
    if score.evidence is None:
        return score.reason.removesuffix(".") or "it does not say what it is evidence for"
    match score.evidence.by:
        case EvidenceKind.DISTANCE:
            return _distance(name, score)
        case EvidenceKind.ESTIMATE:
            return _estimate(name, score)
        case EvidenceKind.FORECAST:
            return _forecast(name, score)
        case None:
            return "it is shown beside others and decides nothing"


def _distance(name: str, score: Score) -> Finding | str:
    if score.floor is None:
        return score.reason.removesuffix(".") or "there is no floor to compare it with"
    if score.value is None:
        return _missing(name, score)
    zero = score.reference or 0.0
    value = abs(score.value - zero)
    floors = [abs(one - zero) for one in score.floors]
    floor = statistics.median(floors) if floors else abs(score.floor - zero)
    largest = max(floors, default=floor)
    spread = statistics.stdev(floors) if len(floors) > 2 else 0.0
    # Where the reference is an estimate, so is the value; the error of others is in the floor.
    errors = (score.error or 0.0, score.reference_error or 0.0) if zero else ()
    slack = _ERRORS * math.hypot(*errors)
    # One pair of true segments does not tell how much pairs differ.
    share = _SHARE if len(floors) > 2 else _SHARE_OF_FEW
    bound = max(largest * (1 + share), floor + _DEVIATIONS * spread, floor + slack)
    told = f"{name} {_short(score.value)}"
    if score.reference is None:
        told += f" at a floor of {_short(floor)}"
    else:
        told += f", where {_short(zero)} is right"
    simple = {what: abs(one - zero) for what, one in score.baselines.items()}
    nearest = min(simple, key=lambda what: simple[what], default=None)
    if nearest is not None and simple[nearest] > bound:
        told += f" ({_words(nearest)}: {_short(score.baselines[nearest])})"
        bound = max(bound, floor + _NEAR * (simple[nearest] - floor))
    return Finding(value <= bound, told)


def _estimate(name: str, score: Score) -> Finding | str:
    known, of_known = score.reference, score.reference_error
    if known is None:
        known, of_known = score.truth, score.truth_error
    if known is None:
        if score.value is None and score.reference_reason:
            return Finding(True, f"{name} has no value, as in the data ({score.reason})")
        why = score.reason or score.reference_reason or "no true value is known"
        return why.removesuffix(".")
    if score.value is None:
        return _missing(name, score)
    errors = _ERRORS * math.hypot(score.error or 0.0, of_known or 0.0)
    allowed = max(errors, _FRACTION * abs(known))
    told = f"{name} {_short(score.value)}, where "
    if of_known is None:
        told += f"{_short(known)} is known to be right"
    else:
        told += f"the truth gives {_short(known)} ± {_short(of_known)}"
    size = max(abs(score.value), abs(known))
    if score.resolution is not None and size <= score.resolution:
        told += f": neither can be told from zero, below {_short(score.resolution)}"
        return Finding(True, told)
    same = known == 0 or score.value * known > 0 or abs(score.value - known) <= allowed
    near = same and abs(score.value - known) <= allowed
    if near and 0 < abs(known) < errors:
        return Finding(None, f"{told}, with an error of {_short(errors / _ERRORS)}")
    return Finding(near, told)


def _forecast(name: str, score: Score) -> Finding | str:
    if not score.baselines:
        return score.reason.removesuffix(".") or "there are no simple forecasts beside it"
    if score.value is None:
        return _missing(name, score)
    best = min(score.baselines, key=lambda what: score.baselines[what])
    simple = score.baselines[best]
    told = f"{name} {_short(score.value)}, where {_words(best)} has {_short(simple)}"
    if score.floor is not None:
        told += f" and the floor is {_short(score.floor)}"
    bound = max(_BETTER * simple, min(score.floor or 0.0, simple))
    return Finding(score.value <= bound, told)


def _stability(runs: Runs) -> Finding:
    if not runs.diverged:
        return Finding(True, "no free run diverged")
    return Finding(False, f"{runs.diverged} of {runs.count} free runs diverged")


def _together(aspect: str, each: Sequence[Finding]) -> Finding:
    right = _all([finding.right for finding in each])
    told = "; ".join(finding.sentence for finding in each if finding.right is right)
    return Finding(right, f"{aspect[:1].upper()}{aspect[1:]}: {_OUTCOMES[right]}, {told}.")


def _missing(name: str, score: Score) -> Finding:
    reason = score.reason.removesuffix(".") or "no reason was given"
    return Finding(False, f"{name} has no value ({reason})")


def _all(right: Sequence[bool | None]) -> bool | None:
    if False in right:
        return False
    return None if None in right else True


def _short(value: float) -> str:
    return f"{value:.3g}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
