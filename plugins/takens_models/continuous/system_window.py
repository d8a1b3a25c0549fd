"""States that are those of a known system, in its own units."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class SystemWindow(nn.Module):
    """How the states of a known system are observed and begun: the first n are measured.

    Training works with standardised data, and a system has units of its own: the state stays
    in the system's, and observations are taken from and to the standardised ones by the mean
    and scale that ``adopt_units`` is told before training.

    States that are not measured begin at learned values, and with ``learn_initial`` measured
    ones at the observation plus a learned correction, for data that are one trajectory.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self, obs_dim: int, initial: Sequence[float], *, learn_initial: bool = False
    ) -> None:
        super().__init__()
        self.obs_dim, self.latent_dim = obs_dim, len(initial)
        self.register_buffer("mean", torch.zeros(obs_dim))
        self.register_buffer("scale", torch.ones(obs_dim))
        self.unmeasured = nn.Parameter(torch.tensor(initial[obs_dim:]))
        self.correction = nn.Parameter(torch.zeros(obs_dim)) if learn_initial else None

    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        """Take the data's `mean, scale: (n,)`, by which they are standardised."""
        self.mean.copy_(mean)
        self.scale.copy_(scale)

    def to_system(self, x: Tensor) -> Tensor:
        """Go from standardised units to the system's: `(..., n) -> (..., n)`."""
        return x * self.scale + self.mean

    def encode(self, context: Tensor) -> Tensor:
        """Begin at the last observation: `(..., c, n) -> (..., m)`."""
        x = context[..., -1, :]
        if self.correction is not None:
            x = x + self.correction
        rest = self.unmeasured.expand(*x.shape[:-1], -1)
        return torch.cat((self.to_system(x), rest), -1)

    def observe(self, z: Tensor) -> Tensor:
        """Read out in standardised units: `(..., m) -> (..., n)`."""
        return (z[..., : self.obs_dim] - self.mean) / self.scale

    def force(self, z: Tensor, x: Tensor) -> Tensor:
        """Replace the measured states of `z: (..., m)` by `x: (..., n)`."""
        return torch.cat((self.to_system(x), z[..., self.obs_dim :]), -1)
