"""Differential equations of which a part is known."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.fields import KnownField, NetworkField
from takens_models.integration import IntegratorChoice, named_stepper
from takens_models.network import ACTIVATIONS
from takens_models.settings import at_least, one_of
from takens_models.system_window import SystemWindow, initial_state, measured


@final
@attrs.frozen(kw_only=True)
class UniversalODEConfig:
    """Settings of a ``UniversalODE``.

    Raises: ComponentError where one makes no sense.
    """

    model = "universal_ode"
    system: str
    obs_dim: int
    parameters: dict[str, Any] = attrs.field(converter=dict[str, Any])
    learn: list[str] = attrs.field(converter=list[str])
    positive: list[str] = attrs.field(converter=list[str])
    bounds: dict[str, list[float]]
    initial: list[float] = attrs.field(converter=list[float])
    spread: float = attrs.field(validator=at_least(0))
    width: int = attrs.field(validator=at_least(1))
    depth: int = attrs.field(validator=at_least(0))
    activation: str = attrs.field(validator=one_of(*ACTIVATIONS))
    integrator: Any
    seed: int


@final
class UniversalODE(nn.Module):
    """A known system and a network that learns what it lacks: `dz/dt = f(z) + s g(z)`.

    The network g sees the state in standardised units, and its output is in units of the
    standard deviations s of the data; it begins at zero, so that training begins at the known
    system. States that are not measured are taken as they are. Everything of the known part
    is as for ``KnownODE``.

    Raises: ComponentError where system, parameters and restrictions do not go together.

    Source: Rackauckas et al. (2020), Universal differential equations for scientific machine
    learning, arXiv:2001.04385.
    """

    time = takens.Time.CONTINUOUS
    context_length = 1

    def __init__(
        self,
        system: str,
        obs_dim: int | None = None,
        parameters: Mapping[str, Any] | None = None,
        learn: Sequence[str] = (),
        positive: Sequence[str] = (),
        bounds: Mapping[str, Sequence[float]] | None = None,
        initial: Sequence[float] = (),
        spread: float = 0.0,
        width: int = 32,
        depth: int = 2,
        activation: str = "tanh",
        integrator: IntegratorChoice = "rk4",
        seed: int = 0,
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.field = KnownField(
            "universal_ode",
            system,
            parameters=parameters or {},
            learn=learn,
            positive=positive,
            bounds=bounds or {},
            spread=spread,
            generator=generator,
        )
        known: takens.System = self.field.system
        self.obs_dim = measured("universal_ode", known, obs_dim)
        self.latent_dim = known.dim
        self.config = UniversalODEConfig(
            system=system,
            obs_dim=self.obs_dim,
            parameters=parameters or {},
            learn=learn,
            positive=positive,
            bounds={name: list(ends) for name, ends in (bounds or {}).items()},
            initial=initial,
            spread=spread,
            width=width,
            depth=depth,
            activation=activation,
            integrator=integrator,
            seed=seed,
        )
        self.integrator = named_stepper("universal_ode", integrator)
        start = initial_state("universal_ode", known, initial)
        self.window = SystemWindow(self.obs_dim, start)
        self.correction = NetworkField(
            known.dim,
            width=width,
            depth=depth,
            activation=activation,
            generator=generator,
            silent=True,
        )

    def learned(self) -> dict[str, float]:
        """Give the learned parameters of the known part, in the system's units."""
        return {name: float(value.detach()) for name, value in self.field.values().items()}

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the velocity at `z: (..., m)`."""
        mean, scale = self._units()
        return self.field(t, z) + scale * self.correction(t, (z - mean) / scale)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        mean, scale = self._units()
        learned = self.correction.jacobian(t, (z - mean) / scale)
        return self.field.jacobian(t, z) + scale.unsqueeze(-1) * learned / scale

    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        """Take the data's `mean, scale: (n,)`, by which they are standardised."""
        self.window.adopt_units(mean, scale)

    def encode(self, context: Tensor, /) -> Tensor:
        """Begin at the last observation: `(..., c, n) -> (..., m)`."""
        return self.window.encode(context)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out the measured states: `(..., m) -> (..., n)`."""
        return self.window.observe(z)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Give the observation in the system's units: `(..., n) -> (..., n)`."""
        return self.window.to_system(x)

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the measured states of `z: (..., m)` by `x: (..., n)`."""
        return self.window.force(z, x)

    def _units(self) -> tuple[Tensor, Tensor]:
        """Give mean and scale of all states: `(m,)` each."""
        mean, scale = self.window.mean, self.window.scale
        rest = self.latent_dim - self.obs_dim
        return torch.cat((mean, mean.new_zeros(rest))), torch.cat((scale, scale.new_ones(rest)))

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, z: Tensor, /) -> Tensor: ...  # noqa: D102
