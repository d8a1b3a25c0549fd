"""Doing what an undecided aspect asks for, and seeing whether it is decided then."""

# pyright: basic

import re
from collections.abc import Iterator
from typing import Any

import takens
from takens._defaults import METRICS
from takens_metrics.lyapunov.orbit_lengths import MOST

from .results import Followed, Judged
from .systems import FLOORS, RUNS, SYSTEMS
from .work import noisy

# Records longer than this, or more starts and runs, are out of reach.
LONGEST, MANY = 400_000, 2_000


def follow(judged: Judged, seed: int) -> Iterator[Followed]:
    """Judge the truth anew with all that its undecided aspects ask for, one after the other."""
    for aspect, found in judged.aspects.items():
        if found.right is not None:
            continue
        where = (judged.system, judged.subject, judged.length, judged.noise, judged.record)
        asked = remedies(found.said)
        if not asked:
            yield Followed(*where, aspect, "", False)
            continue
        length = round(judged.length * asked.get("record", 1.0))
        runs, starts = int(asked.get("runs", RUNS)), int(asked.get("starts", 32))
        remedy = ", ".join(f"{what} {value:g}" for what, value in asked.items())
        if length > LONGEST or max(runs, starts) > MANY:
            yield Followed(*where, aspect, remedy, None)
            continue
        case = SYSTEMS[judged.system]
        measured = noisy(case.draw(length, 1 + FLOORS, seed), judged.noise, seed)
        again = takens.judge(
            case.make(),
            case.series(measured[0]),
            metrics_of(aspect, asked.get("steps")),
            second=case.series(measured[1:]),
            truth=case.make(),
            runs=runs,
            starts=starts,
            noise=judged.noise,
            power=False,
        )
        told = again.verdict.findings.get(aspect)
        yield Followed(*where, aspect, remedy, told is not None and told.right is not None)


def metrics_of(aspect: str, steps: float | None = None) -> list[Any]:
    """Return the default metrics that are evidence for an aspect, which are enough here.

    Of exponents so many times the most ``steps`` that are taken by default.
    """
    if steps is not None:
        return [takens.metrics.create("max_lyapunov", steps=round(steps * MOST))]
    made: dict[str, Any] = {name: takens.metrics.create(name) for name in METRICS}
    return [name for name, metric in made.items() if metric.evidence.aspect == aspect]


def remedies(said: str) -> dict[str, float]:
    """Read the most that the sentence of an undecided aspect asks for, by what it is of."""
    asked: dict[str, float] = {}

    def ask(what: str, value: float) -> None:
        asked[what] = max(asked.get(what, 0.0), value)

    for times in re.findall(r"a record ([\d.]+) times as long", said):
        ask("record", float(times))
    if "a record twice as long" in said:
        ask("record", 2.0)
    for times in re.findall(r"about ([\d.]+) times as many steps", said):
        ask("steps", float(times))
    for count, what in re.findall(r"([\d,]+) (starts|runs|free runs)\b(?=[^,;]*decide)", said):
        ask(what.split()[-1], float(count.replace(",", "")))
    for count in re.findall(r"about ([\d,]+) of them would decide", said):
        ask("runs", float(count.replace(",", "")))
    return asked
