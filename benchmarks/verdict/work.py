"""Judging: one record against all its subjects, and the true effects of one subject."""

# pyright: basic

import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor

import takens
from takens._defaults import METRICS

from .plan import LENGTHS, NEAR, Work
from .results import Effects, Exponent, Found, Judged
from .subjects import Subject, subject
from .systems import COUNTED, FLOORS, PERIOD, RUNS, SYSTEMS, Case

# True effects are from so many runs, a million samples in all.
LONG = 125_000
# What is measured of them, beside exponents.
EFFECTS = ("mean_shift", "scale_ratio", "time_scale_ratio", "time_asymmetry")
# Exponents of long runs: starts and steps of each.
STARTS, STEPS = 64, 50_000
# The metric that starts from a box, and against which records the truth has it.
BOX, BOXES = "other_attractors", (5, 10_000)
# Seeds of records that are spoilt begin here.
_RUNS = 10**6
# Of the intervals, near enough.
_QUANTILE = 1.7


def seed(work: Work) -> int:
    """Return the seed of a record: records of all lengths and noises are independent."""
    return 1 + work.record + 1_000 * (2 * work.length + (work.noise > 0))


def judge(work: Work, deadline: float = float("inf")) -> Iterator[Judged]:
    """Judge the subjects of one record, until the time is over."""
    case, number = SYSTEMS[work.system], seed(work)
    measured = noisy(case.draw(work.length, 1 + FLOORS, number), work.noise, number)
    truth = case.make()
    runs = cache(lambda: case.draw(work.length, COUNTED, _RUNS + number))

    def made(name: str) -> Any:
        one = subject(work.system, name)
        return truth if name == "truth" else one.of(case, one.spoil and runs(), number)

    groups = defaultdict(list)
    for name in work.subjects:
        groups[metrics_for(subject(work.system, name), work)].append(name)
    for metrics, names in groups.items():
        judged = takens.judge_each(
            map(made, names),
            case.series(measured[0]),
            metrics,
            second=case.series(measured[1:]),
            truth=truth,
            runs=RUNS,
            noise=work.noise,
            power=False,
        )
        for name in names:
            if time.time() > deadline:
                return
            began = time.process_time()
            found = next(judged)
            yield Judged(
                system=work.system,
                subject=name,
                length=work.length,
                noise=work.noise,
                record=work.record,
                aspects={a: told(f) for a, f in found.verdict.findings.items()},
                seconds=round(time.process_time() - began, 3),
                exponent=exponent(found.scores.get("max_lyapunov")),
            )


def metrics_for(one: Subject, work: Work) -> tuple[str, ...]:
    """Return the default metrics, starts from a box only where they may tell something.

    They take several times as long as all others together.
    """
    records, length = BOXES
    some = work.record < records and work.length == length and not work.noise
    wanted = one.box or (one.name == "truth" and some)
    return (*(name for name in METRICS if name != BOX), *((BOX,) if wanted else ()))


def noisy(x: Tensor, level: float, seed: int) -> Tensor:
    """Add noise of a fraction of each standard deviation to `x: (records, T, n)`."""
    if not level:
        return x
    generator = torch.Generator().manual_seed(seed)
    return x + level * x.std(-2, keepdim=True) * torch.randn(
        x.shape, generator=generator, dtype=x.dtype
    )


def told(finding: Any) -> Found:
    errors = [_error(test) for test in finding.tests]
    return Found(
        finding.right,
        round(max(errors), 4) if errors else None,
        "" if finding.right else finding.sentence,
    )


def _error(test: Any) -> float:
    """Return the standard error of a test, in units of its tolerance."""
    (least, most), (low, high) = test.interval, test.bounds
    allowed = high if low is None else (high - low) / 2
    return (most - least) / 2 / _QUANTILE / allowed


def exponent(score: Any) -> Exponent | None:
    if score is None or score.value is None or not score.error:
        return None
    known = score.truth if score.reference is None else score.reference
    return None if known is None else Exponent(score.value, score.error, known)


@lru_cache(maxsize=1)
def _long(case: Case) -> Tensor:
    return case.draw(LONG, RUNS, seed=10**9)


@lru_cache(maxsize=1)
def _long_exponent(case: Case) -> float:
    return _exponent(case, case.make())


def _exponent(case: Case, system: Any) -> float:
    metric = takens.metrics.create("max_lyapunov", steps=STEPS)
    scores = takens.evaluate(system, metrics={"it": metric}, dt=case.dt, starts=STARTS)
    value = scores["it"].value
    if value is None:
        raise RuntimeError(f"{case.name} has no exponent: {scores['it'].reason}")
    return value


def effects(system: str, name: str) -> Effects:
    """Measure by how many tolerances a subject is off, over a million samples of each."""
    case, one = SYSTEMS[system], subject(system, name)
    made = one.of(case, case.draw(LONG, RUNS, seed=10**9 + 1), seed=0)
    runs = made if isinstance(made, takens.TimeSeries) else None
    if runs is None:
        runs = case.series(case.draw(LONG, RUNS, 10**9 + 1, made))
    sizes: dict[str, float] = {}
    for effect in EFFECTS:
        metric: Any = takens.metrics.create(effect)
        score = metric.compare_records(case.series(_long(case)), runs)
        sizes[effect] = _size(metric.evidence.tolerance, score)
    found = None
    if one.spoil is None:
        found, known = _exponent(case, made), _long_exponent(case)
        # Where there is no chaos, the tolerance is that of a rate per mean period.
        scale = abs(known) if case.chaotic else 1 / (PERIOD * case.dt)
        sizes["max_lyapunov"] = abs(found - known) / (0.05 * scale)
    if max(sizes.values()) < NEAR:
        sizes |= _distances(case, made)
    return Effects(system, name, {k: round(v, 4) for k, v in sizes.items()}, found)


def _distances(case: Case, made: Any) -> dict[str, float]:
    """Measure how far off distances and forecasts say that a subject is, at the most samples.

    What has no effect of a size may still be wrong by these, as noise and line spectra are.
    """
    x = case.draw(max(LENGTHS), 1 + FLOORS, seed=10**9 + 2)
    found = takens.judge(
        made,
        case.series(x[0]),
        second=case.series(x[1:]),
        truth=case.make(),
        runs=RUNS,
        power=False,
    )
    aspects = found.verdict.findings.values()
    tests = [test for aspect in aspects for test in aspect.tests if test.bounds[0] is None]
    return {t.name: max(t.value, 0.0) / t.bounds[1] for t in tests if t.bounds[1]}


def _size(tolerance: float, score: Any) -> float:
    values = [part.value for part in score.parts.values()]
    return max(abs(value - score.reference) for value in values) / (tolerance * score.scale)
