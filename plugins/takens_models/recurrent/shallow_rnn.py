"""The shallow recurrent neural network with a smooth activation."""

from typing import final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.latent_model import LatentModel
from takens_models.latent.network import activate, slope
from takens_models.latent.weights import fan_in, uniform
from takens_models.settings import ShallowRNNSettings


@final
class ShallowRNN(LatentModel[ShallowRNNSettings]):
    """A map `z' = A z + W1 phi(W2 z + h2) + h1`, A diagonal, with a smooth phi.

    It is the ``ShallowPLRNN`` without its kinks. A map of a flow leaves the direction of the
    flow neutral; where an orbit crosses a kink, the Jacobian at its end is not that of the way
    to it, the neutral direction is lost, and the largest exponent comes out some per cent low
    beside a second one that is above zero. A smooth map has neither error.

    Weights start as those of the ``ShallowPLRNN`` do by its initialisation ``"uniform"``.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, eq. 4, for the architecture.
    """

    time = takens.plugin.Time.DISCRETE

    def draw(self, generator: torch.Generator) -> None:
        """Draw all but h1."""
        m, l = self.latent_dim, self.config.hidden_dim  # noqa: E741 - the paper's letters
        self.activation = self.config.activation
        self.A = uniform(generator, m, low=0.5, high=0.9)
        self.h2 = uniform(generator, l, low=-(l**-0.5), high=l**-0.5)
        self.W1 = fan_in(generator, m, l)
        self.W2 = fan_in(generator, l, m)
        self.h1 = nn.Parameter(torch.zeros(m))

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        hidden = activate(self.activation, nn.functional.linear(z, self.W2, self.h2))
        following = torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)
        return self.driven(following, u)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        a = nn.functional.linear(z, self.W2, self.h2)
        hidden = activate(self.activation, a)
        following = torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)
        pushed = self.W1 @ (slope(self.activation, a).unsqueeze(-1) * (self.W2 @ v))
        return self.driven(following, u), self.A.unsqueeze(-1) * v + pushed
