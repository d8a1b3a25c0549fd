"""The almost-linear recurrent neural network."""

from typing import TYPE_CHECKING, Unpack, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.latent_model import LatentModel
from takens_models.settings import LatentConfig, WindowOptions, at_least
from takens_models.weights import diagonal_of_positive_definite


@final
@attrs.frozen(kw_only=True)
class AlmostLinearRNNConfig(LatentConfig):
    """Settings of an ``AlmostLinearRNN``.

    Raises: ComponentError where they do not go together.
    """

    model = "almost_linear_rnn"
    relu_dim: int = attrs.field(default=2, validator=at_least(0))

    def __attrs_post_init__(self) -> None:
        LatentConfig.__attrs_post_init__(self)
        if self.relu_dim > self.latent_dim:
            raise takens.ComponentError(
                f"almost_linear_rnn: relu_dim = {self.relu_dim} of the latent units are bent, "
                f"and there are {self.latent_dim}; choose latent_dim = {self.relu_dim} or more."
            )


@final
class AlmostLinearRNN(LatentModel):
    """A map `z' = A z + W phi(z) + h` that bends the last ``relu_dim`` units only.

    A is diagonal, and phi is the relu on the last P units and the identity on all others, so
    that there are at most 2^P linear regions. A starts as the diagonal of a normalised
    positive-definite matrix, W normally distributed with standard deviation 0.01, h at zero.

    Source: Brenner, Hemmer, Monfared, Durstewitz (2024), Almost-linear RNNs yield highly
    interpretable symbolic codes in dynamical systems reconstruction, NeurIPS.
    """

    time = takens.Time.DISCRETE

    def __init__(
        self,
        obs_dim: int,
        latent_dim: int = 20,
        relu_dim: int = 2,
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        super().__init__(
            AlmostLinearRNNConfig(
                obs_dim=obs_dim,
                latent_dim=latent_dim,
                relu_dim=relu_dim,
                seed=seed,
                **window,
            ),
            latent_dim,
        )
        self.linear_dim = latent_dim - relu_dim
        generator = torch.Generator().manual_seed(seed)
        self.A = diagonal_of_positive_definite(generator, latent_dim)
        self.W = nn.Parameter(0.01 * torch.randn(latent_dim, latent_dim, generator=generator))
        self.h = nn.Parameter(torch.zeros(latent_dim))
        self.open_window(generator)

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next latent state: `(..., m) -> (..., m)`."""
        linear, bent = z[..., : self.linear_dim], z[..., self.linear_dim :]
        phi = torch.cat((linear, bent.relu()), -1)
        return torch.addcmul(nn.functional.linear(phi, self.W, self.h), self.A, z)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        gates = self._gates(self.region(z)).unsqueeze(-1)
        return self(z), self.A.unsqueeze(-1) * v + self.W @ (gates * v)

    def region(self, z: Tensor, /) -> Tensor:
        """Say which linear region `z: (..., m)` is in: `(..., P)`, true or false."""
        return z[..., self.linear_dim :] > 0

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give J and c of `z' = J z + c` in a region: `(..., m, m)` and `(..., m)`."""
        slopes = torch.diag(self.A) + self.W * self._gates(region).unsqueeze(-2)
        return slopes, self.h.expand(*region.shape[:-1], -1)

    def _gates(self, region: Tensor) -> Tensor:
        ones = self.h.new_ones(*region.shape[:-1], self.linear_dim)
        return torch.cat((ones, region.to(ones.dtype)), -1)

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
