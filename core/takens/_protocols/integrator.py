"""Integrators: what turns a vector field into a trajectory."""

from typing import Protocol, runtime_checkable

from torch import Tensor

from takens._protocols.dynamics import VectorField


@runtime_checkable
class Integrator(Protocol):
    """Solves initial value problems."""

    def solve(self, f: VectorField, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Return the states at `ts: (n,)`, beginning with `x0: (..., d)`: `(..., n, d)`."""
        ...


@runtime_checkable
class Stepper(Integrator, Protocol):
    """An integrator of fixed step: a pure function, safe under ``torch.func``."""

    @property
    def order(self) -> int:
        """The order of the global error in the step size."""
        ...

    def step(self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Return the state at `t + dt`, for `t, dt: ()` and `x: (..., d)`."""
        ...
