"""What moves: vector fields and maps, and what some of them can do besides."""

import enum
from typing import Protocol, runtime_checkable

from torch import Tensor


class Time(enum.Enum):
    """Whether dynamics are a field (differential equation) or a map (recursion)."""

    CONTINUOUS = "continuous"
    DISCRETE = "discrete"


class VectorField(Protocol):
    """Any callable `dx/dt = f(t, x)`; `t: ()`, `x` and the result: `(..., d)`."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at time `t: ()` and state `x: (..., d)`."""
        ...


class Map(Protocol):
    """Any callable `x' = F(x)`; `x` and the result: `(..., d)`.

    It takes one argument where a field takes two, so that one given for the other fails at
    once.
    """

    def __call__(self, x: Tensor, /) -> Tensor:
        """Return the state that follows `x: (..., d)`."""
        ...


@runtime_checkable
class SupportsJacobian(Protocol):
    """A field that knows its Jacobian."""

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return `df/dx: (..., d, d)` at `t: ()`, `x: (..., d)`; rows are components of f."""
        ...


@runtime_checkable
class SupportsOwnTimes(Protocol):
    """A field that takes a time for each sample, where each is solved at times of its own.

    Any other field that looks at its time is mapped over the samples, which costs more.
    """

    def at_own_times(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `t: (...)` and `x: (..., d)`: `(..., d)`."""
        ...


@runtime_checkable
class SupportsKinks(Protocol):
    """A field that knows when it, or a derivative of it, jumps.

    Steps of adaptive methods end there, so that they keep their order.
    """

    def kinks(self) -> Tensor:
        """Return these times: `(k,)`."""
        ...


@runtime_checkable
class SupportsTangent(Protocol):
    """A map that can push tangent vectors along with its state."""

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return `F(x): (..., d)` and `DF(x) v: (..., d, k)` for `v: (..., d, k)`."""
        ...
