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
    initialisation: str = "uniform"
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("obs_dim", "latent_dim", "hidden_dim"):
            size = getattr(self, name)
            if size < 1:
                raise takens.ComponentError(f"shallow_plrnn: {name} is at least 1; got {size}.")
        if self.initialisation not in ("uniform", "talathi"):
            raise takens.ComponentError(
                "shallow_plrnn: initialisation is 'uniform' or 'talathi'; "
                f"got {self.initialisation!r}."
            )
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

    W1 and W2 start uniform within `1 / sqrt(columns)` and h1 at zero. By the initialisation
    ``"uniform"``, A starts in [0.5, 0.9] and h2 within `1 / sqrt(hidden_dim)`; by
    ``"talathi"``, A is the diagonal of a normalised positive-definite matrix and h2 is zero.
    On noisy Lorenz 63 the first gives the better exponents.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, eq. 4; Talathi and Vartak (2015), Improving performance
    of recurrent neural network with relu nonlinearity, section 3, for the second start.
    """

    time = takens.Time.DISCRETE
    context_length = 1

    def __init__(
        self,
        obs_dim: int,
        latent_dim: int = 20,
        hidden_dim: int = 100,
        initialisation: str = "uniform",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = ShallowPLRNNConfig(obs_dim, latent_dim, hidden_dim, initialisation, seed)
        self.obs_dim, self.latent_dim = obs_dim, latent_dim
        m, l = latent_dim, hidden_dim  # noqa: E741 - the paper's letters
        generator = torch.Generator().manual_seed(seed)

        def uniform(*shape: int, low: float, high: float) -> nn.Parameter:
            return nn.Parameter(low + (high - low) * torch.rand(*shape, generator=generator))

        def weights(rows: int, columns: int) -> nn.Parameter:
            return uniform(rows, columns, low=-(columns**-0.5), high=columns**-0.5)

        by_talathi = initialisation == "talathi"
        threshold = 0.0 if by_talathi else l**-0.5
        self.A = _talathi(m, generator) if by_talathi else uniform(m, low=0.5, high=0.9)
        self.h2 = uniform(l, low=-threshold, high=threshold)
        self.W1 = weights(m, l)
        self.W2 = weights(l, m)
        self.h1 = nn.Parameter(torch.zeros(m))
        self.start = weights(m - obs_dim, obs_dim)

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next latent state: `(..., m) -> (..., m)`."""
        hidden = nn.functional.linear(z, self.W2, self.h2).relu()
        return torch.addcmul(nn.functional.linear(hidden, self.W1, self.h1), self.A, z)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
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


def _talathi(m: int, generator: torch.Generator) -> nn.Parameter:
    """Draw the diagonal of `(R^T R / m + 1)`, divided by its largest eigenvalue: `(m,)`."""
    r = torch.randn(m, m, generator=generator)
    k = r.mT @ r / m + torch.eye(m)
    largest = float(torch.linalg.matrix_norm(k, 2))  # pyright: ignore[reportUnknownArgumentType]
    return nn.Parameter(k.diagonal() / largest)
