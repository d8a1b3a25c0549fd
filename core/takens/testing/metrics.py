"""What every metric keeps to."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._protocols.metric import (
    DevianceMetric,
    DynamicsMetric,
    RecordsMetric,
    SeriesMetric,
    SupportsBest,
    SupportsEvidence,
    SupportsFacts,
    SupportsReference,
)
from takens._protocols.score import Evidence, EvidenceKind, Score
from takens._protocols.system import Facts
from takens.errors import TakensError
from takens.testing.asking import (
    require,
    require_close,
    require_instance,
    require_same,
    unanswered,
)
from takens.testing.check import Checks
from takens.testing.samples import CatMap, chaos, forecasts, numbers, tensors

CHECKS = Checks(SeriesMetric | RecordsMetric | DynamicsMetric | DevianceMetric)

_INTERVAL: Final = 0.5
_STEPS: Final = 3_000
_STRETCH: Final = 4.0


def _can_be_looked_up(metric: object) -> bool:
    return isinstance(metric, SupportsReference) and isinstance(metric, DynamicsMetric)


@CHECKS.add
def check_metric_protocol(metric: Any) -> None:
    """Check that it compares series or records, or measures dynamics."""
    _require_metric(metric)
    if isinstance(metric, SeriesMetric):
        ahead: Any = metric.horizon
        require(ahead is None or (type(ahead) is int and ahead > 0), f"horizon is {ahead!r}.")


@CHECKS.where(SeriesMetric | RecordsMetric)
def check_metric_is_best_on_identical_series(metric: Any) -> None:
    """Check that identical series get 0, or ``best``, or the score's own reference."""
    compare, (truth, _) = _question(metric)
    score = compare(truth, truth)
    best = metric.best if isinstance(metric, SupportsBest) else score.reference or 0.0
    value, size = _value(score), max(1.0, abs(best))
    # All of the truth may be compared with its own pieces.
    records = isinstance(metric, RecordsMetric)
    allowed = 0.02 * (score.scale or size) if records else 1e-6 * size
    says = f"A series compared with itself gets {value:g}, not {best:g}."
    require(abs(value - best) <= allowed, says)


@CHECKS.where(SeriesMetric)
def check_metric_tells_series_apart(metric: SeriesMetric) -> None:
    """Check that a series that differs, in any one variable even, gets another value."""
    truth, other = _pair(metric)
    same = metric.compare(truth, truth).value
    for i in (0, -1):
        x = truth.x.clone()
        x[..., i] = other.x[..., i]
        found = metric.compare(truth, attrs.evolve(truth, x=x))
        _plain(found)
        says = f"A series that differs in {truth.columns[i]} only also gets {same}."
        require(found.value != same, says)


@CHECKS.add
def check_metric_is_repeatable(metric: Any) -> None:
    """Check that the same question gets the same score, and nothing is written to."""
    ask, given = _question(metric)
    before = copy.deepcopy(given)
    first, second = (_written(ask(*given)) for _ in range(2))
    require(first == second, "Two looks at the same differ.")
    for found, kept in zip(tensors(given), tensors(before), strict=True):
        require_same(found, kept, "What was given was changed in place")


@CHECKS.add
def check_metric_units(metric: Any) -> None:
    """Check that a slower clock changes the value as its unit says, and no other value."""
    fast, slow = _score(metric), _score(metric, clock=_STRETCH)
    found, expected = (torch.tensor(_value(score)) for score in (slow, fast))
    unit = fast.unit.removesuffix("s")
    if not bool(expected.any()) or not (unit.endswith("time unit") or "time" not in unit):
        unanswered(f"{float(expected):g} {fast.unit} need not change with the clock")
        return
    power = (unit == "time unit") - unit.endswith("/ time unit")
    says = f"A clock {_STRETCH:g} times as slow does not change the value as {fast.unit!r} do"
    require_close(found, _STRETCH**power * expected, says, rtol=1e-6)


