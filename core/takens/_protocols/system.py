"""Systems: dynamics given by equations."""

from collections.abc import Mapping
from typing import Any, Protocol, final, runtime_checkable

import attrs

from takens._protocols.dynamics import Time


@final
@attrs.frozen
class Fact:
    """A number that is known, with its standard error and its source where they are, too."""

    value: float
    error: float | None = None
    source: str = ""


@final
@attrs.frozen
class Facts:
    """What is known of a system at one choice of its parameters, and where it was published.

    ``lyapunov_spectrum`` is in 1 / time unit (for maps: per step), in descending order.
    ``values`` are what metrics get of the true system, by their names (``box_dimension``, or
    ``plugin:box_dimension``) in the metrics' units.
    """

    lyapunov_spectrum: tuple[float, ...] | None = None
    source: str = ""
    # Not hashed, since a mapping has no hash.
    values: Mapping[str, float | Fact] = attrs.field(
        factory=dict[str, float | Fact], hash=False
    )

    def of(self, metric: str) -> Fact | None:
        """Return what is known of the full name of a metric."""
        known = self.values.get(metric, self.values.get(metric.rpartition(":")[2]))
        return known if known is None or isinstance(known, Fact) else Fact(known)


@runtime_checkable
class System(Protocol):
    """A vector field or a map, as ``time`` says, that knows itself.

    Besides these members it is callable: as `(t, x)` where continuous, as `(x)` where
    discrete, on any leading dimensions. Parameters are its fields, numbers or Tensors.
    """

    @property
    def dim(self) -> int:
        """The number of state variables."""
        ...

    @property
    def time(self) -> Time:
        """Whether it is called as a field or as a map."""
        ...

    def initial(self) -> tuple[float, ...]:
        """Return a state on or near the attractor, of length ``dim``."""
        ...

    def facts(self) -> Facts:
        """Return what is known for exactly these parameters; empty where nothing is."""
        ...


@runtime_checkable
class SupportsInterval(Protocol):
    """A system that says how often it is sampled where a user does not."""

    @property
    def dt(self) -> float:
        """The sampling interval in the system's time unit."""
        ...


@runtime_checkable
class SupportsIntegrator(Protocol):
    """A field that says how it is solved where a user does not, as a stiff one does."""

    @property
    def integrator(self) -> Any:
        """An integrator: a name, a table with ``name`` and parameters, or one that is made."""
        ...


@final
@attrs.frozen
class Variable:
    """What a state variable is called, its unit, and whether it is an angle in radians.

    An angle is drawn within one turn, from -pi to pi.
    """

    name: str
    unit: str = ""
    angle: bool = False


@runtime_checkable
class SupportsVariables(Protocol):
    """A system that knows what its state variables are called, for pictures."""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """One for each of ``dim`` state variables."""
        ...
