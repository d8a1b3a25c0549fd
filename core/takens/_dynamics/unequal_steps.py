"""Steps of a model in continuous time that are not all of one length."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.inputs import Step, input_at, input_dim
from takens._protocols.dynamics import Time
from takens._protocols.model import ContinuousModel, Model
from takens.errors import InputError


def unequal_steps(model: Model, dt: Tensor, drive: Tensor | None) -> Step:
    """Return the map of a state at step i, which takes `dt: (..., T)`, the same for all or not.

    ``drive`` is what acts, `(..., T, w)`. Each step is one of unit length in time over dt.

    Raises: InputError for a model that is a map.
    """
    if isinstance(model, Ensemble):
        each = [
            unequal_steps(
                member,
                dt if dt.ndim == 1 else dt[i],
                None if drive is None else drive[i],
            )
            for i, member in enumerate(model.members)
        ]
        return lambda z, i: torch.stack(
            [step(own, i) for step, own in zip(each, z, strict=True)]
        )
    if model.time is Time.DISCRETE or not isinstance(model, ContinuousModel):
        raise InputError(
            f"{type(model).__name__} is a map over one interval, and the samples are not "
            "equally spaced; resample them, or choose a model that is continuous in time."
        )
    field: Any = model
    k, stepper = input_dim(model), model.integrator

    def step(z: Tensor, i: int) -> Tensor:
        h = dt[..., i, None].to(z)
        acting = None if drive is None else drive[..., i, :]

        def scaled(share: Tensor, z: Tensor, /) -> Tensor:
            if acting is None:
                return h * field(share, z)
            return h * field(share, z, input_at(acting, share, k))

        zero = z.new_zeros(())
        return stepper.step(scaled, zero, z, zero + 1)

    return step
