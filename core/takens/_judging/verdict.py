"""Whether a reconstruction is right, in sentences that follow from its scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, final

import attrs

from takens._judging.criteria import Criteria
from takens._judging.equivalence import EquivalenceTest, holm
from takens._judging.json_types import to_json
from takens._judging.questions import Unjudged, finite_runs, questions
from takens._printed import Printed
from takens._protocols.score import Score

# The aspect that the harness judges by itself, from the free runs.
STABILITY: Final = "stability"
OUTCOMES: Final[Mapping[bool | None, str]] = {False: "wrong", None: "undecided", True: "right"}
# Aspects with more tests than this are told by those nearest to their bounds.
_TOLD: Final = 2


@final
@attrs.frozen
class Finding:
    """Whether something is right, and a sentence that says why.

    ``right`` is None where that cannot be told. ``interval``, ``tolerance`` and ``level`` are
    those of the test that the finding hangs on, of all its ``tests``, None where there was
    none. ``power`` says which spoilt copies of the truth would be noticed by the same tests.
    """

    right: bool | None
    sentence: str
    interval: tuple[float, float] | None = None
    tolerance: float | None = None
    level: float | None = None
    tests: tuple[EquivalenceTest, ...] = ()
    power: str = ""


@final
@attrs.frozen(repr=False)
class Verdict(Printed):
    """What the scores say of each aspect, and why some metrics say nothing.

    ``findings`` are by aspect, ``not_judged`` holds a reason for each metric that could not
    be judged, ``notes`` what holds for all.
    """

    findings: Mapping[str, Finding]
    not_judged: Mapping[str, str] = attrs.field(factory=dict[str, str])
    notes: tuple[str, ...] = ()

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
            for right, outcome in OUTCOMES.items()
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
        """Return what was found of each aspect, what was not judged, and the notes."""
        told = [
            f"{finding.sentence} {finding.power}".rstrip() for finding in self.findings.values()
        ]
        left = [f"Not judged: {name}: {why}." for name, why in self.not_judged.items()]
        return [*told, *left, *self.notes]

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield "reconstruction", OUTCOMES[self.right]
        for name, finding in self.findings.items():
            yield name, finding.sentence.partition(": ")[2]
        yield "not judged", list(self.not_judged)

    def plot(self, **options: Any) -> Any:
        """Draw the tests, as ``takens.plot.verdict`` does; return the axes."""
        import takens

        return takens.plot.of(self, **options)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON types, the findings as ``aspects``."""
        return {
            "right": self.right,
            "sentence": self.sentence,
            "aspects": {
                name: to_json(attrs.asdict(found)) for name, found in self.findings.items()
            },
            "not_judged": dict(self.not_judged),
            "notes": list(self.notes),
        }


def verdict(scores: Mapping[str, Score], criteria: Criteria | None = None) -> Verdict:
    """Judge scores by what each says that it is evidence for.

    Each is put to an equivalence test: right where the interval of the true value is within
    the tolerance, wrong where it is outside, else undecided. A distance is measured in parts
    of the way from its floor to the nearest baseline, an estimate from the true value, a
    forecast by the error of the best simple one, a share of trials by that of the truth. The
    level of *wrong* is that of all tests together (Holm); *right* needs every test of an
    aspect. Free runs are to stay finite. A score without evidence, or without what its kind
    needs, is not judged.
    """
    criteria = criteria or Criteria()
    asked: list[tuple[str, EquivalenceTest]] = []
    open_: dict[str, list[str]] = {}
    not_judged: dict[str, str] = {}
    runs = next((score.runs for score in scores.values() if score.runs is not None), None)
    # A metric that counts them knows more.
    counted = any(
        s.trials and s.evidence and s.evidence.aspect == STABILITY for s in scores.values()
    )
    if runs is not None and not counted:
        asked.append((STABILITY, finite_runs(runs, criteria)))
    for name, score in scores.items():
        found = questions(name, score, criteria)
        aspect = score.evidence.aspect if score.evidence else ""
        if not isinstance(found, Unjudged):
            asked += [(aspect, test) for test in found]
        elif found.undecided and aspect:
            open_.setdefault(aspect, []).append(found.reason)
        else:
            not_judged[name] = found.reason
    wrong = holm([test.p for _, test in asked], criteria.level)
    aspects = dict.fromkeys([aspect for aspect, _ in asked] + list(open_))
    share = criteria.level / max(len(asked), 1)
    power = {aspect: _power(aspect, scores, criteria, share) for aspect in aspects}
    findings = {
        aspect: _finding(
            aspect,
            [test for one, test in asked if one == aspect],
            [is_ for (one, _), is_ in zip(asked, wrong, strict=True) if one == aspect],
            open_.get(aspect, ()),
            criteria.level,
            _power_of(power[aspect]),
        )
        for aspect in aspects
    }
    return Verdict(findings, not_judged, _notes(scores, power))


