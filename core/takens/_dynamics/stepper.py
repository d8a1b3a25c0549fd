"""From integrators to what advances a field by one interval."""

from __future__ import annotations

from typing import Protocol, cast, final, runtime_checkable

import attrs
import torch
from torch import Tensor

from takens._protocols.dynamics import VectorField
from takens._protocols.integrator import Integrator, Stepper


@runtime_checkable
class _HasSubsteps(Stepper, Protocol):
    @property
    def substeps(self) -> int: ...


@final
@attrs.frozen
class Substeps:
    """Several steps of a method between two samples."""

    stepper: Stepper
    substeps: int

    @property
    def order(self) -> int:
        """The order of the method."""
        return self.stepper.order

    def step(self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` by `dt: ()`."""
        h = dt / self.substeps
        for i in range(self.substeps):
            x = self.stepper.step(f, t + i * h, x, h)
        return x

    def solve(self, f: VectorField, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Return the states at `ts: (n,)`: `(..., n, d)`."""
        return self.stepper.solve(f, x0, ts)


@final
@attrs.frozen
class OneSolve:
    """A solve from each sample to the next, for methods that choose their own steps.

    All samples of a batch share their steps then, because rows of a state may belong
    together, as tangents do with their orbit. Whole trajectories by ``solve`` do not.
    """

    integrator: Integrator
    order: int

    def step(self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` by `dt: ()`."""
        shape = x.shape

        def field(t: Tensor, y: Tensor, /) -> Tensor:
            return f(t, y.reshape(shape)).reshape(-1)

        ts = torch.stack((t, t + dt))
        return self.integrator.solve(field, x.reshape(-1), ts)[-1].reshape(shape)

    def solve(self, f: VectorField, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Return the states at `ts: (n,)`: `(..., n, d)`."""
        return self.integrator.solve(f, x0, ts)


def as_stepper(integrator: Integrator) -> Stepper:
    """Return what advances a field by one sampling interval as an integrator solves it."""
    if isinstance(integrator, Stepper):
        substeps = integrator.substeps if isinstance(integrator, _HasSubsteps) else 1
        return integrator if substeps == 1 else Substeps(integrator, substeps)
    return OneSolve(integrator, cast(int, getattr(integrator, "order", 1)))
