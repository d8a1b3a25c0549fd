"""Whether a reconstruction is right, in sentences that follow from its scores."""

from __future__ import annotations

import enum
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, final

import attrs

from takens._protocols.metric import Score

# A reconstruction is as far from the truth as its floor, or a tenth of the way to a linear
# surrogate of the data.
_NEAR: Final = 0.1
# Beyond the largest floor by this fraction, or by so many of their standard deviations.
_SHARE: Final = 0.2
_SHARE_OF_FEW: Final = 1.0
_DEVIATIONS: Final = 2.0
# Exponents agree within so many standard errors, or within this fraction.
_ERRORS: Final = 2.0
_FRACTION: Final = 0.1
# Forecasts are to be twice as good as simple ones, or as good as analogues.
_BETTER: Final = 0.5


class Aspect(enum.Enum):
    """What about a reconstruction can be right or wrong."""

    STABILITY = "stability"
    GEOMETRY = "geometry"
    SPECTRUM = "spectrum"
    EXPONENTS = "exponents"
    PREDICTION = "prediction"


@final
@attrs.frozen
class Finding:
    """One aspect: whether it is right, and a sentence that says why.

    ``right`` is None where the errors are too large to tell.
    """

    right: bool | None
    sentence: str


@final
@attrs.frozen
class Verdict:
    """What the scores say, for each aspect that they say anything about."""

    findings: Mapping[Aspect, Finding]

    @property
    def right(self) -> bool | None:
        """Whether every aspect is right; None where that is not known."""
        return _all([finding.right for finding in self.findings.values()] or [None])

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        if not self.findings:
            return "Nothing was measured that tells whether the reconstruction is right."
        words = {
            outcome: [a.value for a, found in self.findings.items() if found.right is right]
            for right, outcome in _OUTCOMES.items()
        }
        told = [f"{outcome} in {_listed(which)}" for outcome, which in words.items() if which]
        if len(told) > 1:
            *most, last = told
            return f"The reconstruction is {', '.join(most)}, and {last}."
        ((outcome, which),) = ((o, which) for o, which in words.items() if which)
        everywhere = " in all that was judged" if outcome != "wrong" else ""
        return f"The reconstruction is {outcome}{everywhere}: {_listed(which)}."


def verdict(scores: Mapping[str, Score]) -> Verdict:
    """Judge scores by metric name, as ``metrics.json`` holds them.

    A distance is right where it is not beyond the floor, or where it is at most a tenth of
    the way from the floor to what linear surrogates of the data score. An exponent is right
    within two standard errors of the reference, or 10 %; where those errors are larger than
    the reference itself, nothing is told. Exponents below ln(1 + T) / T are zero as far as a
    time T can tell. A forecast is right where its error
    is at most half that of persistence and of the best linear forecast, or not beyond its
    floor. Free runs are to stay finite. Of several scores of one aspect all must be right.
    """
    findings: dict[Aspect, Finding] = {}
    judged: dict[Aspect, list[Finding]] = {aspect: [] for aspect in Aspect}
    for name, score in scores.items():
        aspect = _ASPECTS.get(name.rpartition(":")[2])
        found = None if aspect is None else _JUDGES[aspect](name, score)
        if aspect is not None and found is not None:
            judged[aspect].append(found)
    stability = _stability(scores)
    if stability is not None:
        judged[Aspect.STABILITY].append(stability)
    for aspect, each in judged.items():
        if each:
            right = _all([finding.right for finding in each])
            told = "; ".join(finding.sentence for finding in each if finding.right is right)
            verb = "are" if aspect is Aspect.EXPONENTS else "is"
            sentence = f"{aspect.value.capitalize()} {verb} {_OUTCOMES[right]}: {told}."
            findings[aspect] = Finding(right, sentence)
    return Verdict(findings)


def _distance(name: str, score: Score) -> Finding | None:
    if score.value is None:
        return _missing(name, score)
    if score.floor is None:
        return None
    # An estimate of one record goes with that of the data; a distance is one already.
    zero = score.reference if score.reference is not None else 0.0
    value = abs(score.value - zero)
    floors = [abs(one - zero) for one in _numbers(score.details.get("floor_values"))]
    floor = statistics.median(floors) if floors else abs(score.floor - zero)
    largest = max(floors, default=floor)
    spread = statistics.stdev(floors) if len(floors) > 2 else 0.0
    # An estimate has an error of its own; that of a distance is in its floor.
    errors = [score.error, score.details.get("reference_error")] if zero else []
    slack = _ERRORS * math.hypot(*_numbers(errors))
    # One pair of true stretches does not tell how much pairs differ.
    share = _SHARE if len(floors) > 2 else _SHARE_OF_FEW
    bound = max(largest * (1 + share), floor + _DEVIATIONS * spread, floor + slack)
    found = score.details.get("surrogate_values")
    linear = [abs(one - zero) for one in _numbers(found.values() if found else ())]
    told = f"{name} {_short(score.value)}"
    if score.reference is None:
        told += f" at a floor of {_short(floor)}"
    else:
        told += f" where the data have {_short(zero)}"
    surrogate = min(linear, default=None)
    if surrogate is None or surrogate <= bound:
        return Finding(value <= bound, told)
    if score.reference is None:
        told += f" and linear surrogates {_short(surrogate)}"
    else:
        told += f" and linear surrogates are {_short(surrogate)} off"
    near = floor + _NEAR * (surrogate - floor)
    return Finding(value <= max(near, bound), told)


