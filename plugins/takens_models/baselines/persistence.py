"""The forecast that nothing changes."""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor

import takens
from takens_models.settings import PersistenceSettings


@final
class Persistence(takens.plugin.Configured[PersistenceSettings], takens.plugin.ObservedState):
    """The next observation is the last one; a baseline with nothing to learn."""

    time = takens.plugin.Time.DISCRETE

    def build(self) -> None:
        """Take the number of variables."""
        self.obs_dim = self.latent_dim = self.config.obs_dim

    def forward(self, z: Tensor, /) -> Tensor:
        """Return the state itself: `(..., n) -> (..., n)`."""
        return z.clone()

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return `z: (..., n)` and `v: (..., n, k)` themselves."""
        return z.clone(), v.clone()

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Return ``loss``, the mean squared change per step of `x: (trajectories, T, n)`."""
        return {"loss": float(x.diff(dim=-2).square().mean())}
