"""A forecast from the end of the record, with a fan that was measured on the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.generate import generate
from takens._dynamics.trained_model import TrainedModel
from takens._judging.equivalence import quantile
from takens._run.forecast import Forecast
from takens._run.sources import Source, shown

_LEVEL: Final = 0.9
_CONTEXT: Final = 32
_STARTS: Final = 400
_MOST: Final = 500


def forecast_of(members: Sequence[TrainedModel], source: Source) -> Forecast | None:
    """Forecast from the end of the record by the median of the members.

    The half width of the fan at each lead is that which holds 90 % of the errors of forecasts
    from places in the training data. Gives None where the record is too short for that.

    Source: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018), Distribution-free predictive
    inference for regression, J. Am. Stat. Assoc. 113, 1094-1111, section 2.2 (of errors that
    were not held out, so that the coverage is measured and said).
    """
    models = [member.unprepared() for member in members]
    known, held = shown(source.training), source.reference
    context = max(_CONTEXT, *(model.context_length for model in models))
    steps = min(_MOST, *(len(one) // 8 for one in (known, held)))
    if min(len(known), len(held)) < 3 * (context + steps) or steps < 2:
        return None

    def centre(contexts: Tensor) -> Tensor:
        runs = [generate(model, context=contexts, steps=steps).x.double() for model in models]
        return torch.stack(runs).nan_to_num(0.0).median(0).values

    def errors(series: TimeSeries, count: int) -> Tensor:
        x = series.x.double()
        last = len(x) - context - steps
        places = torch.linspace(0, last, count, dtype=torch.float64).long()
        windows = torch.stack([x[p : p + context + steps] for p in places])
        return (windows[:, context:] - centre(windows[:, :context])).abs()

    learned = errors(known, min(_STARTS, len(known) - context - steps))
    width = learned.quantile(_LEVEL, 0)
    starts = len(held) // (context + steps)
    shares = (errors(held, starts) <= width).double().mean((1, 2))
    coverage, spread = float(shares.mean()), float(shares.std()) / starts**0.5
    half = quantile(0.025, starts) * spread
    x = centre(held.x[None, -context:].double())[0]
    t = held.dt * torch.arange(1, steps + 1, dtype=torch.float64)
    series = attrs.evolve(held, t=t, x=x, mask=None, inputs=None, origin="")
    last = held.between(max(0, len(held) - steps), len(held))
    last = attrs.evolve(last, t=last.t - last.t[-1], inputs=None, origin="")
    return Forecast(
        series,
        width,
        last,
        _LEVEL,
        coverage,
        starts,
        (max(0.0, coverage - half), min(1.0, coverage + half)),
    )
