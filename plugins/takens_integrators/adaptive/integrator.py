"""Methods whose steps follow from tolerances."""

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs
import torch
from torch import Tensor

import takens
from takens.backend import Solution, StepController
from takens.plugin import Tableau, VectorField
from takens_integrators.adaptive.controller import floored
from takens_integrators.adaptive.discontinuities import jumps_of
from takens_integrators.adaptive.eager import EagerSolver
from takens_integrators.adaptive.events import Event, known_events
from takens_integrators.adaptive.path import Path
from takens_integrators.fields import (
    OwnTimes,
    check_dynamics,
    checked_field,
    known_batch_dims,
    with_own_times,
)
from takens_integrators.gradients.adjoint import by_stages, solve_with_adjoint
from takens_integrators.gradients.autograd_leaves import tensors_within
from takens_integrators.inputs import checked_times
from takens_integrators.rows import as_one_state, of_rows
from takens_integrators.runge_kutta import ExplicitMethod
from takens_integrators.settings import AdaptiveSettings, PairSettings
from takens_integrators.step_method import StepMethod


class AdaptiveBase(AdaptiveSettings):
    """What all methods whose steps follow from tolerances have in common.

    A step is accepted where the root mean square of its error, in units of
    `atol + rtol |x|`, is at most one; the next one follows as
    `takens.backend.StepController` says, whose constants these are. Tolerances below what the
    dtype can keep are raised to that. Autograd goes through the accepted steps.
    """

    advice: ClassVar[str] = ""

    def prepared(self, source: VectorField, f: OwnTimes, x0: Tensor) -> StepMethod:
        """Return the method for a field, as it was given and for a time per sample."""
        raise NotImplementedError

    def by_adjoint(self) -> Tableau | None:
        """Return the tableau for the adjoint equation, or None for direct gradients."""
        raise NotImplementedError

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

        ``parameters`` are Tensors that the field uses and that the adjoint cannot find by
        itself; direct gradients need none.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where a sample does not reach its last time.
        """
        solution = self.solve_with_statistics(f, x0, ts, parameters=parameters)
        solution.check(self.advice)
        return solution.x

    def solve_with_statistics(
        self,
        f: VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        events: Sequence[Event] = (),
        parameters: Sequence[Tensor] = (),
    ) -> Solution:
        """Solve, and return what was reached with statistics where it is not the end.

        Raises: takens.InputError for times, states or a field that do not fit.
        """
        ts = checked_times(ts, x0)
        known_events(events)
        controller, jumps = self.controller(x0.dtype), jumps_of(f, x0)
        simple = not events and jumps is None
        batch_dims = known_batch_dims(self.batch_dims, x0)
        if simple and batch_dims in (None, x0.dim() - 1):
            compiled = self.accelerated(f, x0, ts, controller)
            if compiled is not None:
                return compiled
        check_dynamics(f, x0)
        own = with_own_times(f, ts, x0, self.batch_dims)
        if simple and own.joined:
            compiled = self.accelerated(*as_one_state(f, x0, ts, own.joined), controller)
            if compiled is not None:
                return of_rows(compiled, x0, ts, own.joined)
        return self._solve(f, own, x0, ts, events, parameters)

    def controller(self, dtype: torch.dtype) -> StepController:
        """Return what chooses the steps of states of a dtype."""
        names = [field.name for field in attrs.fields(StepController)]
        given: dict[str, Any] = {name: getattr(self, name) for name in names}
        given["rtol"], given["atol"] = floored(self.rtol, self.atol, dtype)
        return StepController(**given)

    def accelerated(
        self, f: VectorField, x0: Tensor, ts: Tensor, controller: StepController
    ) -> Solution | None:
        """Return the solution of a backend, or None where the eager loop has to run."""
        return None

    def eager(
        self,
        f: VectorField,
        x0: Tensor,
        ts: Tensor,
        events: Sequence[Event] = (),
        parameters: Sequence[Tensor] = (),
    ) -> Solution:
        """Return the solution of the loop in plain torch, for times that were checked."""
        check_dynamics(f, x0)
        own = with_own_times(f, ts, x0, self.batch_dims)
        return self._solve(f, own, x0, ts, events, parameters)

    def _solve(
        self,
        f: VectorField,
        own: OwnTimes,
        x0: Tensor,
        ts: Tensor,
        events: Sequence[Event],
        parameters: Sequence[Tensor],
    ) -> Solution:
        field, solver = self._prepare(f, own, x0)
        tableau = self.by_adjoint()
        if tableau is None:
            return solver.solve(field, x0, ts, events)
        if events:
            raise takens.InputError("Events need gradient='direct'; got 'adjoint'.")
        found: list[Solution] = []

        def solve(f: VectorField, x0: Tensor, ts: Tensor) -> Tensor:
            found.append(solver.solve(f, x0, ts))
            return found[-1].x

        known = (*parameters, *tensors_within(f))
        weights = by_stages(tableau)
        xs = solve_with_adjoint(weights, solve, solver.steps, field, x0, ts, known, own.joined)
        return attrs.evolve(found[-1], x=xs)

    def path(self, f: VectorField, x0: Tensor, t0: float, t1: float, /) -> Path:
        """Return the continuous solution from ``t0`` to ``t1`` for `x0: (..., d)`.

        Its gradient is direct, and keeps all steps.

        Raises: as ``solve`` does.
        """
        ts = checked_times(torch.tensor([t0, t1], dtype=torch.float64), x0)
        check_dynamics(f, x0)
        known_batch_dims(self.batch_dims, x0)
        field, solver = self._prepare(f, with_own_times(f, ts, x0, self.batch_dims), x0)
        return solver.path(field, x0, ts)

    def _prepare(
        self, f: VectorField, own: OwnTimes, x0: Tensor
    ) -> tuple[VectorField, EagerSolver]:
        own = attrs.evolve(own, field=checked_field(own.field))
        method, controller = self.prepared(f, own, x0), self.controller(x0.dtype)
        return own.field, EagerSolver(method, controller, jumps_of(f, x0), own.joined)


class Adaptive(AdaptiveBase, PairSettings):
    """What all explicit Runge-Kutta pairs have in common.

    With ``gradient="direct"`` autograd goes through the accepted steps; with ``"adjoint"``
    the continuous adjoint equation is solved backward to the same tolerances. With
    ``backend="auto"`` compiled code takes the steps where it can, ``"eager"`` is plain torch,
    and other names are those of backends; ``takens.explain(f)`` tells which one did.
    """

    tableau: ClassVar[Tableau]
    advice = "Where the field is stiff, use 'rodas4'."

    @property
    def order(self) -> int:
        """The order of the solution that is continued."""
        return self.tableau.order

    def prepared(self, source: VectorField, f: OwnTimes, x0: Tensor) -> StepMethod:
        """Return the method, which is the same for all fields."""
        return ExplicitMethod(self.tableau)

    def by_adjoint(self) -> Tableau | None:
        """Return the tableau where the adjoint equation is asked for."""
        return self.tableau if self.gradient == "adjoint" else None

    def accelerated(
        self, f: VectorField, x0: Tensor, ts: Tensor, controller: StepController
    ) -> Solution | None:
        """Return the solution of a backend, or None where the eager loop has to run."""
        if self.gradient == "adjoint" and torch.is_grad_enabled():
            return None
        request = takens.backend.AdaptiveSolve(
            field=f,
            method=self.tableau,
            x0=x0,
            ts=ts,
            controller=controller,
            eager=lambda: self.eager(f, x0, ts).x,
        )
        return takens.backend.dispatch(request, self.backend)
