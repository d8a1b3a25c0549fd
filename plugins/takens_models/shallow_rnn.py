"""The shallow recurrent neural network with a smooth activation."""

from typing import TYPE_CHECKING, Unpack, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.latent_model import LatentModel
from takens_models.network import activate, slope
from takens_models.settings import LatentConfig, WindowOptions, at_least, one_of
from takens_models.weights import fan_in, uniform

SMOOTH = ("silu", "tanh", "softplus")


@final
@attrs.frozen(kw_only=True)
class ShallowRNNConfig(LatentConfig):
    """Settings of a ``ShallowRNN``.

    Raises: ComponentError where they do not go together.
    """

    model = "shallow_rnn"
    hidden_dim: int = attrs.field(default=100, validator=at_least(1))
    activation: str = attrs.field(default="silu", validator=one_of(*SMOOTH))


@final
class ShallowRNN(LatentModel):
    """A map `z' = A z + W1 phi(W2 z + h2) + h1`, A diagonal, with a smooth phi.

    It is the ``ShallowPLRNN`` without its kinks. A map of a flow leaves the direction of the
    flow neutral; where an orbit crosses a kink, the Jacobian at its end is not that of the way
    to it, the neutral direction is lost, and the largest exponent comes out some per cent low
    beside a second one that is above zero. A smooth map has neither error.

    Weights start as those of the ``ShallowPLRNN`` do by its initialisation ``"uniform"``.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, eq. 4, for the architecture.
    """

    time = takens.Time.DISCRETE

    def __init__(
        self,
        obs_dim: int,
        latent_dim: int = 20,
        hidden_dim: int = 100,
        activation: str = "silu",
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        super().__init__(
            ShallowRNNConfig(
                obs_dim=obs_dim,
                latent_dim=latent_dim,
                hidden_dim=hidden_dim,
                activation=activation,
                seed=seed,
                **window,
            ),
            latent_dim,
        )
        self.activation = activation
        m, l = latent_dim, hidden_dim  # noqa: E741 - the paper's letters
        generator = torch.Generator().manual_seed(seed)
        self.A = uniform(generator, m, low=0.5, high=0.9)
        self.h2 = uniform(generator, l, low=-(l**-0.5), high=l**-0.5)
        self.W1 = fan_in(generator, m, l)
        self.W2 = fan_in(generator, l, m)
        self.h1 = nn.Parameter(torch.zeros(m))
        self.open_window(generator)

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next latent state: `(..., m) -> (..., m)`."""
        hidden = activate(self.activation, nn.functional.linear(z, self.W2, self.h2))
        return torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        a = nn.functional.linear(z, self.W2, self.h2)
        hidden = activate(self.activation, a)
        following = torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)
        pushed = self.W1 @ (slope(self.activation, a).unsqueeze(-1) * (self.W2 @ v))
        return following, self.A.unsqueeze(-1) * v + pushed

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
