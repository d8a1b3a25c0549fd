"""Methods whose steps follow from tolerances."""

import functools
from collections.abc import Sequence
from typing import ClassVar

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.adjoint import by_stages, solve_with_adjoint
from takens_integrators.attempt import Explicit, Method
from takens_integrators.backend import known_backend
from takens_integrators.eager import find_path, solve_adaptive, trace_adaptive
from takens_integrators.events import Event, known_events
from takens_integrators.fields import check_dynamics, checked_field
from takens_integrators.inputs import (
    Gradient,
    checked_times,
    known_gradient,
    positive,
    whole,
)
from takens_integrators.kinks import kinks_of
from takens_integrators.leaves import tensors_within
from takens_integrators.march import DAMPING, GROW, SAFETY, SHRINK, Control
from takens_integrators.own_times import with_own_times
from takens_integrators.path import Path
from takens_integrators.solution import Solution
from takens_integrators.tolerances import floored


@attrs.frozen
class AdaptiveBase:
    """What all methods whose steps follow from tolerances have in common.

    A step is accepted where the root mean square of its error, in units of
    `atol + rtol |x|`, is at most one. Tolerances below what the dtype can keep are raised
    to that. Autograd goes through the accepted steps.
    """

    rtol: float = attrs.field(default=1e-6, validator=positive)
    atol: float = attrs.field(default=1e-8, validator=positive)
    max_steps: int = attrs.field(default=100_000, validator=whole)

    def prepared(
        self, source: takens.VectorField, f: takens.VectorField, sees_time: bool
    ) -> Method:
        """Give the method for a field: as it was given, and for a time per sample."""
        raise NotImplementedError

    def by_adjoint(self) -> takens.Tableau | None:
        """Give the tableau to solve the adjoint equation with, or None for direct gradients."""
        raise NotImplementedError

    def solve(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        parameters: Sequence[Tensor] = (),
    ) -> Tensor:
        """Give the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

        ``parameters`` are Tensors that the field uses and that the adjoint cannot find by
        itself; direct gradients need none.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where a sample does not reach its last time.
        """
        solution = self.solve_with_statistics(f, x0, ts, parameters=parameters)
        solution.check()
        return solution.x

    def solve_with_statistics(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        events: Sequence[Event] = (),
        parameters: Sequence[Tensor] = (),
    ) -> Solution:
        """Solve, and give what was reached with statistics where it is not the end.

        Raises: takens.InputError for times, states or a field that do not fit.
        """
        ts = checked_times(ts, x0)
        known_events(events)
        control = self._control(f, x0)
        if not events and control.kinks is None:
            compiled = self.accelerated(f, x0, ts, control)
            if compiled is not None:
                return compiled
        return self._eager(f, x0, ts, control, events, parameters)

    def accelerated(
        self, f: takens.VectorField, x0: Tensor, ts: Tensor, control: Control
    ) -> Solution | None:
        """Give the solution of a backend, or None where the eager loop has to run."""
        return None

    def _eager(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        control: Control,
        events: Sequence[Event],
        parameters: Sequence[Tensor],
    ) -> Solution:
        field, sees_time = self._field(f, x0, ts)
        method, tableau = self.prepared(f, field, sees_time), self.by_adjoint()
        if tableau is None:
            return solve_adaptive(method, field, x0, ts, control, events)
        if events:
            raise takens.InputError("Events need gradient='direct'; got 'adjoint'.")
        found: list[Solution] = []

        def solve(f: takens.VectorField, x0: Tensor, ts: Tensor) -> Tensor:
            found.append(solve_adaptive(method, f, x0, ts, control))
            return found[-1].x

        trace = functools.partial(trace_adaptive, method, control)
        known = (*parameters, *tensors_within(f))
        xs = solve_with_adjoint(by_stages(tableau), solve, trace, field, x0, ts, known)
        return attrs.evolve(found[-1], x=xs)

    def path(self, f: takens.VectorField, x0: Tensor, t0: float, t1: float, /) -> Path:
        """Give the continuous solution from ``t0`` to ``t1`` for `x0: (..., d)`.

        Its gradient is direct, and keeps all steps.

        Raises: as ``solve`` does.
        """
        ts = checked_times(torch.tensor([t0, t1], dtype=torch.float64), x0)
        field, sees_time = self._field(f, x0, ts)
        method = self.prepared(f, field, sees_time)
        return find_path(method, field, x0, ts, self._control(f, x0))

    def _field(
        self, f: takens.VectorField, x0: Tensor, ts: Tensor
    ) -> tuple[takens.VectorField, bool]:
        check_dynamics(f, x0)
        start = ts.detach()[..., 0].expand(x0.shape[:-1])
        field, sees_time = with_own_times(f, start, x0)
        return checked_field(field), sees_time

    def _control(self, f: takens.VectorField, x0: Tensor) -> Control:
        rtol, atol = floored(self.rtol, self.atol, x0.dtype)
        kinks = kinks_of(f, x0)
        return Control(rtol=rtol, atol=atol, max_steps=self.max_steps, kinks=kinks)


@attrs.frozen
class Adaptive(AdaptiveBase):
    """What all explicit Runge-Kutta pairs have in common.

    With ``gradient="direct"`` autograd goes through the accepted steps; with ``"adjoint"``
    the continuous adjoint equation is solved backward to the same tolerances. With
    ``backend="auto"`` compiled code takes the steps where it can, ``"eager"`` is plain torch,
    and other names are those of backends; ``takens.explain(f)`` tells which one did.
    """

    gradient: Gradient = attrs.field(default="direct", validator=known_gradient)
    backend: str = attrs.field(default="auto", validator=known_backend)
    tableau: ClassVar[takens.Tableau]

    @property
    def order(self) -> int:
        """The order of the solution that is continued."""
        return self.tableau.order

    def prepared(
        self, source: takens.VectorField, f: takens.VectorField, sees_time: bool
    ) -> Method:
        """Give the method, which is the same for all fields."""
        return Explicit(self.tableau)

    def by_adjoint(self) -> takens.Tableau | None:
        """Give the tableau where the adjoint equation is asked for."""
        return self.tableau if self.gradient == "adjoint" else None

    def accelerated(
        self, f: takens.VectorField, x0: Tensor, ts: Tensor, control: Control
    ) -> Solution | None:
        """Give the solution of a backend, or None where the eager loop has to run."""
        if self.gradient == "adjoint" and torch.is_grad_enabled():
            return None
        order = self.tableau.order
        question = takens.AdaptiveSolve(
            field=f,
            method=self.tableau,
            x0=x0,
            ts=ts,
            control=takens.StepControl(
                rtol=control.rtol,
                atol=control.atol,
                max_steps=control.max_steps,
                alpha=(1 - 0.75 * DAMPING) / order,
                beta=DAMPING / order,
                safety=SAFETY,
                smallest=SHRINK,
                largest=GROW,
            ),
            eager=lambda: self._eager(f, x0, ts, control, (), ()).x,
        )
        found = takens.accelerated_adaptive(question, self.backend)
        if found is None:
            return None
        return Solution(
            ts=ts,
            x=found.x,
            status=found.status,
            reached=found.reached,
            time=found.time,
            steps=found.steps,
            rejected=found.rejected,
            evaluations=found.evaluations,
            component=found.component,
        )
