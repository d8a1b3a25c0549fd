"""Metrics that probe the dynamics themselves."""

from __future__ import annotations

import attrs
import torch
from torch import Tensor

from takens._dynamics.latent_map import latent_map
from takens._judging.subject import system_model
from takens._protocols.metric import DynamicsMetric, Score
from takens._protocols.model import Model
from takens._protocols.system import System
from takens._threads import threads_for


def probe_dynamics(
    metric: DynamicsMetric,
    model: Model,
    dt: float,
    places: tuple[Tensor, Tensor],
    truth: System | None,
) -> Score:
    """Probe a model from observed `places: (starts, c, n)`, the first of two sets of them.

    The floor is how far two estimates for the true system, from the two sets of places and
    of the same length, are from each other; it needs the equations.
    """
    weights = sum(parameter.numel() for parameter in model.parameters())
    with threads_for(len(places[0]) * (weights + model.latent_dim)), torch.no_grad():
        score = metric.probe(latent_map(model, dt), model.encode(places[0]), dt)
    if truth is None:
        details = dict(score.details) | {"floor_from": "no floor: it needs the true equations"}
        return attrs.evolve(score, details=details)
    true_step = latent_map(system_model(truth), dt)
    with threads_for(len(places[0]) * truth.dim):
        estimates = [metric.probe(true_step, place[:, -1], dt).value for place in places]
    details = dict(score.details) | {
        "floor_from": "the difference of two estimates for the true system",
        "floor_estimates": estimates,
    }
    first, second = estimates
    floor = None if first is None or second is None else abs(first - second)
    return attrs.evolve(score, floor=floor, details=details)
