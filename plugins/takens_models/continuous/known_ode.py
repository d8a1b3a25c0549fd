"""Differential equations that are known up to some numbers."""

from typing import final

from torch import Tensor

from takens_models.continuous.system_model import SystemModel
from takens_models.continuous.system_window import SystemWindow
from takens_models.settings import KnownODESettings


@final
class KnownODE(SystemModel[KnownODESettings]):
    """A system of a plugin, by its name, some of whose parameters are learned.

    ``parameters`` are where the system's parameters begin (its defaults where none are
    given), and ``learn`` names those that are learned. Of these, ``positive`` ones stay
    above zero and those with ``bounds``, as in ``{"rho": (0, 50)}``, between them.

    The latent state is the system's, in its own units. Its first ``obs_dim`` variables are
    measured, by default all; the others begin at learned values, first at ``initial`` (the
    system's own start where it is not given). With ``learn_initial`` the measured ones begin
    at the observation plus a learned correction. With ``spread`` above zero learned parameters
    begin off by that share of themselves, drawn by the seed, so that an ensemble searches from
    several starts.

    Raises: ComponentError where system, parameters and restrictions do not go together.
    """

    def build(self) -> None:
        """Make the system and its window."""
        _, start = self.take_system()
        self.window = SystemWindow(self.obs_dim, start, learn_initial=self.config.learn_initial)

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the system's velocity at `z: (..., m)`."""
        return self.field(t, z)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        return self.field.jacobian(t, z)
