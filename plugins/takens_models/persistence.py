"""The forecast that nothing changes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import attrs
from torch import Tensor, nn

import takens
from takens_models.settings import at_least


@final
@attrs.frozen(kw_only=True)
class PersistenceConfig:
    """Settings of a ``Persistence``.

    Raises: ComponentError where there is nothing to observe.
    """

    model = "persistence"
    obs_dim: int = attrs.field(validator=at_least(1))


@final
class Persistence(nn.Module):
    """The next observation is the last one; a baseline with nothing to learn."""

    time = takens.Time.DISCRETE
    context_length = 1

    def __init__(self, obs_dim: int) -> None:
        super().__init__()
        self.config = PersistenceConfig(obs_dim=obs_dim)
        self.obs_dim = self.latent_dim = obs_dim

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the state itself: `(..., n) -> (..., n)`."""
        return z.clone()

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Give `z: (..., n)` and `v: (..., n, k)` themselves."""
        return z.clone(), v.clone()

    def encode(self, context: Tensor, /) -> Tensor:
        """Give the last observation: `(..., c, n) -> (..., n)`."""
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        """Give the state itself: `(..., n) -> (..., n)`."""
        return z

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Give the observation itself: `(..., n) -> (..., n)`."""
        return x

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Give the observation `x: (..., n)`."""
        return x

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Give ``loss``, the mean squared change per step of `x: (trajectories, T, n)`."""
        return {"loss": float(x.diff(dim=-2).square().mean())}

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
