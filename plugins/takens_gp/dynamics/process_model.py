"""What models that learn by Gaussian processes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from torch import Tensor

import takens
from takens_gp.dynamics.vector_process import VectorProcess
from takens_gp.inference.training_points import TrainingPoints
from takens_gp.settings import ProcessSettings

P = TypeVar("P", bound=ProcessSettings)


class ProcessModel(takens.plugin.Configured[P], takens.plugin.ObservedState):
    """One Gaussian process for each variable, whose states are the observations."""

    def build(self) -> None:
        """Make a process that has learned nothing."""
        self.obs_dim = self.latent_dim = self.config.obs_dim
        self.process = VectorProcess(self.obs_dim, self.config.kernel)

    def training_points(self, x: Tensor, times: Tensor) -> TrainingPoints:
        """Return what is learned from `x: (trajectories, T, n)` at `times: (T,)`."""
        raise NotImplementedError

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Learn from standardised `x: (trajectories, T, n)` at `times: (T,)`.

        Gives figures: ``loss``, the negative log evidence by number, and what was found.
        """
        config, found = self.config, self.training_points(x, times)
        if not config.inducing:
            found = found.thinned(config.points)
        figures = self.process.learn(
            found.x, found.y, found.noise, inducing=config.inducing, seed=config.seed
        )
        return figures | {
            "observation_noise": found.observation_noise,
            "remarks": [*found.remarks, *figures["remarks"]],
        }
