"""The piecewise-linear recurrent neural network."""

from typing import TYPE_CHECKING, Unpack, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.latent_model import LatentModel
from takens_models.settings import LatentConfig, WindowOptions
from takens_models.weights import normalised_positive_definite


@final
@attrs.frozen(kw_only=True)
class PLRNNConfig(LatentConfig):
    """Settings of a ``PLRNN``.

    Raises: ComponentError where they do not go together.
    """

    model = "plrnn"
    mean_centred: bool = False


@final
class PLRNN(LatentModel):
    """A map `z' = A z + W relu(z) + h`, A diagonal and W zero on the diagonal.

    Where ``mean_centred``, `relu(z - mean(z))` stands in place of the relu. A and W are one
    matrix of weights, on and off its diagonal; it starts normalised positive-definite, and h
    at zero.

    Source: Koppe, Toutounji, Kirsch, Lis, Durstewitz (2019), Identifying nonlinear dynamical
    systems via generative recurrent neural networks, PLoS Comput. Biol. 15; Brenner et
    al. (2022), Tractable dendritic RNNs, ICML, for mean-centring.
    """

    time = takens.Time.DISCRETE

    def __init__(
        self,
        obs_dim: int,
        latent_dim: int = 20,
        mean_centred: bool = False,
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        super().__init__(
            PLRNNConfig(
                obs_dim=obs_dim,
                latent_dim=latent_dim,
                mean_centred=mean_centred,
                seed=seed,
                **window,
            ),
            latent_dim,
        )
        self.mean_centred = mean_centred
        generator = torch.Generator().manual_seed(seed)
        self.AW = nn.Parameter(normalised_positive_definite(generator, latent_dim))
        self.h = nn.Parameter(torch.zeros(latent_dim))
        self.open_window(generator)

    @property
    def A(self) -> Tensor:  # noqa: N802 - the paper's letter
        """The diagonal of the weights, `(m,)`."""
        return self.AW.diagonal()

    @property
    def W(self) -> Tensor:  # noqa: N802 - the paper's letter
        """The weights without their diagonal, `(m, m)`."""
        return self.AW - torch.diag(self.A)

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next latent state: `(..., m) -> (..., m)`."""
        phi = self._centred(z).relu()
        # The diagonal of the product belongs to z itself.
        return torch.addcmul(nn.functional.linear(phi, self.AW, self.h), self.A, z - phi)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        gate = (self._centred(z) > 0).to(v.dtype).unsqueeze(-1)
        pushed = gate * (v - v.mean(-2, keepdim=True) if self.mean_centred else v)
        return self(z), self.AW @ pushed + self.A.unsqueeze(-1) * (v - pushed)

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., m)`, true or false."""
        return self._centred(z) > 0

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        slopes = self.W * region.to(self.h.dtype).unsqueeze(-2)
        if self.mean_centred:
            slopes = slopes - slopes.mean(-1, keepdim=True)
        return slopes + torch.diag(self.A), self.h.expand(*region.shape[:-1], -1)

    def _centred(self, z: Tensor) -> Tensor:
        return z - z.mean(-1, keepdim=True) if self.mean_centred else z

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
