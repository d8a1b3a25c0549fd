"""How likely what was measured is by forecasts."""

from __future__ import annotations

from typing import cast

import torch

from takens._data.time_series import TimeSeries
from takens._dynamics.driven_orbit import driven_orbit
from takens._dynamics.flow_map import latent_map
from takens._dynamics.generate import warm_up
from takens._dynamics.inputs import drive_in_units
from takens._dynamics.orbit import orbit
from takens._judging.forecasts import starts_of
from takens._judging.segments import Places
from takens._protocols.metric import DevianceMetric
from takens._protocols.model import Model, SupportsLikelihood, has_likelihood
from takens._protocols.score import Score
from takens.errors import DataError


def compare_deviances(
    metric: DevianceMetric, model: Model, reference: TimeSeries, dt: float, context: int
) -> Score:
    """Forecast from starts spread over the reference, each warmed up on ``context`` samples.

    A model without a likelihood gets a score without a value.
    """
    if not has_likelihood(model):
        return Score(
            value=None,
            reason="the model gives observations no law; train one with a likelihood, such as "
            "likelihood = 'poisson'",
        )
    likely, h, c = cast(SupportsLikelihood, model), metric.horizon, context
    if len(reference) < c + h + 1:
        raise DataError(
            f"Forecasts of {h} steps from a context of {c} need more than {c + h} samples; got "
            f"{len(reference)}."
        )
    starts = starts_of(len(reference) - c - h + 1, reference.dim)
    x = reference.x.unfold(0, c + h, 1).mT[starts]
    u = Places(reference, starts).inputs(c + h)
    drive = None if u is None else drive_in_units(model, u)
    with torch.no_grad():
        z = warm_up(model, dt, x[:, :c], drive)
        if drive is None:
            ahead = orbit(latent_map(model, dt), z, h, separate=True)
        else:
            ahead = driven_orbit(model, dt, z, h, drive[:, c - 1 :])
        later = x[:, c:]
        found = likely.deviance(ahead[:, 1:], later).double()
        null = likely.null_deviance(later).double()
    return metric.compare_deviances(found, null, dt)
