"""A Gaussian process as a vector field."""

from __future__ import annotations

from typing import final

from torch import Tensor

import takens
from takens_gp.dynamics.process_model import ProcessModel
from takens_gp.inference.training_points import TrainingPoints, slopes_of
from takens_gp.settings import GaussianProcessFieldSettings


@final
class GaussianProcessField(ProcessModel[GaussianProcessFieldSettings]):
    """A field `dz/dt = g(z)`, g the mean of one Gaussian process for each variable.

    It is learned in closed form (gradient matching): a Gaussian process in time gives each
    variable's curve and slope, and the slopes, with their uncertainty, are learned as a
    function of the state. At most ``points`` states, evenly spread, are used, or all of them
    through ``inducing`` points where that is not 0. ``integrator`` takes one step a sampling
    interval.

    Source: Heinonen, Yildiz, Mannerstrom, Intosalmi, Lahdesmaki (2018), Learning unknown ODE
    models with Gaussian processes, ICML, section 3.2, for the initial estimate.
    """

    time = takens.plugin.Time.CONTINUOUS

    def build(self) -> None:
        """Make the process, and what advances it.

        Raises: ComponentError where the integrator has no steps.
        """
        super().build()
        stepper = takens.create("integrator", self.config.integrator)
        if not isinstance(stepper, takens.plugin.Stepper):
            raise takens.errors.ComponentError(
                "gaussian_process_field: integrator is one of fixed steps, as 'rk4'; "
                f"got {self.config.integrator!r}."
            )
        self.integrator = stepper

    def training_points(self, x: Tensor, times: Tensor) -> TrainingPoints:
        """Return what is learned from `x: (trajectories, T, n)` at `times: (T,)`."""
        return slopes_of(x, times, seed=self.config.seed)

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the velocity, by the mean: `(..., n) -> (..., n)`."""
        return self.process(z)
