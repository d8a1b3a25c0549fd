"""The piecewise-linear recurrent neural network with dendrites."""

from typing import Final, final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.latent_model import LatentModel
from takens_models.latent.typed import unflatten
from takens_models.latent.weights import normalised_positive_definite, uniform
from takens_models.settings import DendriticPLRNNSettings

# Standardised data seldom go beyond this.
_RANGE: Final = 2.5


@final
class DendriticPLRNN(LatentModel[DendriticPLRNNSettings]):
    """A map `z' = A z + W phi(z) + h`, `phi_i(z) = sum_b alpha_b relu(z_i - H_ib)`.

    A is diagonal and W zero on the diagonal; both are one matrix of weights. Where
    ``clipped``, `relu(z_i - H_ib) - relu(z_i)` stands in place of the relu, and every orbit
    stays bounded as long as the entries of A are below 1 in size.

    The matrix starts normalised positive-definite, h at zero and alpha uniform within
    `1 / sqrt(bases)`; thresholds H are drawn over the range of standardised data where the
    observation is the identity, else normally distributed.

    Source: Brenner, Hess, Mikhaeil, Bereska, Monfared, Kuo, Durstewitz (2022), Tractable
    dendritic RNNs for reconstructing nonlinear dynamical systems, ICML.
    """

    time = takens.plugin.Time.DISCRETE

    def draw(self, generator: torch.Generator) -> None:
        """Draw all but h."""
        config, m = self.config, self.latent_dim
        self.clipped = config.clipped
        self.AW = nn.Parameter(normalised_positive_definite(generator, m))
        self.h = nn.Parameter(torch.zeros(m))
        bound = config.bases**-0.5
        self.alpha = uniform(generator, config.bases, low=-bound, high=bound)
        self.H = (
            uniform(generator, m, config.bases, low=-_RANGE, high=_RANGE)
            if config.observation == "identity"
            else nn.Parameter(torch.randn(m, config.bases, generator=generator))
        )

    @property
    def A(self) -> Tensor:  # noqa: N802 - the paper's letter
        """The diagonal of the weights, `(m,)`."""
        return self.AW.diagonal()

    @property
    def W(self) -> Tensor:  # noqa: N802 - the paper's letter
        """The weights without their diagonal, `(m, m)`."""
        return self.AW - torch.diag(self.A)

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        bent = (z.unsqueeze(-1) - self.H).relu()
        if self.clipped:
            bent = bent - z.unsqueeze(-1).relu()
        phi = bent @ self.alpha
        # The diagonal of the product belongs to z itself.
        following = torch.addcmul(nn.functional.linear(phi, self.AW, self.h), self.A, z - phi)
        return self.driven(following, u)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        pushed = self._slopes(self.region(z)).unsqueeze(-1) * v
        return self.driven(self(z), u), self.AW @ pushed + self.A.unsqueeze(-1) * (v - pushed)

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., g)`, true or false."""
        gates = (z.unsqueeze(-1) > self.H).flatten(-2)
        return torch.cat((gates, z > 0), -1) if self.clipped else gates

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        slopes = torch.diag(self.A) + self.W * self._slopes(region).unsqueeze(-2)
        gates, _ = self._split(region)
        shift = -((gates * self.H) @ self.alpha)
        return slopes, nn.functional.linear(shift, self.W, self.h)

    def _split(self, region: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gates of the bases, `(..., m, b)`, and those of the units, `(..., m)`."""
        gates = unflatten(region[..., : self.H.numel()], self.H.shape)
        return gates.to(self.h.dtype), region[..., self.H.numel() :].to(self.h.dtype)

    def _slopes(self, region: Tensor) -> Tensor:
        """Return the derivative of phi in a region: `(..., g) -> (..., m)`."""
        gates, positive = self._split(region)
        return (gates - positive.unsqueeze(-1) if self.clipped else gates) @ self.alpha
