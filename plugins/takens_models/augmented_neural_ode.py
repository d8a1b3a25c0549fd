"""Augmented neural ordinary differential equations."""

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
    INITIAL_STATES,
    WindowConfig,
    WindowOptions,
    at_least,
    one_of,
)


@final
@attrs.frozen(kw_only=True)
class AugmentedNeuralODEConfig(WindowConfig):
    """Settings of an ``AugmentedNeuralODE``.

    Raises: ComponentError where they do not go together.
    """

    model = "augmented_neural_ode"
    initial_state: str = attrs.field(default="zeros", validator=one_of(*INITIAL_STATES))
    augmentation: int = attrs.field(default=1, validator=at_least(1))
    width: int = attrs.field(default=64, validator=at_least(1))
    depth: int = attrs.field(default=2, validator=at_least(0))
    activation: str = attrs.field(default="tanh", validator=one_of(*ACTIVATIONS))
    integrator: Any = "rk4"

    def __attrs_post_init__(self) -> None:
        self.check(self.obs_dim + self.augmentation)


@final
class AugmentedNeuralODE(LatentModel):
    """A field `dz/dt = f(z)` on the observations and ``augmentation`` further variables.

    In the larger space orbits need not cross where those of the observations do. The further
    variables begin at zero, or as a learned linear function of the first observation
    (``initial_state="linear"``), or as a network's of a context (``"encoder"``). Everything
    else is as for ``NeuralODE``.

    Source: Dupont, Doucet, Teh (2019), Augmented neural ODEs, NeurIPS.
    """

    time = takens.Time.CONTINUOUS

    def __init__(
        self,
        obs_dim: int,
        augmentation: int = 1,
        width: int = 64,
        depth: int = 2,
        activation: str = "tanh",
        integrator: IntegratorChoice = "rk4",
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        m = obs_dim + augmentation
        config = AugmentedNeuralODEConfig(
            obs_dim=obs_dim,
            augmentation=augmentation,
            width=width,
            depth=depth,
            activation=activation,
            integrator=integrator,
            seed=seed,
            **window,
        )
        super().__init__(config, m)
        self.integrator = named_stepper(config.model, integrator)
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
