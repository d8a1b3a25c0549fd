"""The map behind every model."""

import torch
from torch import Tensor

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.flow_map import FlowMap
from takens._dynamics.system_model import SystemModel, system_map
from takens._dynamics.trained_model import TrainedModel
from takens._protocols.dynamics import Map, Time
from takens._protocols.model import ContinuousModel, Model


def latent_map(model: Model, dt: float) -> Map:
    """Give the map of a model's latent state over one sampling interval, whatever its time.

    Raises: TypeError for a model that is continuous in time and names no integrator.
    """
    if isinstance(model, SystemModel):
        return system_map(model.system, model.integrator, dt)
    if isinstance(model, TrainedModel):
        model = model.inner
    if isinstance(model, Ensemble):
        return _ensemble_map(model, dt)
    if model.time is Time.DISCRETE:
        return model
    if not isinstance(model, ContinuousModel):
        raise TypeError(
            f"{type(model).__name__} is continuous in time and must name its integrator."
        )
    return FlowMap(model, model.integrator, dt)


def _ensemble_map(ensemble: Ensemble, dt: float) -> Map:
    """Advance all members; those that are continuous in time one after the other."""
    if ensemble.time is Time.DISCRETE:
        return ensemble.bound()
    maps = [latent_map(member, dt) for member in ensemble.members]

    def advance(z: Tensor, /) -> Tensor:
        return torch.stack([step(own) for step, own in zip(maps, z, strict=True)])

    return advance
