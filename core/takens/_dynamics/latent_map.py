"""The map behind every model."""

from takens._dynamics.flow_map import FlowMap
from takens._protocols.dynamics import Map, Time
from takens._protocols.model import ContinuousModel, Model, SupportsStepMap


def latent_map(model: Model, dt: float) -> Map:
    """Return the map of a model's latent state over one sampling interval, whatever its time.

    Raises: TypeError for a model that is continuous in time and names no integrator.
    """
    if isinstance(model, SupportsStepMap):
        return model.step_map(dt)
    if model.time is Time.DISCRETE:
        return model
    if not isinstance(model, ContinuousModel):
        raise TypeError(
            f"{type(model).__name__} is continuous in time and must name its integrator."
        )
    return FlowMap(model, model.integrator, dt)
