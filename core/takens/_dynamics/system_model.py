"""Known systems, seen as models, so that both are judged alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, final

import attrs
from torch import Tensor, nn

from takens._dynamics.flow_map import FlowMap
from takens._dynamics.inputs import DrivenFlow, input_dim
from takens._protocols.dynamics import Map, Time, VectorField
from takens._protocols.inputs import DrivenMap, Interpolation, SupportsInputs
from takens._protocols.integrator import Stepper
from takens._protocols.system import System


class ObservedState(nn.Module):
    """Dynamics whose whole state is observed."""

    context_length = 1

    def encode(self, context: Tensor, /, *inputs: Tensor) -> Tensor:
        """Return the last observation, whatever acts: `(..., c, n) -> (..., n)`."""
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        """Return the state itself: `(..., n) -> (..., n)`."""
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Return the observation `x: (..., n)`."""
        return x

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...


@final
@attrs.frozen
class SystemModelConfig:
    """A known system has nothing to set."""


@final
class SystemModel(ObservedState):
    """A system whose whole state is observed, with no weights."""

    config = SystemModelConfig()

    def __init__(self, system: System, integrator: Stepper) -> None:
        super().__init__()
        self.system = system
        self.integrator = integrator
        self.obs_dim = self.latent_dim = system.dim
        self.time: Time = system.time
        self.input_dim = input_dim(system)
        self.interpolation: Interpolation = (
            system.interpolation if isinstance(system, SupportsInputs) else "constant"
        )

    def forward(self, *state: Tensor) -> Tensor:
        """Apply the system's equations."""
        return self.system(*state)  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - a system is callable as its time says

    def driven_map(self, dt: float, /) -> DrivenMap:
        """Return the system where it is a map, else its flow under inputs over ``dt``."""
        system = cast(Any, self.system)
        if self.time is Time.DISCRETE:
            return system
        return DrivenFlow(system, self.integrator, dt, self.input_dim)

    def step_map(self, dt: float, /) -> Map:
        """Return the system itself where it is a map, else its flow over ``dt``.

        What the system can do besides, a Jacobian or tangents, is kept.
        """
        # A system is callable as its time says; the protocol cannot say so.
        if self.time is Time.DISCRETE:
            return cast(Map, self.system)
        return FlowMap(cast(VectorField, self.system), self.integrator, dt)
