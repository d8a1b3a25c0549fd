"""Metrics that compare free runs with the truth."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.generate import generate
from takens._judging.ensembles import over_values
from takens._judging.segments import Segments, contexts
from takens._protocols.metric import SeriesMetric
from takens._protocols.model import Model
from takens._protocols.score import Runs, Score
from takens.errors import InputError


def free_runs(model: Model, segments: Segments, dt: float, runs: int, context: int) -> FreeRun:
    """Run freely, each time as long as the reference after ``context`` samples of warm-up.

    The first run starts where the reference starts, so that the two can be laid over each
    other. The others, ``runs`` in number, start from places along another true segment: a
    good model that starts on the reference itself follows it for a while, and would seem
    better than its floor.
    """
    beside = contexts(segments.reference, context, 1)
    starts = torch.cat((beside, contexts(next(segments.pairs()), context, runs)))
    return generate(model, context=starts, steps=len(segments.reference) - context, dt=dt)


def compare_free_runs(
    metric: SeriesMetric,
    segments: Segments,
    free: FreeRun,
    linear: Mapping[str, TimeSeries],
) -> Score:
    """Compute the median over the scored runs that did not diverge, with the floor.

    ``segments`` are as long as the runs. What ``linear``, surrogates of the reference by
    name, would score are baselines, beside those that the metric has.
    """
    scored = free.diverged_at[1:]
    perfect = [metric.compare(segments.reference, other) for other in segments.pairs()]
    floors = [score.value for score in perfect if score.value is not None]
    simple = {name: _value(metric, segments.reference, one) for name, one in linear.items()}
    about: dict[str, Any] = {
        "runs": Runs(scored),
        "floor": statistics.median(floors) if floors else None,
        "floors": floors,
        "floor_from": f"the reference against {len(floors)} other true "
        f"segment{'es' * (len(floors) > 1)} of the same length (median)",
        "baselines": {name: value for name, value in simple.items() if value is not None}
        | dict(perfect[0].baselines),
    }
    scores = [
        metric.compare(segments.reference, attrs.evolve(free.series, x=x))
        for x, at in zip(free.x[1:], scored, strict=True)
        if at is None
    ]
    if not scores:
        # What was found between true segments goes for no run.
        about |= {"error": None, "error_from": "", "reference_reason": ""}
        about |= {"curves": {}, "details": {}}
        reason = f"all {len(scored)} free runs diverged"
        return attrs.evolve(perfect[0], value=None, reason=reason, **about)
    values = [score.value for score in scores if score.value is not None]
    if not values:
        reason = scores[0].reason or "the metric gave no value"
        return attrs.evolve(scores[0], reason=reason, **about)
    median = statistics.median_low(values)
    typical = next(score for score in scores if score.value == median)
    about["details"] = dict(typical.details) | {"values": values}
    if len(values) > 1:
        about |= over_values(values, "free runs")
        low, *_, high = statistics.quantiles(values, n=4, method="inclusive")
        about["details"] |= {"quartiles": [low, high]}
    return attrs.evolve(typical, value=statistics.median(values), **about)


def _value(metric: SeriesMetric, reference: TimeSeries, series: TimeSeries) -> float | None:
    try:
        return metric.compare(reference, series).value
    except InputError:
        # What has no value for a surrogate has none to be compared with.
        return None
