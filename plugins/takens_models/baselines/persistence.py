"""The forecast that nothing changes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

from torch import Tensor, nn

import takens
from takens_models.settings import PersistenceSettings


@final
class Persistence(takens.plugin.Configured[PersistenceSettings], nn.Module):
    """The next observation is the last one; a baseline with nothing to learn."""

    time = takens.plugin.Time.DISCRETE
    context_length = 1

    def build(self) -> None:
        """Take the number of variables."""
        self.obs_dim = self.latent_dim = self.config.obs_dim

    def forward(self, z: Tensor, /) -> Tensor:
        """Return the state itself: `(..., n) -> (..., n)`."""
        return z.clone()

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return `z: (..., n)` and `v: (..., n, k)` themselves."""
        return z.clone(), v.clone()

    def encode(self, context: Tensor, /) -> Tensor:
        """Return the last observation: `(..., c, n) -> (..., n)`."""
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        """Return the state itself: `(..., n) -> (..., n)`."""
        return z

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Return the observation `x: (..., n)`."""
        return x

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Return ``loss``, the mean squared change per step of `x: (trajectories, T, n)`."""
        return {"loss": float(x.diff(dim=-2).square().mean())}

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
