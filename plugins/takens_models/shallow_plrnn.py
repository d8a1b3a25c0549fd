"""The shallow piecewise-linear recurrent neural network."""

from typing import TYPE_CHECKING, final

import attrs
import torch
from torch import Tensor, nn

import takens


@final
@attrs.frozen
class ShallowPLRNNConfig:
    """Settings of a ``ShallowPLRNN``.

    Raises: ComponentError where a size is not positive or ``latent_dim`` is below ``obs_dim``.
    """

    obs_dim: int
    latent_dim: int = 20
    hidden_dim: int = 100
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("obs_dim", "latent_dim", "hidden_dim"):
            size = getattr(self, name)
            if size < 1:
                raise takens.ComponentError(f"shallow_plrnn: {name} is at least 1; got {size}.")
        if self.latent_dim < self.obs_dim:
            raise takens.ComponentError(
                f"shallow_plrnn reads its {self.obs_dim} observed variables out of the first "
                f"latent ones; got latent_dim = {self.latent_dim}. "
                f"Choose latent_dim = {self.obs_dim} or more."
            )


@final
class ShallowPLRNN(nn.Module):
    """A map `z' = A z + W1 relu(W2 z + h2) + h1`, A diagonal, read out by its first units.

    The latent state is `z: (..., m)`, the observation its first `n` units. At a start the
    other units are a learned linear function of the observed ones.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, eq. 4; initialisation of A after Talathi and Vartak
    (2015), Improving performance of recurrent neural network with relu nonlinearity.
    """

    time = takens.Time.DISCRETE
    context_length = 1

    def __init__(
        self, obs_dim: int, latent_dim: int = 20, hidden_dim: int = 100, seed: int = 0
    ) -> None:
        super().__init__()
        self.config = ShallowPLRNNConfig(obs_dim, latent_dim, hidden_dim, seed)
        self.obs_dim, self.latent_dim = obs_dim, latent_dim
        m, l = latent_dim, hidden_dim  # noqa: E741 - the paper's letters
        generator = torch.Generator().manual_seed(seed)

        def uniform(rows: int, columns: int) -> nn.Parameter:
            bound = columns**-0.5
            draw = torch.rand(rows, columns, generator=generator)
            return nn.Parameter((2 * draw - 1) * bound)

        r = torch.randn(m, m, generator=generator)
        k = r.mT @ r / m + torch.eye(m)
        self.A = nn.Parameter(k.diagonal() / torch.linalg.matrix_norm(k, 2))  # pyright: ignore[reportUnknownArgumentType]
        self.W1 = uniform(m, l)
        self.W2 = uniform(l, m)
        self.h1 = nn.Parameter(torch.zeros(m))
        self.h2 = nn.Parameter(torch.zeros(l))
        self.start = uniform(m - obs_dim, obs_dim)

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next latent state: `(..., m) -> (..., m)`."""
        hidden = nn.functional.linear(z, self.W2, self.h2).relu()
        return torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give the next state of `z: (..., m)`, and the Jacobian applied to `v: (..., m, k)`."""
        hidden = nn.functional.linear(z, self.W2, self.h2)
        gate = (hidden > 0).to(v.dtype).unsqueeze(-1)
        following = torch.addcmul(
            nn.functional.linear(hidden.relu(), self.W1, self.h1), self.A, z
        )
        return following, self.A.unsqueeze(-1) * v + self.W1 @ (gate * (self.W2 @ v))

    def encode(self, context: Tensor, /) -> Tensor:
        """Start from the last observation: `(..., c, n) -> (..., m)`."""
        x = context[..., -1, :]
        return torch.cat((x, nn.functional.linear(x, self.start)), -1)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out the first units: `(..., m) -> (..., n)`."""
        return z[..., : self.obs_dim]

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the first units of `z: (..., m)` by `x: (..., n)`."""
        return torch.cat((x, z[..., self.obs_dim :]), -1)

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
