"""Differential equations that are known up to some numbers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.fields import KnownField
from takens_models.integration import IntegratorChoice, named_stepper
from takens_models.settings import at_least
from takens_models.system_window import SystemWindow, initial_state, measured


@final
@attrs.frozen(kw_only=True)
class KnownODEConfig:
    """Settings of a ``KnownODE``.

    Raises: ComponentError where one makes no sense.
    """

    model = "known_ode"
    system: str
    obs_dim: int
    parameters: dict[str, Any] = attrs.field(converter=dict[str, Any])
    learn: list[str] = attrs.field(converter=list[str])
    positive: list[str] = attrs.field(converter=list[str])
    bounds: dict[str, list[float]]
    initial: list[float] = attrs.field(converter=list[float])
    spread: float = attrs.field(validator=at_least(0))
    learn_initial: bool
    integrator: Any
    seed: int


@final
class KnownODE(nn.Module):
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
        learn_initial: bool = False,
        integrator: IntegratorChoice = "rk4",
        seed: int = 0,
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.field = KnownField(
            "known_ode",
            system,
            parameters=parameters or {},
            learn=learn,
            positive=positive,
            bounds=bounds or {},
            spread=spread,
            generator=generator,
        )
        known: takens.System = self.field.system
        self.obs_dim = measured("known_ode", known, obs_dim)
        self.latent_dim = known.dim
        self.config = KnownODEConfig(
            system=system,
            obs_dim=self.obs_dim,
            parameters=parameters or {},
            learn=learn,
            positive=positive,
            bounds={name: list(ends) for name, ends in (bounds or {}).items()},
            initial=initial,
            spread=spread,
            learn_initial=learn_initial,
            integrator=integrator,
            seed=seed,
        )
        self.integrator = named_stepper("known_ode", integrator)
        start = initial_state("known_ode", known, initial)
        self.window = SystemWindow(self.obs_dim, start, learn_initial=learn_initial)

    def learned(self) -> dict[str, float]:
        """Give the learned parameters as they are now, in the system's units."""
        return {name: float(value.detach()) for name, value in self.field.values().items()}

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the system's velocity at `z: (..., m)`."""
        return self.field(t, z)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Give the derivative of the velocity: `(..., m) -> (..., m, m)`."""
        return self.field.jacobian(t, z)

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

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, z: Tensor, /) -> Tensor: ...  # noqa: D102
