"""Metrics that compare forecasts with the truth."""

from __future__ import annotations

from typing import Any, cast

import attrs
import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.generate import generate
from takens._judging.lending import lent
from takens._judging.once import Once
from takens._judging.segments import Places, Segments
from takens._protocols.metric import SeriesMetric
from takens._protocols.model import Model
from takens._protocols.score import Score
from takens.errors import DataError

# More starts share so much of their data that their mean is known no better.
_STARTS = 2_000
# A linear forecast from the start has a coefficient for each dimension.
_STARTS_PER_DIMENSION = 20


def compare_forecasts(
    metric: SeriesMetric,
    horizon: int,
    model: Model,
    segments: Segments,
    dt: float,
    context: int,
    once: Once,
) -> Score:
    """Forecast from up to 2,000 samples of the reference (or 20 for each dimension).

    They are spread evenly over those with enough before and after them; each forecast is
    warmed up on ``context`` samples.

    The floor is the forecast by analogues: for each start, what followed the nearest state
    of the second segment.

    Source: Lorenz (1969), Atmospheric predictability as revealed by naturally occurring
    analogues, J. Atmos. Sci. 26, 636-646 (for the floor).
    """
    c = context
    reference = segments.reference
    if len(reference) <= c + horizon:
        raise DataError(
            f"Forecasts of {horizon} steps from a context of {c} need more than {c + horizon} "
            f"samples; got {len(reference)}."
        )
    starts = starts_of(len(reference) - c - horizon + 1, reference.x.shape[-1])
    true = _unfold(reference.x, c + horizon)[starts]
    steps = max(horizon, 2)
    inputs = Places(reference, starts).inputs(c + steps)
    forecast = generate(model, context=true[:, :c], steps=steps, dt=dt, inputs=inputs)
    t = reference.t[: horizon + 1]
    truth = attrs.evolve(reference, t=t, x=true[:, c - 1 :], inputs=None)
    floor = once.of(
        lambda: metric.compare(*lent(metric, truth, _analogues(truth, segments, horizon))),
        id(metric),
        context,
    )
    alive = torch.tensor([at is None for at in forecast.diverged_at])
    about: dict[str, Any] = {
        "floor": floor.value,
        "floor_from": "analogues: what followed the nearest state of a second true segment",
    }
    details = {"starts": len(true), "diverged": forecast.diverged, "context": context}
    if not bool(alive.any()):
        about |= {"error": None, "error_from": "", "curves": {}, "details": details}
        reason = f"all {len(true)} forecasts diverged"
        return attrs.evolve(floor, value=None, reason=reason, **about)
    truth = attrs.evolve(truth, x=truth.x[alive])
    followed = _from_start(truth, truth.x[:, :1], forecast.x[alive][:, :horizon])
    score = metric.compare(*lent(metric, truth, followed))
    return attrs.evolve(score, details=dict(score.details) | details, **about)


def starts_of(available: int, dims: int) -> Tensor:
    """Return which of so many places forecasts start from."""
    count = min(available, max(_STARTS, _STARTS_PER_DIMENSION * dims))
    return torch.arange(count) * (available - 1) // max(count - 1, 1)


def _analogues(truth: TimeSeries, segments: Segments, horizon: int) -> TimeSeries:
    """Follow, for each start, the nearest state of the second segment."""
    second = next(segments.pairs())
    library = _unfold(second.x, horizon + 1)
    scale = second.x.std(0)
    tree = KDTree(np.asarray(library[:, 0] / scale))
    found = cast(Any, tree.query(np.asarray(truth.x[:, 0] / scale), workers=-1))
    nearest: Any = found[1]
    return _from_start(truth, truth.x[:, :1], library[torch.as_tensor(nearest), 1:])


def _from_start(truth: TimeSeries, start: Tensor, following: Tensor) -> TimeSeries:
    return attrs.evolve(truth, x=torch.cat((start, following), 1))


def _unfold(x: Tensor, length: int) -> Tensor:
    """Return all windows: `(T, n) -> (T - length + 1, length, n)`, as a view."""
    return x.unfold(0, length, 1).mT
