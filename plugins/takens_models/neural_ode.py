"""Neural ordinary differential equations."""

from typing import TYPE_CHECKING, Any, Unpack, final

import attrs
import torch
from torch import Tensor

import takens
from takens_models.fields import NetworkField
from takens_models.integration import IntegratorChoice, named_stepper
from takens_models.latent_model import LatentModel
from takens_models.network import ACTIVATIONS
from takens_models.settings import (
    LatentConfig,
    WindowOptions,
    at_least,
    one_of,
)


@final
@attrs.frozen(kw_only=True)
class NeuralODEConfig(LatentConfig):
    """Settings of a ``NeuralODE``.

    Raises: ComponentError where they do not go together.
    """

    model = "neural_ode"
    width: int = attrs.field(default=64, validator=at_least(1))
    depth: int = attrs.field(default=2, validator=at_least(0))
    activation: str = attrs.field(default="tanh", validator=one_of(*ACTIVATIONS))
    integrator: Any = "rk4"


@final
class NeuralODE(LatentModel):
    """A field `dz/dt = f(z)`, f a network with ``depth`` hidden layers of ``width`` units.

    ``integrator`` is a name, or a table with that integrator's parameters, such as
    ``{"name": "dopri5", "rtol": 1e-5, "gradient": "adjoint"}``. Weights start uniform within
    one over the root of the number of inputs of their layer.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), Neural ordinary differential
    equations, NeurIPS, eq. 2.
    """

    time = takens.Time.CONTINUOUS

    def __init__(
        self,
        obs_dim: int,
        latent_dim: int | None = None,
        width: int = 64,
        depth: int = 2,
        activation: str = "tanh",
        integrator: IntegratorChoice = "rk4",
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        m = obs_dim if latent_dim is None else latent_dim
        super().__init__(
            NeuralODEConfig(
                obs_dim=obs_dim,
                latent_dim=m,
                width=width,
                depth=depth,
                activation=activation,
                integrator=integrator,
                seed=seed,
                **window,
            ),
            m,
        )
        self.integrator = named_stepper("neural_ode", integrator)
        generator = torch.Generator().manual_seed(seed)
        self.field = NetworkField(
            m, width=width, depth=depth, activation=activation, generator=generator
        )
        self.open_window(generator)

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the velocity at `z: (..., m)`, whatever the time."""
        return self.field(t, z)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        return self.field.jacobian(t, z)

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, z: Tensor, /) -> Tensor: ...  # noqa: D102
