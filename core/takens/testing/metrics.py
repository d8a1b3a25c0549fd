"""What every metric keeps to."""

from __future__ import annotations

import json
from typing import Any

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._protocols.metric import (
    DynamicsMetric,
    Metric,
    SeriesMetric,
    SupportsBest,
    SupportsReference,
)
from takens._protocols.score import Score
from takens._protocols.system import Facts
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import CatMap, chaos, forecasts, numbers

_INTERVAL = 0.5
_STEPS = 1500


def check_metric_protocol(metric: Metric) -> None:
    """Check that it compares series or probes dynamics."""
    lacks = "both compare() with horizon, and probe()"
    require_instance(metric, SeriesMetric | DynamicsMetric, lacks)
    if isinstance(metric, SeriesMetric):
        ahead: Any = metric.horizon
        require(ahead is None or (type(ahead) is int and ahead > 0), f"horizon is {ahead!r}.")


def check_metric_is_best_on_identical_series(metric: SeriesMetric) -> None:
    """Check that identical series get 0, or ``best``, or the score's own reference."""
    truth, _ = _pair(metric)
    score = metric.compare(truth, truth)
    best = metric.best if isinstance(metric, SupportsBest) else score.reference or 0.0
    _plain(score)
    require(score.value is not None, f"No value: {score.reason}.")
    value = float(score.value or 0.0)
    require(
        abs(value - best) <= 1e-6 * max(1.0, abs(best)),
        f"A series compared with itself gets {value:g}, not {best:g}.",
    )


def check_metric_tells_series_apart(metric: SeriesMetric) -> None:
    """Check that another series gets another value."""
    truth, other = _pair(metric)
    same, different = metric.compare(truth, truth), metric.compare(truth, other)
    _plain(different)
    require(same.value != different.value, f"Two different series also get {same.value}.")


def check_metric_is_repeatable(metric: SeriesMetric) -> None:
    """Check that the same series get the same score, and nothing else is touched."""
    truth, other = _pair(metric)
    copies = truth.x.clone(), other.x.clone()
    before = torch.random.get_rng_state()
    scores = [metric.compare(truth, other) for _ in range(2)]
    require(scores[0].value == scores[1].value, "Two looks at the same series differ.")
    require(
        torch.equal(before, torch.random.get_rng_state()), "It draws from the global generator."
    )
    require_close(truth.x, copies[0], "The reference was changed in place", rtol=0, atol=0)
    require_close(other.x, copies[1], "The other series was changed in place", rtol=0, atol=0)


def check_metric_survives_divergence(metric: SeriesMetric) -> None:
    """Check that a run that has left gets a number, or a reason for none."""
    truth, other = _pair(metric)
    for size in (1.0, 1e6):
        gone = other.x.clone()
        gone[..., gone.shape[-2] // 4 :, :] = size
        _plain(metric.compare(truth, attrs.evolve(other, x=gone)))


def check_dynamics_metric_probes(metric: DynamicsMetric) -> None:
    """Check that a chaotic map gets a finite value, the same every time."""
    before = torch.random.get_rng_state()
    scores = [metric.probe(CatMap(), _places(), _INTERVAL) for _ in range(2)]
    _plain(scores[0])
    require(scores[0].value is not None, f"No value: {scores[0].reason}.")
    require(scores[0].value == scores[1].value, "Two looks at the same map differ.")
    require(
        torch.equal(before, torch.random.get_rng_state()), "It draws from the global generator."
    )


def check_dynamics_metric_survives_divergence(metric: DynamicsMetric) -> None:
    """Check that a map that leaves gets a number, or a reason for none."""
    _plain(metric.probe(lambda x: x * x * 10 + 10, _places(), _INTERVAL))


def check_metric_reference(metric: SupportsReference) -> None:
    """Check that there is no reference without facts, and a number with them."""
    require(metric.reference(Facts()) is None, "Empty facts give a reference.")
    found = metric.reference(_facts())
    require(isinstance(found, float), f"A known spectrum gives the reference {found!r}.")


def check_dynamics_metric_agrees_with_facts(metric: Any) -> None:
    """Check that a map with exponents known exactly is measured so, within 2 %."""
    expected = metric.reference(_facts())
    score = metric.probe(CatMap(), _places(), _INTERVAL)
    allowed = max(0.02 * abs(expected), 4 * (score.error or 0.0))
    require(
        score.value is not None and abs(score.value - expected) <= allowed,
        f"The facts of the map say {expected:.5g}, and it is measured as {score.value}.",
    )


def _pair(metric: SeriesMetric) -> tuple[TimeSeries, TimeSeries]:
    """Give the truth and another series, as long as the metric's horizon asks for."""
    if metric.horizon is None:
        return chaos(_STEPS), chaos(_STEPS, rho=35.0)
    return forecasts(metric.horizon), forecasts(metric.horizon, phase=1.0)


def _places() -> torch.Tensor:
    return numbers(8, 2).remainder(1.0)


def _facts() -> Facts:
    rate = CatMap.exponent / _INTERVAL
    return Facts((rate, -rate), "Arnold and Avez (1968)")


def _plain(score: object) -> None:
    """Fail unless a score can be written down and read."""
    if not isinstance(score, Score):
        require(False, f"{score!r} is no takens.Score.")
        return
    try:
        json.dumps(dict(score.details), allow_nan=False)
    except (TypeError, ValueError) as error:
        require(False, f"The details are not of JSON types: {error}.")
    if score.value is None:
        require(bool(score.reason), "There is no value, and no reason for it.")


CHECKS = (
    check_metric_is_best_on_identical_series,
    check_metric_tells_series_apart,
    check_metric_is_repeatable,
    check_metric_survives_divergence,
)
DYNAMICS_CHECKS = (
    check_dynamics_metric_probes,
    check_dynamics_metric_survives_divergence,
)
