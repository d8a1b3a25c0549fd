"""Metrics that measure the dynamics themselves."""

from __future__ import annotations

import math
from typing import cast

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.flow_map import latent_map
from takens._dynamics.generate import warm_up
from takens._dynamics.inputs import ClockedMap, drive_in_units, driven_map, input_dim
from takens._dynamics.system_model import SystemModel
from takens._judging.lending import lent
from takens._judging.once import Once
from takens._judging.segments import Places
from takens._judging.subject import system_model
from takens._protocols.dynamics import Map
from takens._protocols.metric import DynamicsMetric
from takens._protocols.model import Model
from takens._protocols.score import Score
from takens._protocols.system import System
from takens._threads import threads_for


def measure_dynamics(
    metric: DynamicsMetric,
    model: Model,
    dt: float,
    places: Tensor,
    truth: System | None,
    once: Once,
    under: Places | None = None,
) -> Score:
    """Probe a model from observed `places: (starts, c, n)`, which warm it up.

    ``under`` are the same places in a record with inputs: these act on the model and the true
    system, again and again, and what is measured is conditional on them.

    The floor is how far two estimates for the true system, of the same length and from as
    many places, are expected to be from each other; it needs the equations.
    """
    weights = sum(parameter.numel() for parameter in model.parameters())
    with threads_for(len(places) * (weights + model.latent_dim)), torch.no_grad():
        step, starts = _started(model, dt, places, under)
        (starts,) = lent(metric, starts)
        score = _over_starts(metric.measure(step, starts, dt), places)
    if truth is None:
        return attrs.evolve(score, floor_from="no floor: it needs the true equations")
    true = score
    # A known system that is judged by itself has been probed already.
    if not (isinstance(model, SystemModel) and model.system is truth):
        true = once.of(
            lambda: _measure_truth(metric, truth, dt, places, under),
            id(metric),
            *places.shape,
        )
    return attrs.evolve(
        score,
        truth=true.value,
        truth_error=true.error,
        truth_over=true.error_over,
        floor=None if true.error is None else math.sqrt(2) * true.error,
        floor_from="two estimates for the true system (sqrt 2 of the standard error of one)",
    )


def _measure_truth(
    metric: DynamicsMetric, truth: System, dt: float, places: Tensor, under: Places | None
) -> Score:
    with threads_for(len(places) * truth.dim):
        step, starts = _started(system_model(truth), dt, places, under)
        (starts,) = lent(metric, starts)
        return _over_starts(metric.measure(step, starts, dt), places)


def _started(
    model: Model, dt: float, places: Tensor, under: Places | None
) -> tuple[Map, Tensor]:
    """Return the map of a model, and its states where places have warmed it up."""
    length = places.shape[-2]
    u = under and under.inputs(length)
    if under is None or u is None or not input_dim(model):
        return latent_map(model, dt), warm_up(model, dt, places)
    z = warm_up(model, dt, places, drive_in_units(model, u))
    acting = drive_in_units(model, cast(TimeSeries, under.series.inputs).x)
    step = ClockedMap(driven_map(model, dt), acting, z.shape[-1])
    return step, step.starts(z, under.rows + length - 1)


def _over_starts(score: Score, places: Tensor) -> Score:
    """Say what an error is over where the metric does not."""
    if score.error is None or score.error_over is not None:
        return score
    return attrs.evolve(score, error_over=len(places), error_unit="starts")
