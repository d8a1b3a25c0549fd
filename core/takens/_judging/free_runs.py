"""Metrics that compare free runs with the truth."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.generate import generate
from takens._errors import InputError
from takens._judging.stretches import Stretches, contexts
from takens._protocols.metric import Score, SeriesMetric
from takens._protocols.model import Model


def free_runs(
    model: Model, stretches: Stretches, dt: float, runs: int, context: int
) -> FreeRun:
    """Run freely, each time as long as the reference after ``context`` samples of warm-up.

    The first run starts where the reference starts, so that the two can be laid over each
    other. The others, ``runs`` in number, start from places along another true stretch: a
    good model that starts on the reference itself follows it for a while, and would seem
    better than its floor.
    """
    beside = contexts(stretches.reference, context, 1)
    starts = torch.cat((beside, contexts(next(stretches.pairs()), context, runs)))
    return generate(model, context=starts, steps=len(stretches.reference) - context, dt=dt)


def compare_free_runs(
    metric: SeriesMetric,
    stretches: Stretches,
    free: FreeRun,
    linear: Mapping[str, TimeSeries],
) -> Score:
    """Give the median over the scored runs that did not diverge, with the floor.

    ``stretches`` are as long as the runs. ``linear`` are surrogates of the reference by name:
    ``details`` say what they would score.
    """
    scored = list(enumerate(free.diverged_at))[1:]
    alive = [i for i, at in scored if at is None]
    perfect = [metric.compare(stretches.reference, other) for other in stretches.pairs()]
    floors = [score.value for score in perfect if score.value is not None]
    floor = statistics.median(floors) if floors else None
    share = {
        "runs": len(scored),
        "diverged": 1 - len(alive) / len(scored),
        "diverged_at": [at for _, at in scored if at is not None],
        "surrogate_values": {
            name: _value(metric, stretches.reference, series) for name, series in linear.items()
        },
    }
    scores = [
        metric.compare(stretches.reference, attrs.evolve(free.series, x=free.x[i]))
        for i in alive
    ]
    answered = [(score, score.value) for score in scores if score.value is not None]
    if not answered:
        reason = (
            scores[0].details.get("reason", "the metric gave no value")
            if scores
            else f"all {len(scored)} free runs diverged"
        )
        details = share | {"reason": reason, "floor_values": floors}
        return attrs.evolve(perfect[0], value=None, error=None, floor=floor, details=details)
    values = [value for _, value in answered]
    median = statistics.median_low(values)
    typical = next(score for score, value in answered if value == median)
    details = dict(typical.details) | share | {"values": values}
    error = typical.error
    if len(values) > 1:
        # The standard error of a median of normal samples: sqrt(pi / 2) of that of the mean.
        error = math.sqrt(math.pi / 2) * statistics.stdev(values) / math.sqrt(len(values))
        details["error_from"] = f"the spread over {len(values)} free runs"
        low, *_, high = statistics.quantiles(values, n=4, method="inclusive")
        details["quartiles"] = [low, high]
    return attrs.evolve(
        typical,
        value=statistics.median(values),
        error=error,
        floor=floor,
        details=details
        | {
            "floor_values": floors,
            "floor_from": f"the reference against {len(floors)} other true "
            f"stretch{'es' * (len(floors) > 1)} of the same length (median)",
        },
    )


def _value(metric: SeriesMetric, reference: TimeSeries, series: TimeSeries) -> float | None:
    try:
        return metric.compare(reference, series).value
    except InputError:
        # What has no value for a surrogate has none to be compared with.
        return None
