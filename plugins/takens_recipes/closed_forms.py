"""Families that are solved for at once."""

from __future__ import annotations

from typing import Any, final

import takens
from takens.backend import Unsupported
from takens.plugin import Proposal
from takens_recipes.settings import GaussianProcessSettings, LinearSettings, ReservoirSettings


def _solved(model: dict[str, Any], members: int = 1) -> dict[str, Any]:
    return {"model": model, "scheme": "closed_form", "training": {"members": members}}


@final
class GaussianProcess(GaussianProcessSettings):
    """A Gaussian process as a map."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        if data.samples > self.most:
            return Unsupported(
                f"{data.samples:,} samples are more than the {self.most:,} it is meant for"
            )
        return Proposal(_solved({"name": "gaussian_process_map"}), "the record is short")


@final
class Reservoir(ReservoirSettings):
    """An echo state network."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        model = {"name": "echo_state_network", "hidden_dim": self.hidden_dim}
        if data.samples < 2 * self.hidden_dim:
            return Unsupported(f"{data.samples} samples do not tell {self.hidden_dim} weights")
        return Proposal(_solved(model, self.members), "it costs next to nothing to try")


@final
class Linear(LinearSettings):
    """A linear autoregression."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data."""
        model = {"name": "linear_autoregression", "context_length": self.samples}
        return Proposal(_solved(model), "every other family must beat it")
