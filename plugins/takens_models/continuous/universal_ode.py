"""Differential equations of which a part is known."""

from typing import final

import torch
from torch import Tensor

from takens_models.continuous.fields import NetworkField
from takens_models.continuous.identifiability import replaced
from takens_models.continuous.system_model import SystemModel
from takens_models.continuous.system_window import SystemWindow
from takens_models.settings import UniversalODESettings


@final
class UniversalODE(SystemModel[UniversalODESettings]):
    """A known system and a network that learns what it lacks: `dz/dt = f(z) + s g(z)`.

    The network g sees the state in standardised units, and its output is in units of the
    standard deviations s of the data; it begins at zero, so that training begins at the known
    system. States that are not measured are taken as they are. Everything of the known part
    is as for ``KnownODE``.

    Raises: ComponentError where system, parameters and restrictions do not go together.

    Source: Rackauckas et al. (2020), Universal differential equations for scientific machine
    learning, arXiv:2001.04385.
    """

    def build(self) -> None:
        """Make the system and its window, then the network."""
        generator, start = self.take_system()
        self.window = SystemWindow(self.obs_dim, start)
        self.correction = NetworkField(
            self.latent_dim,
            shape=self.config,
            generator=generator,
            silent=True,
        )

    def remarks(self, x: Tensor, /) -> list[str]:
        """Say which bounds were reached, and which parameters the network can replace."""
        found = super().remarks(x)
        values = self.field.values()
        if values and self.obs_dim == self.latent_dim:
            states = self._some(x)
            mean, scale = self._units()
            inside = (states - mean) / scale

            def correction(weights: dict[str, Tensor]) -> Tensor:
                zero = states.new_zeros(())
                moved = torch.func.functional_call(self.correction, weights, (zero, inside))
                return moved.double().reshape(-1)

            weights = {name: w.detach() for name, w in self.correction.named_parameters()}
            columns = torch.func.jacrev(correction)(weights)
            of_network = torch.cat([each.flatten(1) for each in columns.values()], 1)
            found += replaced(list(values), self._effects(states), of_network)
        return found

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the velocity at `z: (..., m)`."""
        mean, scale = self._units()
        return self.field(t, z) + scale * self.correction(t, (z - mean) / scale)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        mean, scale = self._units()
        learned = self.correction.jacobian(t, (z - mean) / scale)
        return self.field.jacobian(t, z) + scale.unsqueeze(-1) * learned / scale

    def _units(self) -> tuple[Tensor, Tensor]:
        """Return mean and scale of all states: `(m,)` each."""
        mean, scale = self.window.mean, self.window.scale
        rest = self.latent_dim - self.obs_dim
        return torch.cat((mean, mean.new_zeros(rest))), torch.cat((scale, scale.new_ones(rest)))
