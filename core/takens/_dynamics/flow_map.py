"""From vector fields to maps."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

from takens._dynamics.autonomous import refuse_time
from takens._dynamics.coupled import refuse_coupled
from takens._protocols.dynamics import Map, SupportsJacobian, SupportsTangent, Time, VectorField
from takens._protocols.integrator import Stepper
from takens._protocols.model import ContinuousModel, Model, SupportsStepMap


@final
@attrs.frozen(eq=False)
class FlowMap:
    """The map that advances an autonomous field by ``dt``.

    A field that depends on time is refused by InputError, since a map knows the state alone.
    """

    field: VectorField
    stepper: Stepper
    dt: float

    def __call__(self, x: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` by one interval."""
        refuse_time(self.field, x)
        t = x.new_zeros(())
        return self.stepper.step(self.field, t, x, t + self.dt)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Advance `x: (..., d)`, and the tangent vectors `v: (..., d, k)` with it.

        The step is applied to the field and its variational equation together, so the
        result is the exact derivative of the discrete step.
        """
        field = self.field
        refuse_time(field, x)
        if not isinstance(field, SupportsJacobian):
            return forward_mode(self, x, v)
        jacobian = field.jacobian

        # Tangents go first: the last axis stays that of the state, which some methods split.
        def joint(t: Tensor, xv: Tensor, /) -> Tensor:
            y, w = xv[0], xv[1:].movedim(0, -1)
            pushed = jacobian(t, y) @ w
            return torch.cat((field(t, y).unsqueeze(0), pushed.movedim(-1, 0)))

        t = x.new_zeros(())
        xv = torch.cat((x.unsqueeze(0), v.movedim(-1, 0)))
        xv = self.stepper.step(joint, t, xv, t + self.dt)
        return xv[0], xv[1:].movedim(0, -1)


def flow_map(field: VectorField, stepper: Stepper, dt: float) -> FlowMap:
    """Return the map that advances an autonomous field by ``dt``.

    ``takens.autonomous`` makes one of a field that depends on time with a period.
    """
    return FlowMap(field, stepper, dt)


def jvp(step: Map, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Return `F(x): (..., d)` and `DF(x) v: (..., d, k)`, analytically where the map can.

    Otherwise by forward-mode differentiation, vectorised over the tangent vectors.

    Raises: InputError where rows of `x` act on one another.
    """
    refuse_coupled(step, x)
    if isinstance(step, SupportsTangent):
        return step.tangent(x, v)
    return forward_mode(step, x, v)


def forward_mode(step: Map, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Return `F(x): (..., d)` and `DF(x) v: (..., d, k)`, whatever the map can by itself."""

    def push(w: Tensor) -> tuple[Tensor, Tensor]:
        following, pushed, *_ = torch.func.jvp(step, (x,), (w,))
        return following, pushed

    # Last by movedim: out_dims=-1 is misread where the step does not depend on the state.
    y, w = torch.func.vmap(push, in_dims=-1)(v)
    return y[0], w.movedim(0, -1)


def latent_map(model: Model, dt: float) -> Map:
    """Return the map of a model's latent state over one sampling interval, whatever its time.

    Raises: TypeError for a model that is continuous in time and names no integrator.
    """
    if isinstance(model, SupportsStepMap):
        return model.step_map(dt)
    if model.time is Time.DISCRETE:
        return model
    field = as_field(model)
    return FlowMap(field, field.integrator, dt)


def as_field(model: Model) -> ContinuousModel:
    """Return a model that is continuous in time as one whose integrator is known.

    Raises: TypeError for one that names none.
    """
    if not isinstance(model, ContinuousModel):
        raise TypeError(
            f"{type(model).__name__} is continuous in time and must name its integrator."
        )
    return model
