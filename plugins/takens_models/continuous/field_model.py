"""Neural differential equations with a field of one's own."""

from typing import Any, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.continuous.integration import named_stepper
from takens_models.latent.latent_model import LatentModel
from takens_models.settings import IntegratorChoice, LatentSettings


@final
@attrs.frozen
class FieldModelSettings(LatentSettings):
    """Settings of a ``FieldModel``."""

    latent_dim: int = takens.plugin.parameter(None, at_least=1)
    integrator: IntegratorChoice = "rk4"
    field: nn.Module = attrs.field(kw_only=True)


@final
class FieldModel(LatentModel[FieldModelSettings]):
    """A field `dz/dt = f(t, z)` that is any module, called as `(t, z)` with `z: (..., m)`.

    For use from Python: no plugin offers it, and a file cannot say what the field is, so store
    its ``state_dict`` yourself. Everything else is as for ``NeuralODE``.
    """

    time = takens.plugin.Time.CONTINUOUS

    def __init__(self, field: nn.Module, *given: Any, **named: Any) -> None:
        super().__init__(*given, field=field, **named)

    def draw(self, generator: torch.Generator) -> None:
        """Take the field, whose weights are drawn."""
        self.integrator = named_stepper(self.config)
        self.field = self.config.field

    def forward(self, t: Tensor, z: Tensor, /, *u: Tensor) -> Tensor:
        """Return the velocity at `t: ()` and `z: (..., m)`, and `u: (..., k)` where it acts."""
        return self.field(t, z, *u)