def _finding(
    aspect: str,
    tests: Sequence[EquivalenceTest],
    wrong: Sequence[bool],
    open_: Sequence[str],
    level: float,
    power: str,
) -> Finding:
    if any(wrong):
        right, about = False, [test for test, is_ in zip(tests, wrong, strict=True) if is_]
    elif open_ or not all(test.within for test in tests):
        right, about = None, [test for test in tests if not test.within]
    else:
        right, about = True, list(tests)
    about.sort(key=_margin)
    if right is None:
        # What the most demanding one asks for decides the others, too.
        about.sort(key=lambda test: -test.remedy.times if test.remedy else 0.0)
    told = [_told(test, right) for test in about[:_TOLD]]
    told += open_ if right is None else ()
    if len(about) > _TOLD:
        told.append(f"and {len(about) - _TOLD} more")
    sentence = f"{aspect[:1].upper()}{aspect[1:]}: {OUTCOMES[right]}, {'; '.join(told)}."
    if not about:
        return Finding(right, sentence, tests=tuple(tests), power=power)
    first = about[0]
    return Finding(right, sentence, first.interval, first.tolerance, level, tuple(tests), power)


def _told(test: EquivalenceTest, right: bool | None) -> str:
    asked = f"; {test.remedy.words}" if right is None and test.remedy else ""
    return f"{test.sentence}{asked}"


def _margin(test: EquivalenceTest) -> float:
    """Return how far the interval is inside the bounds, in widths of these; less is outside."""
    low, high = test.bounds
    wide = high - low if low is not None and high is not None else high or 1.0
    sides = [
        test.interval[0] - low if low is not None else None,
        high - test.interval[1] if high is not None else None,
    ]
    return min(side for side in sides if side is not None) / (wide or 1.0)


def _power(
    aspect: str, scores: Mapping[str, Score], criteria: Criteria, level: float
) -> Mapping[str, bool]:
    """Say which of the spoilt copies of the truth the aspect's tests would call wrong."""
    noticed: dict[str, bool] = {}
    for name, score in scores.items():
        if score.evidence is None or score.evidence.aspect != aspect:
            continue
        for spoilt, one in score.spoilt.items():
            # Of a model that is like the copy as many runs would be counted as of this one.
            trials = one.trials and max(one.trials, score.trials or 0)
            alike = attrs.evolve(one, evidence=score.evidence, trials=trials)
            found = questions(name, alike, criteria)
            seen = not isinstance(found, Unjudged) and any(test.p <= level for test in found)
            noticed[spoilt] = noticed.get(spoilt, False) or seen
    return noticed


def _power_of(noticed: Mapping[str, bool]) -> str:
    told = _listed([what for what, seen in noticed.items() if seen])
    return f"Would notice {told or 'none of the spoilt copies'}." if noticed else ""


def _notes(
    scores: Mapping[str, Score], power: Mapping[str, Mapping[str, bool]]
) -> tuple[str, ...]:
    notes: list[str] = []
    seen = {what for noticed in power.values() for what, is_ in noticed.items() if is_}
    missed = dict.fromkeys(what for noticed in power.values() for what in noticed)
    if left := _listed([what for what in missed if what not in seen]):
        notes.append(f"At this length and tolerance nothing here would notice {left}.")
    if any(len(score.members) == 1 for score in scores.values()):
        notes.append(
            "Errors are those of one trained model; another training differs by more: train "
            "several at once (training.members = 5) for errors over trainings."
        )
    return tuple(notes)


def _all(right: Sequence[bool | None]) -> bool | None:
    if False in right:
        return False
    return None if None in right else True


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
