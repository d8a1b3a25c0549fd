"""Families that are trained by gradients."""

from __future__ import annotations

from typing import Any, Final, final

import takens
from takens.backend import Unsupported
from takens.plugin import Proposal
from takens_recipes.settings import FieldSettings, FreeStatesSettings, RecurrentSettings

# Fewer samples a period cannot be followed by an equation that is solved between them.
_COARSE: Final = 6
_MANY: Final = 10
_FEWEST: Final = 200
# More noise than this, in standard deviations, biases what is pulled towards the data.
_NOISY: Final = 0.08
_LONG: Final = 100


def _trained(data: takens.Examination, members: int, rate: float) -> dict[str, Any]:
    return {
        # A record has to hold many windows.
        "window": max(16, min(75, data.samples // 20)),
        "learning_rate": rate,
        "schedule": "cosine",
        "members": members,
    }


@final
class Recurrent(RecurrentSettings):
    """A recurrent network under generalised teacher forcing."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        if data.samples < _FEWEST:
            return Unsupported(f"{data.samples} samples are too few for a network")
        size = {"latent_dim": max(20, len(data.variables) + 5), "hidden_dim": "auto"}
        pull = {"name": "generalised_teacher_forcing", "alpha": "auto", "every": "auto"}
        settings = {
            "model": {"name": self.model, **size},
            "scheme": pull,
            "training": _trained(data, self.members, 2e-2) | {"window": "auto"},
        }
        return Proposal(settings, "a network with a state of its own can learn any of these")


@final
class FreeStates(FreeStatesSettings):
    """A recurrent network learned with the states that noise hides."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        noise = max((variable.noise or 0.0 for variable in data.variables), default=0.0)
        if noise < _NOISY:
            return Unsupported(f"{100 * noise:.2g} % of noise does little harm")
        if data.samples < 10 * _LONG:
            return Unsupported(f"{data.samples} samples are too few to tell noise from states")
        settings = {
            "model": {
                "name": "shallow_rnn",
                "latent_dim": len(data.variables),
                "hidden_dim": 100,
            },
            "scheme": {"name": "weak_constraint", "pulled": self.pulled},
            "training": _trained(data, self.members, 2e-2) | {"window": _LONG},
        }
        return Proposal(settings, f"there is {100 * noise:.2g} % of noise")


@final
class Field(FieldSettings):
    """A network as the field of a differential equation."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        if data.samples < _FEWEST:
            return Unsupported(f"{data.samples} samples are too few for a network")
        each = data.samples_per_period
        if each is not None and each < _COARSE:
            return Unsupported(f"a period has {each:.2g} samples, too few for an equation")
        if len(data.variables) > _MANY:
            return Unsupported(f"{len(data.variables)} variables take it too long")
        settings = {
            "model": {"name": "neural_ode"},
            "scheme": {"name": "generalised_teacher_forcing", "alpha": 0.125},
            "training": _trained(data, self.members, 5e-3),
        }
        return Proposal(settings, "the samples are dense enough for a differential equation")
