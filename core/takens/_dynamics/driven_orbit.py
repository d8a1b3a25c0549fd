"""Orbits of models under inputs."""

from __future__ import annotations

import torch
from torch import Tensor

from takens._dynamics.flow_map import latent_map
from takens._dynamics.inputs import step_at
from takens._dynamics.orbit import orbit
from takens._protocols.model import Model


def driven_orbit(
    model: Model, dt: float, z: Tensor, steps: int, drive: Tensor | None
) -> Tensor:
    """Return `z: (..., m)` and the states that follow under `drive: (..., steps, w)`.

    They are `(..., steps + 1, m)`; without inputs those of ``orbit``.
    """
    if drive is None:
        return orbit(latent_map(model, dt), z, steps)
    step, states = step_at(model, dt, drive), [z]
    for i in range(steps):
        states.append(step(states[-1], i))
    return torch.stack(states, -2)
