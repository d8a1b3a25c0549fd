"""The almost-linear recurrent neural network."""

from typing import final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.latent_model import LatentModel
from takens_models.latent.weights import diagonal_of_positive_definite
from takens_models.settings import AlmostLinearRNNSettings


@final
class AlmostLinearRNN(LatentModel[AlmostLinearRNNSettings]):
    """A map `z' = A z + W phi(z) + h` that bends the last ``relu_dim`` units only.

    A is diagonal, and phi is the relu on the last P units and the identity on all others, so
    that there are at most 2^P linear regions. A starts as the diagonal of a normalised
    positive-definite matrix, W normally distributed with standard deviation 0.01, h at zero.

    Source: Brenner, Hemmer, Monfared, Durstewitz (2024), Almost-linear RNNs yield highly
    interpretable symbolic codes in dynamical systems reconstruction, NeurIPS.
    """

    time = takens.plugin.Time.DISCRETE

    def draw(self, generator: torch.Generator) -> None:
        """Draw A and W."""
        m = self.latent_dim
        self.linear_dim = m - self.config.relu_dim
        self.A = diagonal_of_positive_definite(generator, m)
        self.W = nn.Parameter(0.01 * torch.randn(m, m, generator=generator))
        self.h = nn.Parameter(torch.zeros(m))

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        linear, bent = z[..., : self.linear_dim], z[..., self.linear_dim :]
        phi = torch.cat((linear, bent.relu()), -1)
        following = torch.addcmul(nn.functional.linear(phi, self.W, self.h), self.A, z)
        return self.driven(following, u)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        gates = self._gates(self.region(z)).unsqueeze(-1)
        return self.driven(self(z), u), self.A.unsqueeze(-1) * v + self.W @ (gates * v)

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., P)`, true or false."""
        return z[..., self.linear_dim :] > 0

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        slopes = torch.diag(self.A) + self.W * self._gates(region).unsqueeze(-2)
        return slopes, self.h.expand(*region.shape[:-1], -1)

    def _gates(self, region: Tensor) -> Tensor:
        ones = self.h.new_ones(*region.shape[:-1], self.linear_dim)
        return torch.cat((ones, region.to(ones.dtype)), -1)
