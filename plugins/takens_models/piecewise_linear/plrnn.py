"""The piecewise-linear recurrent neural network."""

from typing import final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.latent_model import LatentModel
from takens_models.latent.weights import normalised_positive_definite
from takens_models.settings import PLRNNSettings


@final
class PLRNN(LatentModel[PLRNNSettings]):
    """A map `z' = A z + W relu(z) + h`, A diagonal and W zero on the diagonal.

    Where ``mean_centred``, `relu(z - mean(z))` stands in place of the relu. A and W are one
    matrix of weights, on and off its diagonal; it starts normalised positive-definite, and h
    at zero.

    Source: Koppe, Toutounji, Kirsch, Lis, Durstewitz (2019), Identifying nonlinear dynamical
    systems via generative recurrent neural networks, PLoS Comput. Biol. 15; Brenner et
    al. (2022), Tractable dendritic RNNs, ICML, for mean-centring.
    """

    time = takens.plugin.Time.DISCRETE

    def draw(self, generator: torch.Generator) -> None:
        """Draw A and W."""
        self.mean_centred = self.config.mean_centred
        self.AW = nn.Parameter(normalised_positive_definite(generator, self.latent_dim))
        self.h = nn.Parameter(torch.zeros(self.latent_dim))

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
        phi = self._centred(z).relu()
        # The diagonal of the product belongs to z itself.
        following = torch.addcmul(nn.functional.linear(phi, self.AW, self.h), self.A, z - phi)
        return self.driven(following, u)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        gate = (self._centred(z) > 0).to(v.dtype).unsqueeze(-1)
        pushed = gate * (v - v.mean(-2, keepdim=True) if self.mean_centred else v)
        return self.driven(self(z), u), self.AW @ pushed + self.A.unsqueeze(-1) * (v - pushed)

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., m)`, true or false."""
        return self._centred(z) > 0

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        slopes = self.W * region.to(self.h.dtype).unsqueeze(-2)
        if self.mean_centred:
            slopes = slopes - slopes.mean(-1, keepdim=True)
        return slopes + torch.diag(self.A), self.h.expand(*region.shape[:-1], -1)

    def _centred(self, z: Tensor) -> Tensor:
        return z - z.mean(-1, keepdim=True) if self.mean_centred else z
