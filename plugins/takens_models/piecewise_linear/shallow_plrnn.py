"""The shallow piecewise-linear recurrent neural network."""

from typing import final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.latent_model import LatentModel
from takens_models.latent.weights import diagonal_of_positive_definite, fan_in, uniform
from takens_models.settings import ShallowPLRNNSettings


@final
class ShallowPLRNN(LatentModel[ShallowPLRNNSettings]):
    """A map `z' = A z + W1 relu(W2 z + h2) + h1`, A diagonal.

    Where ``clipped``, `relu(W2 z + h2) - relu(W2 z)` stands in place of the relu, and every
    orbit stays bounded as long as the entries of A are below 1 in size.

    W1 and W2 start uniform within `1 / sqrt(columns)` and h1 at zero. By the initialisation
    ``"uniform"``, A starts in [0.5, 0.9] and h2 within `1 / sqrt(hidden_dim)`; by
    ``"talathi"``, A is the diagonal of a normalised positive-definite matrix and h2 is zero
    (where clipped it would do nothing, and is drawn as before). On noisy Lorenz 63 the first
    gives the better exponents.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, eq. 4; Talathi and Vartak (2015), Improving
    performance of recurrent neural network with relu nonlinearity, section 3, for the second
    start.
    """

    time = takens.plugin.Time.DISCRETE

    def draw(self, generator: torch.Generator) -> None:
        """Draw all but h1."""
        m, l = self.latent_dim, self.config.hidden_dim  # noqa: E741 - the paper's letters
        self.clipped = self.config.clipped
        talathi = self.config.initialisation == "talathi"
        self.A = (
            diagonal_of_positive_definite(generator, m)
            if talathi
            else uniform(generator, m, low=0.5, high=0.9)
        )
        threshold = 0.0 if talathi and not self.clipped else l**-0.5
        self.h2 = uniform(generator, l, low=-threshold, high=threshold)
        self.W1 = fan_in(generator, m, l)
        self.W2 = fan_in(generator, l, m)
        self.h1 = nn.Parameter(torch.zeros(m))

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        if self.clipped:
            a = nn.functional.linear(z, self.W2)
            hidden = (a + self.h2).relu() - a.relu()
        else:
            hidden = nn.functional.linear(z, self.W2, self.h2).relu()
        following = torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)
        return self.driven(following, u)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        a = nn.functional.linear(z, self.W2)
        b = a + self.h2
        hidden, gate = b.relu(), (b > 0).to(v.dtype)
        if self.clipped:
            hidden, gate = hidden - a.relu(), gate - (a > 0).to(v.dtype)
        following = torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)
        pushed = self.W1 @ (gate.unsqueeze(-1) * (self.W2 @ v))
        return self.driven(following, u), self.A.unsqueeze(-1) * v + pushed

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., g)`, true or false."""
        a = nn.functional.linear(z, self.W2)
        gates = a + self.h2 > 0
        return torch.cat((gates, a > 0), -1) if self.clipped else gates

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        l = self.h2.shape[0]  # noqa: E741 - the paper's letter
        opened = region[..., :l].to(self.W1.dtype)
        gates = opened - region[..., l:].to(opened.dtype) if self.clipped else opened
        slopes = torch.diag(self.A) + (self.W1 * gates.unsqueeze(-2)) @ self.W2
        return slopes, nn.functional.linear(opened * self.h2, self.W1, self.h1)
