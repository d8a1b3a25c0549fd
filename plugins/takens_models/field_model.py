"""Neural differential equations with a field of one's own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.integration import IntegratorChoice, named_stepper
from takens_models.latent_model import LatentModel
from takens_models.settings import LatentConfig, WindowOptions


@final
@attrs.frozen(kw_only=True)
class FieldModelConfig(LatentConfig):
    """Settings of a ``FieldModel``, without its field.

    Raises: ComponentError where they do not go together.
    """

    model = "field_model"
    integrator: str | Mapping[str, Any] = "rk4"


@final
class FieldModel(LatentModel):
    """A field `dz/dt = f(t, z)` that is any module, called as `(t, z)` with `z: (..., m)`.

    For use from Python: no plugin offers it, and a file cannot say what the field is, so store
    its ``state_dict`` yourself. Everything else is as for ``NeuralODE``.
    """

    time = takens.Time.CONTINUOUS

    def __init__(
        self,
        field: nn.Module,
        obs_dim: int,
        latent_dim: int | None = None,
        integrator: IntegratorChoice = "rk4",
        seed: int = 0,
        **window: Unpack[WindowOptions],
    ) -> None:
        m = obs_dim if latent_dim is None else latent_dim
        config = FieldModelConfig(
            obs_dim=obs_dim, latent_dim=m, integrator=integrator, seed=seed, **window
        )
        super().__init__(config, m)
        self.integrator = named_stepper(config.model, integrator)
        self.field = field
        self.open_window(torch.Generator().manual_seed(seed))

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the velocity at `t: ()` and `z: (..., m)`."""
        return self.field(t, z)

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, z: Tensor, /) -> Tensor: ...  # noqa: D102
