"""Metrics that measure the dynamics themselves."""

from __future__ import annotations

import math

import attrs
import torch
from torch import Tensor

from takens._dynamics.flow_map import latent_map
from takens._dynamics.generate import warm_up
from takens._dynamics.system_model import SystemModel
from takens._judging.lending import lent
from takens._judging.once import Once
from takens._judging.subject import system_model
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
) -> Score:
    """Probe a model from observed `places: (starts, c, n)`, which warm it up.

    The floor is how far two estimates for the true system, of the same length and from as
    many places, are expected to be from each other; it needs the equations.
    """
    weights = sum(parameter.numel() for parameter in model.parameters())
    step = latent_map(model, dt)
    with threads_for(len(places) * (weights + model.latent_dim)), torch.no_grad():
        (starts,) = lent(metric, warm_up(model, step, places))
        score = _over_starts(metric.measure(step, starts, dt), places)
    if truth is None:
        return attrs.evolve(score, floor_from="no floor: it needs the true equations")
    true = score
    # A known system that is judged by itself has been probed already.
    if not (isinstance(model, SystemModel) and model.system is truth):
        true = once.of(
            lambda: _measure_truth(metric, truth, dt, places), id(metric), *places.shape
        )
    return attrs.evolve(
        score,
        truth=true.value,
        truth_error=true.error,
        truth_over=true.error_over,
        floor=None if true.error is None else math.sqrt(2) * true.error,
        floor_from="two estimates for the true system (sqrt 2 of the standard error of one)",
    )


def _measure_truth(metric: DynamicsMetric, truth: System, dt: float, places: Tensor) -> Score:
    with threads_for(len(places) * truth.dim):
        (starts,) = lent(metric, places[:, -1])
        return _over_starts(
            metric.measure(latent_map(system_model(truth), dt), starts, dt), places
        )


def _over_starts(score: Score, places: Tensor) -> Score:
    """Say what an error is over where the metric does not."""
    if score.error is None or score.error_over is not None:
        return score
    return attrs.evolve(score, error_over=len(places), error_unit="starts")