@CHECKS.add
def check_metric_survives_divergence(metric: Any) -> None:
    """Check that what rests or has left gets a number or a reason, and so does one variable."""
    ask, (truth, other, *rest) = _question(metric)
    if isinstance(metric, DynamicsMetric):
        _plain(metric.measure(lambda x: x * x * 10 + 10, other, *rest))
        return
    if isinstance(metric, DevianceMetric):
        _plain(ask(1e9 * truth, other, *rest))
        return
    for size in (1.0, 1e6):
        gone = other.x.clone()
        gone[..., gone.shape[-2] // 4 :, :] = size
        _plain(ask(truth, attrs.evolve(other, x=gone)))
    narrow = [attrs.evolve(each, x=each.x[..., :1], columns=()) for each in (truth, other)]
    try:
        _plain(ask(*narrow))
    except TakensError as refusal:
        require(str(refusal).endswith("."), f"The refusal is no sentence: {refusal}")


@CHECKS.where(SupportsEvidence)
def check_metric_evidence(metric: Any) -> None:
    """Check that scores have what they are judged by, as evidence of their kind."""
    evidence, score = metric.evidence, _score(metric)
    require_instance(evidence, Evidence)
    value, by = score.value, evidence.by
    if by is EvidenceKind.DISTANCE and isinstance(metric, SeriesMetric) and value is not None:
        best = metric.best if isinstance(metric, SupportsBest) else 0.0
        says = f"Another series is at the distance {value:g}, closer than {best:g}."
        require(value >= best, says)
    elif by is EvidenceKind.ESTIMATE:
        known = isinstance(metric, SupportsReference) or score.reference is not None
        require(known, "It is an estimate, and there is no true value to hold it to.")
    elif by is EvidenceKind.FORECAST:
        ahead = getattr(metric, "horizon", None) is not None
        require(ahead, "It is judged as a forecast, and its horizon is None.")
        says = "It is judged as a forecast, and says of no simple one what that gets."
        require(bool(score.baselines), says)
    elif by is EvidenceKind.SHARE:
        require(bool(score.trials), "It is judged as a share, and says not of how many trials.")


@CHECKS.where(SupportsReference)
def check_metric_reference(metric: SupportsReference) -> None:
    """Check that there is no reference without facts, and a number with them."""
    require(metric.reference(Facts()) is None, "Empty facts give a reference.")
    found = metric.reference(_facts())
    require(isinstance(found, float), f"A known spectrum gives the reference {found!r}.")


@CHECKS.where(SupportsFacts)
def check_metric_with_facts(metric: Any) -> None:
    """Check that facts give another metric, and leave this one as it is."""
    before = _written(_score(metric))
    informed = metric.with_facts(_facts())
    _require_metric(informed)
    _plain(_score(informed))
    after = _written(_score(metric))
    require(before == after, "Facts are taken into the metric itself.")


@CHECKS.where(_can_be_looked_up)
def check_dynamics_metric_agrees_with_facts(metric: Any) -> None:
    """Check that a map with exponents known exactly is measured so, within 2 %."""
    expected = metric.reference(_facts())
    score = _score(metric)
    allowed = max(0.02 * abs(expected), 4 * (score.error or 0.0))
    says = f"The facts of the map say {expected:.5g}, and it is measured as {score.value}."
    require(score.value is not None and abs(score.value - expected) <= allowed, says)


def _pair(metric: SeriesMetric) -> tuple[TimeSeries, TimeSeries]:
    """Return the truth and another series, as long as the metric's horizon asks for."""
    if metric.horizon is None:
        return chaos(_STEPS), chaos(_STEPS, rho=35.0)
    return forecasts(metric.horizon), forecasts(metric.horizon, phase=1.0)


@functools.cache
def _records() -> tuple[TimeSeries, TimeSeries]:
    """Return two records of the truth, and three of something else."""
    truth, other = chaos(_STEPS), chaos(_STEPS, rho=35.0)
    return (
        attrs.evolve(truth, t=truth.t[: _STEPS // 2], x=truth.x.reshape(2, -1, 3)),
        attrs.evolve(other, t=other.t[: _STEPS // 3], x=other.x.reshape(3, -1, 3)),
    )


def _question(metric: Any, clock: float = 1.0) -> tuple[Callable[..., Score], tuple[Any, ...]]:
    """Return what a metric is asked by, and what about: the truth, or a map, comes first."""
    if isinstance(metric, DynamicsMetric):
        places = numbers(8, 2).remainder(1.0)
        return metric.measure, (CatMap(), places, clock * _INTERVAL)
    if isinstance(metric, DevianceMetric):
        found = numbers(400, max(metric.horizon, 2), 2).square()
        return metric.compare_deviances, (found, 2 * found + 1, clock * _INTERVAL)
    records = isinstance(metric, RecordsMetric)
    ask, series = (
        (metric.compare_records, _records()) if records else (metric.compare, _pair(metric))
    )
    return ask, tuple(attrs.evolve(each, t=clock * each.t) for each in series)


def _score(metric: Any, clock: float = 1.0) -> Score:
    ask, given = _question(metric, clock)
    return ask(*given)


def _require_metric(metric: Any) -> None:
    lacks = (
        "all of compare() with horizon, compare_records(), measure() and compare_deviances()"
    )
    known = SeriesMetric | RecordsMetric | DynamicsMetric | DevianceMetric
    require_instance(metric, known, lacks)


def _facts() -> Facts:
    rate = CatMap.exponent / _INTERVAL
    return Facts((rate, -rate), "Arnold and Avez (1968)")


def _value(score: Score) -> float:
    _plain(score)
    require(score.value is not None, f"No value: {score.reason}.")
    return float(score.value or 0.0)


def _written(score: Score) -> str:
    return json.dumps(attrs.asdict(score), sort_keys=True, default=repr)


def _plain(score: object) -> None:
    """Fail unless a score can be written down and read."""
    if not isinstance(score, Score):
        require(False, f"{score!r} is no takens.Score.")
        return
    try:
        json.dumps([score.value, score.error, dict(score.details)], allow_nan=False)
    except (TypeError, ValueError) as error:
        require(False, f"It cannot be written down: {error}.")
    reason = score.value is not None or bool(score.reason)
    require(reason, "There is no value, and no reason for it.")
