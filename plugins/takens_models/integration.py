"""Integrators by name, made to advance a field by one sampling interval."""

from typing import Protocol, cast, final, runtime_checkable

import attrs
import torch
from torch import Tensor

import takens
from takens_models.settings import IntegratorChoice, name_of


@runtime_checkable
class _HasSubsteps(takens.plugin.Stepper, Protocol):
    @property
    def substeps(self) -> int: ...


@final
@attrs.frozen
class Substeps:
    """Several steps of a method between two samples."""

    stepper: takens.plugin.Stepper
    substeps: int

    @property
    def order(self) -> int:
        """The order of the method."""
        return self.stepper.order

    def step(self, f: takens.plugin.VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` by `dt: ()`."""
        h = dt / self.substeps
        for i in range(self.substeps):
            x = self.stepper.step(f, t + i * h, x, h)
        return x

    def solve(self, f: takens.plugin.VectorField, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Give the states at `ts: (n,)`: `(..., n, d)`."""
        return self.stepper.solve(f, x0, ts)


@final
@attrs.frozen
class OneSolve:
    """A solve from each sample to the next, for methods that choose their own steps.

    All samples of a batch share their steps then, because rows of a state may belong
    together, as tangents do with their orbit. Whole trajectories by ``solve`` do not.
    """

    integrator: takens.plugin.Integrator
    order: int

    def step(self, f: takens.plugin.VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` by `dt: ()`."""
        shape = x.shape

        def field(t: Tensor, y: Tensor, /) -> Tensor:
            return f(t, y.reshape(shape)).reshape(-1)

        ts = torch.stack((t, t + dt))
        return self.integrator.solve(field, x.reshape(-1), ts)[-1].reshape(shape)

    def solve(self, f: takens.plugin.VectorField, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Give the states at `ts: (n,)`: `(..., n, d)`."""
        return self.integrator.solve(f, x0, ts)


class _HasIntegrator(Protocol):
    @property
    def integrator(self) -> IntegratorChoice: ...


def named_integrator(settings: _HasIntegrator) -> takens.plugin.Integrator:
    """Make the integrator that settings choose, by its name or by a table.

    Raises: ComponentError where the table has no name or the integrator cannot be made.
    """
    choice = settings.integrator
    if isinstance(choice, str):
        return takens.create("integrator", choice)
    parameters = dict(choice)
    name = parameters.pop("name", None)
    if not isinstance(name, str):
        raise takens.errors.ComponentError(
            f"{name_of(settings)}: integrator is a name or a table with name = ...; "
            f"got {choice!r}."
        )
    return takens.create("integrator", name, **parameters)


def named_stepper(settings: _HasIntegrator) -> takens.plugin.Stepper:
    """Make what advances a field by one sampling interval, as settings choose it.

    Raises: ComponentError where the integrator cannot be made.
    """
    made = named_integrator(settings)
    if isinstance(made, takens.plugin.Stepper):
        substeps = made.substeps if isinstance(made, _HasSubsteps) else 1
        return made if substeps == 1 else Substeps(made, substeps)
    return OneSolve(made, cast(int, getattr(made, "order", 1)))
