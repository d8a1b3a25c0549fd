"""Solves whose steps follow from tolerances."""

from collections.abc import Sequence
from typing import ClassVar, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.adjoint import Steps, solve_with_adjoint
from takens_integrators.attempt import Explicit, Method
from takens_integrators.backend import known_backend
from takens_integrators.events import Event
from takens_integrators.inputs import (
    Gradient,
    checked_field,
    checked_times,
    is_constant,
    known_gradient,
    positive,
    with_own_times,
)
from takens_integrators.leaves import tensors_within
from takens_integrators.march import DAMPING, GROW, SAFETY, SHRINK, Control, Marched, march
from takens_integrators.path import Path
from takens_integrators.records import Outputs, Rounds
from takens_integrators.replay import replay
from takens_integrators.solution import Crossings, Solution, Status
from takens_integrators.tolerances import floored


def solve_adaptive(
    method: Method,
    f: takens.VectorField,
    x0: Tensor,
    ts: Tensor,
    control: Control,
    events: Sequence[Event] = (),
) -> Solution:
    """Give the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`, and statistics.

    Each sample has its own steps, so that its answer does not depend on its batch. The
    loop that chooses the steps takes no part in gradients; where one is asked for, the
    chosen steps are taken once more.
    """
    lead = x0.shape[:-1]
    start, end = ts[..., 0].detach().expand(lead), ts[..., -1].detach().expand(lead)
    first = f(start.to(x0.dtype), x0)
    _refuse_batches_of_transforms(first)
    wanted = [event.function(start.to(x0.dtype), x0) for event in events]
    if all(is_constant(tensor) for tensor in (x0, ts, first, *wanted)):
        outputs = Outputs(method, f, x0, ts, torch.sign(end - start))
        with torch.no_grad():
            marched, watcher = march(method, f, x0, start, end, control, outputs, events)
            outputs.flush()
        crossings = watcher.crossings(marched.t, marched.x)
        return _solution(ts, outputs.xs, marched.x, marched, crossings)
    rounds = Rounds()
    with torch.no_grad():
        marched, watcher = march(method, f, x0, start, end, control, rounds, events)
    done = marched.status == Status.DONE
    if not rounds.rounds:
        return _solution(ts, x0.unsqueeze(-2), x0, marched, ())
    found = watcher.crossings(marched.t, marched.x)
    times = [ts.expand(*lead, -1), *(c.t for c in found), marched.t.unsqueeze(-1)]
    end_state, states = replay(method, f, x0, ts, rounds.grid(), done, torch.cat(times, -1))
    parts = states.split([part.shape[-1] for part in times], -2)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    xs, *at, last = cast(Sequence[Tensor], parts)
    crossings = tuple(
        _moving(event, f, crossing.t, x, crossing.count)
        for event, crossing, x in zip(events, found, at, strict=True)
    )
    last = torch.where(done.unsqueeze(-1), end_state, last.squeeze(-2))
    return _solution(ts, xs, last, marched, crossings)


def _moving(
    event: Event, f: takens.VectorField, t: Tensor, x: Tensor, count: Tensor
) -> Crossings:
    """Give crossings that move with everything that their function and states depend on.

    One step of Newton from the zero changes no value, and has the gradient that the implicit
    function theorem gives.
    """
    times = t.to(x.dtype)
    lead = x.shape[:-1]
    # Samples first, as everywhere: one crossing of all samples after the other.
    moved, states = list[Tensor](), list[Tensor]()
    for i in range(lead[-1]):
        time, state = times[..., i], x[..., i, :]
        with torch.enable_grad():
            s, y = time.detach().requires_grad_(), state.detach().requires_grad_()
            value = event.function(s, y)
            ds, dy = torch.autograd.grad(
                value.sum(), (s, y), allow_unused=True, materialize_grads=True
            )
            slope = f(time.detach(), state.detach())
        rate = ds + (dy * slope.detach()).sum(-1)
        value = event.function(time, state)
        there = (i < count) & (rate != 0)
        shift = torch.where(
            there, (value.detach() - value) / torch.where(there, rate, 1.0), 0.0
        )
        moved.append(t[..., i] + shift)
        states.append(state + slope.detach() * shift.unsqueeze(-1))
    if not moved:
        return Crossings(t, x, count)
    return Crossings(torch.stack(moved, -1), torch.stack(states, -2), count)


