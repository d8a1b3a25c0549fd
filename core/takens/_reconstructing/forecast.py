"""A forecast from the end of the record, with a fan that was measured on the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.generate import generate
from takens._dynamics.trained_model import TrainedModel
from takens._judging.equivalence import quantile
from takens._preparing.way_back import WayBack
from takens._run.forecast import Forecast
from takens._run.sources import Source, shown

_LEVEL: Final = 0.9
_CONTEXT: Final = 32
_STARTS: Final = 400
_MOST: Final = 500
# Fans of prepared data are brought back from so many paths, and places.
_PATHS: Final = 200
_STARTS_BACK: Final = 40


def forecast_of(members: Sequence[TrainedModel], source: Source) -> Forecast | None:
    """Forecast from the end of the record by the median of the members.

    The half width of the fan at each lead is that which holds 90 % of the errors of forecasts
    from places in the training data. Of data that were prepared the forecast is brought back
    with all these errors added, and the fan holds 90 % of what they become. Gives None where
    the record is too short for that.

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

    def paths(series: TimeSeries, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Forecast from so many places: the last time, the forecast and what came."""
        x = series.x.double()
        last = len(x) - context - steps
        places = torch.linspace(0, last, count, dtype=torch.float64).long()
        windows = torch.stack([x[p : p + context + steps] for p in places])
        told = centre(windows[:, :context])
        return series.t[places + context - 1], told, windows[:, context:]

    _, told, came = paths(known, min(_STARTS, len(known) - context - steps))
    learned, starts = came - told, len(held) // (context + steps)
    t = held.dt * torch.arange(1, steps + 1, dtype=torch.float64)
    path = attrs.evolve(
        held,
        t=t,
        x=centre(held.x[None, -context:].double())[0],
        mask=None,
        inputs=None,
        origin="",
    )
    last = held.between(max(0, len(held) - steps), len(held))
    last = attrs.evolve(last, t=last.t - last.t[-1], inputs=None, origin="")
    above = None
    if (back := source.way_back) is None:
        width = learned.abs().quantile(_LEVEL, 0)
        _, told, came = paths(held, starts)
        shares = ((came - told).abs() <= width).double().mean((1, 2))
    else:
        # Whole paths of errors, since an error of changes grows with their sum.
        chosen = torch.linspace(0, len(learned) - 1, min(_PATHS, len(learned))).long()
        learned = torch.cat((learned[chosen], -learned[chosen]))
        starts = min(starts, _STARTS_BACK)
        shares = torch.stack(
            [
                _held(back, attrs.evolve(path, x=told), came, float(end), learned)
                for end, told, came in zip(*paths(held, starts), strict=True)
            ]
        )
        path, low, high = _fan(back, path, float(held.t[-1]), learned)
        width, above = path.x - low, high - path.x
        last = _end_of(back, float(held.t[-1]), steps * held.dt)
    coverage = float(shares.mean())
    half = quantile(0.025, starts) * float(shares.std()) / starts**0.5
    return Forecast(
        path,
        width,
        last,
        _LEVEL,
        coverage,
        starts,
        (max(0.0, coverage - half), min(1.0, coverage + half)),
        above,
    )


def _fan(
    back: WayBack, path: TimeSeries, at: float, errors: Tensor
) -> tuple[TimeSeries, Tensor, Tensor]:
    """Bring a forecast back, and the range of it with `errors: (paths, steps, n)` added."""
    centre = back(path, at)
    every = back(attrs.evolve(path, x=path.x + errors), at).x.numpy()
    edges = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)
    low, high = (torch.from_numpy(np.quantile(every, edge, axis=0)) for edge in edges)
    return centre, low, high


def _held(back: WayBack, path: TimeSeries, came: Tensor, at: float, errors: Tensor) -> Tensor:
    """Return the share of what came that the fan of a forecast holds."""
    _, low, high = _fan(back, path, at, errors)
    truth = back(attrs.evolve(path, x=came), at).x
    return ((low <= truth) & (truth <= high)).double().mean()


def _end_of(back: WayBack, at: float, span: float) -> TimeSeries:
    """Return the end of the data as they were, at which time is zero."""
    before = back.before(at)
    first = min(int(torch.searchsorted(before.t, before.t[-1] - span)), len(before) - 2)
    last = before[first:]
    return attrs.evolve(last, t=last.t - last.t[-1], inputs=None, origin="")
