"""Models: latent dynamics that can be learned."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, Self, runtime_checkable

import attrs
import torch
from torch import Tensor, nn

from takens._protocols.dynamics import Map, Time
from takens._protocols.integrator import Stepper
from takens._protocols.scales import Scales


@runtime_checkable
class Model(Protocol):
    """Latent dynamics with a window on them; concretely always a ``torch.nn.Module``.

    The module's own call is the latent dynamics: `(z) -> z'` where ``time`` is discrete,
    `(t, z) -> dz/dt` where it is continuous. `m` is ``latent_dim``, `n` is ``obs_dim``.
    """

    @property
    def latent_dim(self) -> int:
        """The number of latent variables, `m`."""
        ...

    @property
    def obs_dim(self) -> int:
        """The number of observed variables, `n`."""
        ...

    @property
    def time(self) -> Time:
        """Whether the latent dynamics are a field or a map."""
        ...

    @property
    def context_length(self) -> int:
        """The number of observations that ``encode`` wants, at least 1."""
        ...

    @property
    def config(self) -> attrs.AttrsInstance:
        """The settings: its fields, all of JSON types, are the constructor's arguments."""
        ...

    def encode(self, context: Tensor, /) -> Tensor:
        """Return the latent state at the last observation: `(..., c, n) -> (..., m)`.

        Where inputs act, those of the context follow; see ``SupportsInputs``.
        """
        ...

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out: `(..., m) -> (..., n)`."""
        ...

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Return `z: (..., m)`, made to agree with the observation `x: (..., n)`."""
        ...

    # What torch.nn.Module gives to every model, as far as the core uses it.
    # Any arguments, since a map takes one and a field two.
    def __call__(self, *args: Any, **kwargs: Any) -> Tensor: ...
    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any: ...
    def to(self, device: torch.device, dtype: torch.dtype) -> Self: ...


@runtime_checkable
class SupportsForcingSignal(Protocol):
    """A model in which forcing writes into the first units, whatever the state is.

    Then `force(z, x)` is `(forcing_signal(x), z[..., k:])`.
    """

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return what an observation writes into the first k units: `(..., n) -> (..., k)`."""
        ...


@runtime_checkable
class SupportsUnits(Protocol):
    """A model that needs the units of the data, as a known equation does."""

    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        """Restore that standardised data are `(x - mean) / scale`, `(n,)` each."""
        ...


@runtime_checkable
class SupportsLikelihood(Protocol):
    """A model that gives observations a law where ``has_likelihood``, such as counts of a rate.

    ``observe`` then gives what is expected. All `x` but that of ``adopt_data`` are
    standardised, as elsewhere.
    """

    @property
    def has_likelihood(self) -> bool:
        """Whether it does; else it is as other models."""
        ...

    def adopt_data(
        self, x: Tensor, columns: Sequence[str], mean: Tensor, scale: Tensor
    ) -> None:
        """Begin with numbers that suit `x: (T, n)`, in its own units, NaN where missing.

        Standardised data are `(x - mean) / scale`, `(n,)` each.

        Raises: DataError for observations that the law cannot have.
        """
        ...

    def negative_log_likelihood(self, z: Tensor, x: Tensor) -> Tensor:
        """Return it of `x: (..., n)` in the state `z: (..., m)`, by variables: `(..., n)`.

        Terms that depend on x alone are left out.
        """
        ...

    def deviance(self, z: Tensor, x: Tensor) -> Tensor:
        """Return twice the logarithms lost beside the law that fits x best: `(..., n)`."""
        ...

    def null_deviance(self, x: Tensor) -> Tensor:
        """Return the same of the constant law that fits all of `x: (..., n)` best."""
        ...

    def draw_observations(self, z: Tensor, generator: torch.Generator) -> Tensor:
        """Draw observations of `z: (..., m)`: `(..., n)`; the generator is on the host."""
        ...


@runtime_checkable
class SupportsClosedForm(Protocol):
    """A model whose weights follow from the data at once."""

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Set the weights from standardised `x: (trajectories, T, n)` at `times: (T,)`.

        Gives figures of JSON types that are worth knowing, such as ``evidence``. Where inputs
        act, `drive: (trajectories, T, w)` is given, too; see ``takens.plugin.drive``.
        """
        ...


@runtime_checkable
class SupportsRemarks(Protocol):
    """A model that can say what its weights leave open."""

    def remarks(self, x: Tensor, /) -> Sequence[str]:
        """Return sentences about what was learned from standardised `x: (T, n)`.

        Such as a bound that was reached, or numbers that the data do not tell apart.
        """
        ...


@runtime_checkable
class SupportsFromData(Protocol):
    """Settings of a model, as a class, of which some follow from data where they are "auto"."""

    def from_data(
        self, scales: Scales, given: Mapping[str, Any]
    ) -> Mapping[str, tuple[Any, str]]:
        """Return values by name, each with its reason, beside those that are ``given``."""
        ...


@runtime_checkable
class ContinuousModel(Model, Protocol):
    """A model whose latent dynamics are a field, and which says how they are integrated."""

    @property
    def integrator(self) -> Stepper:
        """What advances the field by one sampling interval."""
        ...


@runtime_checkable
class SupportsStepMap(Protocol):
    """A model that gives the map of its latent state itself.

    Of other models it is the model where that is discrete in time, else the step of its
    integrator.
    """

    def step_map(self, dt: float, /) -> Map:
        """Return the map of `z: (..., m)` over one sampling interval."""
        ...


@runtime_checkable
class _MayHaveLikelihood(Protocol):
    @property
    def has_likelihood(self) -> bool: ...


def has_likelihood(model: object) -> bool:
    """Return whether a model, or an ensemble, gives its observations a law."""
    return isinstance(model, _MayHaveLikelihood) and model.has_likelihood