def _solution(
    ts: Tensor, xs: Tensor, last: Tensor, marched: Marched, crossings: tuple[Crossings, ...]
) -> Solution:
    times, sign = ts.detach(), torch.sign(ts.detach()[..., -1:] - ts.detach()[..., :1])
    reached = times * sign <= marched.t.detach().unsqueeze(-1) * sign
    whole = reached.clone()
    whole[..., -1] = False
    # The end is a state of the loop itself, not of its continuous solution.
    xs = torch.where(whole.unsqueeze(-1), xs, last.unsqueeze(-2))
    return Solution(
        ts=ts,
        x=xs,
        status=marched.status.long(),
        reached=reached.sum(-1),
        time=marched.t,
        steps=marched.steps,
        rejected=marched.rejected,
        evaluations=marched.evaluations,
        component=marched.component,
        crossings=crossings,
    )


def _refuse_batches_of_transforms(x: Tensor) -> None:
    try:
        bool(x.detach().sum() > 0)
    except RuntimeError as error:
        raise takens.InputError(
            "An adaptive method looks at values to choose its steps, which torch.func.vmap "
            "does not allow: give the whole batch at once (each sample has its own steps), or "
            "use a method of fixed step."
        ) from error


@final
class Tracer:
    """Goes from one time to the next and keeps the steps, each with the last one's size."""

    def __init__(self, method: Method, control: Control) -> None:
        self.method, self.control = method, control
        self.next_step: Tensor | None = None

    def __call__(self, f: takens.VectorField, x0: Tensor, ts: Tensor) -> Steps:
        """Solve over `ts: (2,)` or `(..., 2)` for `x0: (..., d)`."""
        lead = x0.shape[:-1]
        start, end = (t.expand(lead) for t in ts.unbind(-1))
        step = self.next_step
        if step is not None:
            step = torch.sign(end - start) * torch.minimum(step.abs(), (end - start).abs())
        control = attrs.evolve(self.control, first_step=step)
        rounds = Rounds(whole=True)
        marched, _ = march(self.method, f, x0, start, end, control, rounds)
        _solution(ts, x0.unsqueeze(-2), marched.x, marched, ()).check()
        self.next_step = marched.next_step
        return rounds.steps(marched.x)


@attrs.frozen
class AdaptiveBase:
    """What all methods whose steps follow from tolerances have in common.

    A step is accepted where the root mean square of its error, in units of
    `atol + rtol |x|`, is at most one. Tolerances below what the dtype can keep are raised
    to that. Autograd goes through the accepted steps.
    """

    rtol: float = attrs.field(default=1e-6, validator=positive)
    atol: float = attrs.field(default=1e-8, validator=positive)
    max_steps: int = attrs.field(default=100_000, validator=positive)

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
        control = self._control(x0.dtype)
        if not events:
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

        trace = Tracer(method, control)
        known = (*parameters, *tensors_within(f))
        xs = solve_with_adjoint(tableau, solve, trace, field, x0, ts, known)
        return attrs.evolve(found[-1], x=xs)

    def path(self, f: takens.VectorField, x0: Tensor, t0: float, t1: float, /) -> Path:
        """Give the continuous solution from ``t0`` to ``t1`` for `x0: (..., d)`.

        It has no gradient.

        Raises: as ``solve`` does.
        """
        ts = checked_times(torch.tensor([t0, t1], dtype=torch.float64), x0)
        lead = x0.shape[:-1]
        start, end = (t.expand(lead) for t in ts.unbind(-1))
        field, sees_time = self._field(f, x0, ts)
        method, rounds = self.prepared(f, field, sees_time), Rounds(whole=True)
        with torch.no_grad():
            marched, _ = march(method, field, x0, start, end, self._control(x0.dtype), rounds)
            _solution(ts, x0.unsqueeze(-2), marched.x, marched, ()).check()
            (t, dt, x), stages = rounds.stacked()
            pieces = method.increments(field, t, x, dt, stages)
        return Path(t, dt, x, pieces, marched.x, x.new_tensor(method.dense))

    def _field(
        self, f: takens.VectorField, x0: Tensor, ts: Tensor
    ) -> tuple[takens.VectorField, bool]:
        start = ts.detach()[..., 0].expand(x0.shape[:-1])
        field, sees_time = with_own_times(f, start, x0)
        return checked_field(field), sees_time

    def _control(self, dtype: torch.dtype) -> Control:
        rtol, atol = floored(self.rtol, self.atol, dtype)
        return Control(rtol=rtol, atol=atol, max_steps=self.max_steps)


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
