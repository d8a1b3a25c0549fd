"""Orbits of models under inputs."""

from __future__ import annotations

import torch
from torch import Tensor

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.flow_map import latent_map
from takens._dynamics.forced_run import iterate_forced
from takens._dynamics.orbit import orbit
from takens._protocols.model import Model


def driven_orbit(
    model: Model, dt: float, z: Tensor, steps: int, drive: Tensor | None
) -> Tensor:
    """Return `z: (..., m)` and the states that follow under `drive: (..., steps, w)`.

    They are `(..., steps + 1, m)`; without inputs those of ``orbit``, of every
    member by itself.
    """
    if drive is None and not isinstance(model, Ensemble):
        return orbit(latent_map(model, dt), z, steps)
    free = torch.zeros(steps, dtype=torch.float64)
    nothing = z.new_empty(*z.shape[:-1], steps, 0)
    acting = None if drive is None else drive[..., :steps, :]
    following = iterate_forced(model, z, nothing, dt, free, acting)
    return torch.cat((z.unsqueeze(-2), following), -2)
