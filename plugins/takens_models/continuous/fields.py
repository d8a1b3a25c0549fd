"""Vector fields that can be learned."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.latent.network import Network
from takens_models.settings import KnownSettings, NetworkShape, hidden_layers, name_of


@final
class NetworkField(nn.Module):
    """`dx/dt` by a network with the layers of ``shape``, which sees the time where asked to.

    It sees ``inputs``, too, as many as there are, or zeros where none is given.
    """

    def __init__(
        self,
        dim: int,
        *,
        shape: NetworkShape,
        generator: torch.Generator,
        sees_time: bool = False,
        silent: bool = False,
        inputs: int = 0,
    ) -> None:
        super().__init__()
        self.sees_time, self.inputs = sees_time, inputs
        widths, activations = hidden_layers(shape)
        sizes = (dim + sees_time + inputs, *widths, dim)
        self.network = Network(
            *sizes, activation=activations, generator=generator, silent=silent
        )

    def forward(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the velocity at `t: ()` and `x: (..., d)`, under `u: (..., k)`."""
        return self.network(self._input(t, x, u))

    def at_own_times(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `t: (...)` and `x: (..., d)`."""
        return self.network(self._input(t, x))

    def jacobian(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the derivative to the state: `(..., d) -> (..., d, d)`."""
        return self.network.jacobian(self._input(t, x, u))[..., : x.shape[-1]]

    def _input(self, t: Tensor, x: Tensor, u: Tensor | None = None) -> Tensor:
        if self.inputs:
            u = x.new_zeros(*x.shape[:-1], self.inputs) if u is None else u
            x = torch.cat((x, u), -1)
        if not self.sees_time:
            return x
        times = t.to(x.dtype).unsqueeze(-1).expand(*x.shape[:-1], 1)
        return torch.cat((x, times), -1)

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor: ...  # noqa: D102


@final
class KnownField(nn.Module):
    """A system by its name, some of whose parameters are learned.

    A ``positive`` parameter is learned as its logarithm, and one with ``bounds`` as the
    logit of its place between them; all others as they are. They begin where they are given,
    off by a normally distributed ``spread``: of logarithm or logit, or else of the value.

    Raises: ComponentError where the system is a map, or a parameter is not one of its
    numbers, begins outside its bounds or is restricted and not learned.
    """

    def __init__(self, settings: KnownSettings, generator: torch.Generator) -> None:
        super().__init__()
        model, system = name_of(settings), settings.system
        self.system: Any = takens.create("system", system, **settings.parameters)
        if self.system.time is not takens.plugin.Time.CONTINUOUS:
            raise takens.errors.ComponentError(
                f"{model} integrates differential equations, and {system} is a map."
            )
        _check_restrictions(model, settings)
        self.positive = tuple(settings.positive)
        self.bounds = {name: (low, high) for name, (low, high) in settings.bounds.items()}
        self.raw = nn.ParameterDict()
        for name in settings.learn:
            value = _number(model, system, self.system, name)
            begin = self._inverse(model, name, value)
            unit = 1.0 if name in self.positive or name in self.bounds else abs(value) or 1.0
            off = settings.spread * unit * torch.randn((), generator=generator)
            self.raw[name] = nn.Parameter(begin + off)

    def values(self) -> dict[str, Tensor]:
        """Return the learned parameters in the system's units, each `()`."""
        return {name: self._value(name, raw) for name, raw in self.raw.items()}

    def current(self) -> Any:
        """Return the system with the learned parameters in place."""
        return attrs.evolve(self.system, **self.values()) if self.raw else self.system

    def forward(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `t: ()` and `x: (..., d)`."""
        return self.current()(t, x)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative to the state: `(..., d) -> (..., d, d)`."""
        system = self.current()
        if isinstance(system, takens.plugin.SupportsJacobian):
            return system.jacobian(t, x)

        def at(x: Tensor) -> Tensor:
            return system(t, x)

        jacobian: Callable[[Tensor], Tensor] = torch.func.vmap(torch.func.jacfwd(at))
        flat = jacobian(x.reshape(-1, x.shape[-1]))
        return flat.reshape(*x.shape, x.shape[-1])

    def _value(self, name: str, raw: Tensor) -> Tensor:
        if name in self.positive:
            return raw.exp()
        if name in self.bounds:
            low, high = self.bounds[name]
            return low + (high - low) * raw.sigmoid()
        return raw

    def _inverse(self, model: str, name: str, value: float) -> float:
        inside = torch.tensor(value, dtype=torch.float64)
        if name in self.positive:
            if not value > 0:
                raise takens.errors.ComponentError(
                    f"{model}: {name} is to stay positive and begins at {value:g}."
                )
            return float(inside.log())
        if name in self.bounds:
            low, high = self.bounds[name]
            if not low < value < high:
                raise takens.errors.ComponentError(
                    f"{model}: {name} begins at {value:g}, which is not between its bounds "
                    f"{low:g} and {high:g}."
                )
            return float(((inside - low) / (high - low)).logit())
        return value

    if TYPE_CHECKING:

        def __call__(self, t: Tensor, x: Tensor, /) -> Tensor: ...  # noqa: D102


def _check_restrictions(model: str, settings: KnownSettings) -> None:
    positive, bounds = settings.positive, settings.bounds
    for name in (*positive, *bounds):
        if name not in settings.learn:
            raise takens.errors.ComponentError(
                f"{model}: {name} is restricted and not learned; name it in learn, too."
            )
        if name in positive and name in bounds:
            raise takens.errors.ComponentError(
                f"{model}: {name} is both positive and bounded; give bounds above zero."
            )
    for name, ends in bounds.items():
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise takens.errors.ComponentError(
                f"{model}: bounds of {name} are a lower and a higher number; got {ends!r}."
            )


def _number(model: str, system: str, made: Any, name: str) -> float:
    fields: tuple[Any, ...] = attrs.fields(made.__class__)
    values = {field.name: getattr(made, field.name) for field in fields}
    numbers = {key: value for key, value in values.items() if isinstance(value, float)}
    if name not in numbers:
        raise takens.errors.ComponentError(
            f"{model}: {system} has no number {name!r} to learn; it has {', '.join(numbers)}."
        )
    return numbers[name]
