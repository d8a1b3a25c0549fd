"""A Gaussian process as a one-step map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import attrs
from torch import Tensor, nn

import takens
from takens_gp.settings import check_settings
from takens_gp.training_points import steps_of
from takens_gp.vector_process import VectorProcess


@final
@attrs.frozen
class GaussianProcessMapConfig:
    """Settings of a ``GaussianProcessMap``.

    Raises: ComponentError where a size makes no sense.
    """

    obs_dim: int
    kernel: str = "squared_exponential"
    points: int = 500
    inducing: int = 0
    smooth: bool = True
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        check_settings(
            "gaussian_process_map",
            obs_dim=self.obs_dim,
            points=self.points,
            inducing=self.inducing,
        )


@final
class GaussianProcessMap(nn.Module):
    """A map `z' = z + g(z)`, g the mean of one Gaussian process for each variable.

    It is learned in closed form, from every state and the step that follows it. Where
    ``smooth``, noise is first taken out of each variable by a Gaussian process in time. At
    most ``points`` states, evenly spread, are used, or all of them through ``inducing``
    points where that is not 0.

    Source: Girard, Rasmussen, Quinonero Candela, Murray-Smith (2002), Gaussian process priors
    with uncertain inputs, NIPS, section 3, for the iterated one-step map.
    """

    time = takens.Time.DISCRETE
    context_length = 1

    def __init__(
        self,
        obs_dim: int,
        kernel: str = "squared_exponential",
        points: int = 500,
        inducing: int = 0,
        smooth: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = GaussianProcessMapConfig(obs_dim, kernel, points, inducing, smooth, seed)
        self.obs_dim = self.latent_dim = obs_dim
        self.process = VectorProcess(obs_dim, kernel)

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Learn from standardised `x: (trajectories, T, n)` at `times: (T,)`.

        Gives figures: ``loss``, the negative log evidence by number, and what was found.
        """
        config = self.config
        found = steps_of(x, times, smoothed=config.smooth, seed=config.seed)
        if not config.inducing:
            found = found.thinned(config.points)
        figures = self.process.learn(
            found.x, found.y, found.noise, inducing=config.inducing, seed=config.seed
        )
        return figures | {"observation_noise": found.observation_noise}

    def forward(self, z: Tensor, /) -> Tensor:
        """Give the next state, by the mean: `(..., n) -> (..., n)`."""
        return z + self.process(z)

    def encode(self, context: Tensor, /) -> Tensor:
        """Give the last observation: `(..., c, n) -> (..., n)`."""
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        """Give the state itself."""
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the state by the observation."""
        return x

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