def _exponent(name: str, score: Score) -> Finding | None:
    details = score.details
    known, of_known = score.reference, details.get("reference_error")
    if known is None:
        known, of_known = details.get("true_estimate"), details.get("true_estimate_error")
    if known is None:
        reference = details.get("reference_details")
        if score.value is None and reference is not None:
            return Finding(True, f"{name} finds no exponential growth, as in the data")
        return None
    if score.value is None:
        return _missing(name, score)
    errors = _ERRORS * math.hypot(score.error or 0.0, of_known or 0.0)
    allowed = max(errors, _FRACTION * abs(known))
    told = f"{name} {_short(score.value)}, where "
    if of_known is None:
        told += f"{_short(known)} is known to be right"
    else:
        told += f"the truth gives {_short(known)} ± {_short(of_known)}"
    same = known == 0 or score.value * known > 0 or abs(score.value - known) <= allowed
    long = details.get("time")
    if long and max(abs(score.value), abs(known)) <= math.log1p(long) / long:
        # Of growth that is no faster than time itself, as by shear, so much is measured.
        return Finding(True, f"{told}: neither can be told from zero in a time of {long:g}")
    near = same and abs(score.value - known) <= allowed
    if near and 0 < abs(known) < errors:
        return Finding(None, f"{told}, with an error of {_short(errors / _ERRORS)}")
    return Finding(near, told)


def _forecast(name: str, score: Score) -> Finding | None:
    if score.value is None:
        return _missing(name, score)
    simple = {
        what: float(numbers[-1])
        for what in ("persistence", "linear")
        if (numbers := _numbers(score.details.get(what)))
    }
    if not simple:
        return None
    best = min(simple, key=lambda what: simple[what])
    told = f"{name} {_short(score.value)}, where {_SIMPLE[best]} has {_short(simple[best])}"
    if score.floor is not None:
        told += f" and analogues {_short(score.floor)}"
    bound = max(_BETTER * simple[best], min(score.floor or 0.0, simple[best]))
    return Finding(score.value <= bound, told)


def _stability(scores: Mapping[str, Score]) -> Finding | None:
    shares = [
        (score.details["diverged"], score.details.get("runs"))
        for score in scores.values()
        if "diverged_at" in score.details and "diverged" in score.details
    ]
    if not shares:
        return None
    share, runs = shares[0]
    gone = round(share * runs) if isinstance(runs, int) else None
    of = f"{gone} of {runs}" if gone is not None else f"{100 * share:.0f} % of the"
    told = f"{'none' if share == 0 else of} free runs diverged"
    return Finding(share == 0, told.replace("none free runs", "no free run"))


def _all(right: Sequence[bool | None]) -> bool | None:
    if False in right:
        return False
    return None if None in right else True


def _missing(name: str, score: Score) -> Finding:
    reason = str(score.details.get("reason", "no reason was given")).removesuffix(".")
    return Finding(False, f"{name} has no value ({reason})")


def _numbers(values: Any) -> list[float]:
    return [float(v) for v in values or () if isinstance(v, (int, float))]


def _short(value: float) -> str:
    return f"{value:.3g}"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


_OUTCOMES: Final[Mapping[bool | None, str]] = {
    False: "wrong",
    None: "undecided",
    True: "right",
}
_SIMPLE: Final = {
    "persistence": "persistence",
    "linear": "the best linear forecast",
}
_ASPECTS: Final[Mapping[str, Aspect]] = {
    "state_space_divergence": Aspect.GEOMETRY,
    "sliced_wasserstein": Aspect.GEOMETRY,
    "correlation_dimension": Aspect.GEOMETRY,
    "moments_distance": Aspect.GEOMETRY,
    "return_map_distance": Aspect.GEOMETRY,
    "spectrum_distance": Aspect.SPECTRUM,
    "autocorrelation_distance": Aspect.SPECTRUM,
    "mutual_information_distance": Aspect.SPECTRUM,
    "max_lyapunov": Aspect.EXPONENTS,
    "lyapunov_spectrum": Aspect.EXPONENTS,
    "kaplan_yorke_dimension": Aspect.EXPONENTS,
    "kolmogorov_sinai_entropy": Aspect.EXPONENTS,
    "lyapunov_from_data": Aspect.EXPONENTS,
    "prediction_error": Aspect.PREDICTION,
}
_JUDGES: Final[Mapping[Aspect, Callable[[str, Score], Finding | None]]] = {
    Aspect.GEOMETRY: _distance,
    Aspect.SPECTRUM: _distance,
    Aspect.EXPONENTS: _exponent,
    Aspect.PREDICTION: _forecast,
}
