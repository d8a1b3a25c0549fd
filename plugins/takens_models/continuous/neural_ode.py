"""Neural ordinary differential equations."""

from typing import TypeVar, final

import torch
from torch import Tensor

import takens
from takens_models.continuous.fields import NetworkField
from takens_models.continuous.integration import named_stepper
from takens_models.latent.latent_model import LatentModel
from takens_models.settings import AugmentedNeuralODESettings, NeuralODESettings

S = TypeVar("S", NeuralODESettings, AugmentedNeuralODESettings)


class NetworkODE(LatentModel[S]):
    """A latent state whose velocity is a network's, whatever the time."""

    time = takens.plugin.Time.CONTINUOUS

    def draw(self, generator: torch.Generator) -> None:
        """Draw the network."""
        config = self.config
        self.integrator = named_stepper(config)
        self.field = NetworkField(
            self.latent_dim,
            shape=config,
            generator=generator,
            inputs=self.input_dim,
        )

    def forward(self, t: Tensor, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the velocity at `z: (..., m)` under `u: (..., k)`, whatever the time."""
        return self.field(t, z, u)

    def jacobian(self, t: Tensor, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        return self.field.jacobian(t, z, u)


@final
class NeuralODE(NetworkODE[NeuralODESettings]):
    """A field `dz/dt = f(z)`, f a network with ``depth`` hidden layers of ``width`` units.

    ``widths = [8, 16, 32]`` are hidden layers of several widths, and ``activations`` may be one
    for each.

    Inputs act inside, as `f(z, u)`, constant, in lines or smoothly from sample to sample.

    ``integrator`` is a name, or a table with that integrator's parameters, such as
    ``{"name": "dopri5", "rtol": 1e-5, "gradient": "adjoint"}``. Weights start uniform within
    one over the root of the number of inputs of their layer.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), Neural ordinary differential
    equations, NeurIPS, eq. 2.
    """
