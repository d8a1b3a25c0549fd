"""What models of systems that are known by name have in common."""

from typing import TYPE_CHECKING, TypeVar

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.continuous.fields import KnownField
from takens_models.continuous.identifiability import alike, bounds_reached
from takens_models.continuous.integration import named_stepper
from takens_models.continuous.system_window import SystemWindow
from takens_models.settings import KnownSettings, name_of

# So many states tell which parameters change the velocity alike.
_STATES = 300

K = TypeVar("K", bound=KnownSettings)


class SystemModel(takens.plugin.Configured[K], nn.Module):
    """A system whose states are observed and begun through a ``window``."""

    time = takens.plugin.Time.CONTINUOUS
    context_length = 1
    window: SystemWindow

    def take_system(self) -> tuple[torch.Generator, tuple[float, ...]]:
        """Make the system; return the generator of further weights, and where states begin.

        Raises: ComponentError where system, parameters and restrictions do not go together.
        """
        config = self.config
        generator = torch.Generator().manual_seed(config.seed)
        self.field = KnownField(config, generator)
        known: takens.plugin.System = self.field.system
        self.latent_dim = known.dim
        self.obs_dim = known.dim if config.obs_dim is None else config.obs_dim
        if self.obs_dim > known.dim:
            raise takens.errors.ComponentError(
                f"{name_of(config)}: the system has {known.dim} states, of which obs_dim = "
                f"{self.obs_dim} cannot be the measured ones; choose 1 to {known.dim}."
            )
        self.config = attrs.evolve(config, obs_dim=self.obs_dim)
        self.integrator = named_stepper(config)
        if config.initial and len(config.initial) != known.dim:
            raise takens.errors.ComponentError(
                f"{name_of(config)}: initial has a number for each of the {known.dim} states; "
                f"got {len(config.initial)}."
            )
        return generator, tuple(map(float, config.initial)) or known.initial()

    def learned(self) -> dict[str, float]:
        """Return the learned parameters as they are now, in the system's units."""
        return {name: float(value.detach()) for name, value in self.field.values().items()}

    def remarks(self, x: Tensor, /) -> list[str]:
        """Say which bounds were reached, and what `x: (T, n)`, standardised, leave open."""
        values = self.field.values()
        found = list(bounds_reached(values, self.field.bounds))
        if values and self.obs_dim == self.latent_dim:
            states = self._some(x)
            found += alike(list(values), self._effects(states))
        return found

    def _some(self, x: Tensor) -> Tensor:
        kept = torch.linspace(0, len(x) - 1, min(_STATES, len(x)), dtype=torch.float64)
        x = x[kept.round().long()]
        weight = next(self.parameters(), x)
        return self.window.to_system(x.to(weight)).detach()

    def _effects(self, states: Tensor) -> Tensor:
        """Return how velocities, in units of the data, change with each parameter."""
        scale = self.window.scale

        def velocity(raw: dict[str, Tensor]) -> Tensor:
            with_raw = {f"raw.{name}": value for name, value in raw.items()}
            zero = states.new_zeros(())
            found = torch.func.functional_call(self.field, with_raw, (zero, states))
            return (found / scale).double().reshape(-1)

        raw = {name: value.detach() for name, value in self.field.raw.items()}
        by_raw = torch.func.jacfwd(velocity)(raw)
        return torch.stack([by_raw[name] for name in raw])

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
        """Return the observation in the system's units: `(..., n) -> (..., n)`."""
        return self.window.to_system(x)

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the measured states of `z: (..., m)` by `x: (..., n)`."""
        return self.window.force(z, x)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any
