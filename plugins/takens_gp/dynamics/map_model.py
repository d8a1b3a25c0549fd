"""A Gaussian process as a one-step map."""

from __future__ import annotations

from typing import final

from torch import Tensor

import takens
from takens_gp.dynamics.process_model import ProcessModel
from takens_gp.inference.training_points import TrainingPoints, steps_of
from takens_gp.settings import GaussianProcessMapSettings


@final
class GaussianProcessMap(ProcessModel[GaussianProcessMapSettings]):
    """A map `z' = z + g(z)`, g the mean of one Gaussian process for each variable.

    It is learned in closed form, from every state and the step that follows it. Where
    ``smooth``, noise is first taken out of each variable by a Gaussian process in time. At
    most ``points`` states, evenly spread, are used, or all of them through ``inducing``
    points where that is not 0.

    Source: Girard, Rasmussen, Quinonero Candela, Murray-Smith (2002), Gaussian process priors
    with uncertain inputs, NIPS, section 3, for the iterated one-step map.
    """

    time = takens.plugin.Time.DISCRETE

    def training_points(self, x: Tensor, times: Tensor) -> TrainingPoints:
        """Return what is learned from `x: (trajectories, T, n)` at `times: (T,)`."""
        return steps_of(x, times, smoothed=self.config.smooth, seed=self.config.seed)

    def forward(self, z: Tensor, /) -> Tensor:
        """Return the next state, by the mean: `(..., n) -> (..., n)`."""
        return z + self.process(z)
