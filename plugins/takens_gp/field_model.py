"""A Gaussian process as a vector field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import attrs
from torch import Tensor, nn

import takens
from takens_gp.settings import check_settings
from takens_gp.training_points import slopes_of
from takens_gp.vector_process import VectorProcess


@final
@attrs.frozen
class GaussianProcessFieldConfig:
    """Settings of a ``GaussianProcessField``.

    Raises: ComponentError where a size makes no sense, or the integrator has no steps.
    """

    obs_dim: int
    kernel: str = "squared_exponential"
    points: int = 500
    inducing: int = 0
    integrator: str = "rk4"
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        check_settings(
            "gaussian_process_field",
            obs_dim=self.obs_dim,
            points=self.points,
            inducing=self.inducing,
        )


@final
class GaussianProcessField(nn.Module):
    """A field `dz/dt = g(z)`, g the mean of one Gaussian process for each variable.

    It is learned in closed form (gradient matching): a Gaussian process in time gives each
    variable's curve and slope, and the slopes, with their uncertainty, are learned as a
    function of the state. At most ``points`` states, evenly spread, are used, or all of them
    through ``inducing`` points where that is not 0. ``integrator`` takes one step a sampling
    interval.

    Source: Heinonen, Yildiz, Mannerstrom, Intosalmi, Lahdesmaki (2018), Learning unknown ODE
    models with Gaussian processes, ICML, section 3.2, for the initial estimate.
    """

    time = takens.Time.CONTINUOUS
    context_length = 1

    def __init__(
        self,
        obs_dim: int,
        kernel: str = "squared_exponential",
        points: int = 500,
        inducing: int = 0,
        integrator: str = "rk4",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = GaussianProcessFieldConfig(
            obs_dim, kernel, points, inducing, integrator, seed
        )
        self.obs_dim = self.latent_dim = obs_dim
        self.process = VectorProcess(obs_dim, kernel)
        stepper = takens.integrators.create(integrator)
        if not isinstance(stepper, takens.Stepper):
            raise takens.ComponentError(
                "gaussian_process_field: integrator is one of fixed steps, as 'rk4'; "
                f"got {integrator!r}."
            )
        self.integrator = stepper

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Learn from standardised `x: (trajectories, T, n)` at `times: (T,)`.

        Gives figures: ``loss``, the negative log evidence by number, and what was found.
        """
        config = self.config
        found = slopes_of(x, times, seed=config.seed)
        if not config.inducing:
            found = found.thinned(config.points)
        figures = self.process.learn(
            found.x, found.y, found.noise, inducing=config.inducing, seed=config.seed
        )
        return figures | {"observation_noise": found.observation_noise}

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the velocity, by the mean: `(..., n) -> (..., n)`."""
        return self.process(z)

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

        def __call__(self, t: Tensor, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
