"""Runs and errors of forecasts, brought back into the units of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.generate import generate
from takens._dynamics.trained_model import TrainedModel
from takens._judging.segments import Places
from takens._preparing.way_back import WayBack
from takens._run.in_units import ForecastErrors, InUnits
from takens._run.sources import Source

_AHEAD: Final = (1, 3, 10, 30, 100)
_STARTS: Final = 64


def brought_back(way_back: WayBack, at: float, reference: TimeSeries, free: FreeRun) -> InUnits:
    """Bring a reference and free runs back; they follow on a time of what was prepared."""
    count = min(len(reference), free.x.shape[-2])
    alike = attrs.evolve(free.series, t=free.t[:count], x=reference.x[:count])
    truth, runs = way_back(alike, at), way_back(free.series, at)
    x = runs.x.clone()
    for run, stopped in enumerate(free.diverged_at):
        if stopped is not None:
            x[run, max(stopped - 1, 0) :] = x[run, max(stopped - 2, 0)]
    truth = attrs.evolve(truth, t=reference.t[:count])
    return InUnits(truth, FreeRun(attrs.evolve(runs, x=x, mask=None), free.diverged_at))


def forecast_errors(
    members: Sequence[TrainedModel], source: Source, context: int
) -> ForecastErrors | None:
    """Forecast from places along the reference by the median of the members.

    Gives None where the reference is too short for that.
    """
    models = [member.unprepared() for member in members]
    held, back = source.reference, source.way_back
    context = max(context, *(model.context_length for model in models))
    steps = [step for step in _AHEAD if step <= (len(held) - context) // 8]
    if not steps or steps[-1] < 2:
        return None
    length = context + steps[-1]
    places = Places.spread(held, length, _STARTS)
    windows, inputs = places.contexts(length).double(), places.inputs(length)
    runs = [
        generate(model, context=windows[:, :context], steps=steps[-1], inputs=inputs)
        for model in models
    ]
    told = torch.stack([run.x.double() for run in runs]).nan_to_num(0.0).median(0).values
    last, true = windows[:, context - 1], windows[:, context:]
    like = held
    if back is not None:
        t = runs[0].t
        ends = [float(end) for end in held.t[places.rows + context - 1].unbind()]
        pairs = [
            back(attrs.evolve(held, t=t, x=torch.stack(pair), inputs=None), end)
            for end, *pair in zip(ends, told, true, strict=True)
        ]
        both = torch.stack([pair.x for pair in pairs])
        told, true, like = both[:, 0], both[:, 1], pairs[0]
        last = torch.stack([back.before(end).x[-1].double() for end in ends])
    chosen = [step - 1 for step in steps]

    def error(x: Tensor) -> tuple[tuple[float, ...], ...]:
        found = (x - true[:, chosen]).square().nanmean(0).sqrt()
        return tuple(tuple(float(each) for each in row.unbind()) for row in found.T.unbind())

    return ForecastErrors(
        like.columns,
        like.units,
        like.time_unit,
        tuple(steps),
        tuple(held.dt * step for step in steps),
        error(told[:, chosen]),
        error(last[:, None]),
        len(windows),
    )
