"""Solves whose steps follow from tolerances, in plain torch."""

from collections.abc import Sequence
from typing import cast

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.adjoint import Steps
from takens_integrators.attempt import Method
from takens_integrators.event_gradient import moving
from takens_integrators.events import Event
from takens_integrators.inputs import is_constant
from takens_integrators.march import Control, Marched, march
from takens_integrators.path import Path
from takens_integrators.records import Outputs, Rounds
from takens_integrators.replay import replay, retake
from takens_integrators.solution import Crossings, Solution, Status


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
    wanted = [event.function(start.to(x0.dtype), x0) for event in events]
    if all(is_constant(tensor) for tensor in (x0, ts, first, *wanted)):
        outputs = Outputs(method, f, x0, ts, torch.sign(end - start))
        with torch.no_grad():
            marched, watcher = march(method, f, x0, start, end, control, outputs, events)
            outputs.flush()
        crossings = watcher.crossings(marched.t, marched.x)
        return solution_of(ts, outputs.xs, marched.x, marched, crossings)
    rounds = Rounds()
    with torch.no_grad():
        marched, watcher = march(method, f, x0, start, end, control, rounds, events)
    done = marched.status == Status.DONE
    if not rounds.rounds:
        return solution_of(ts, x0.unsqueeze(-2), x0, marched, ())
    found = watcher.crossings(marched.t, marched.x)
    times = [ts.expand(*lead, -1), *(c.t for c in found), marched.t.unsqueeze(-1)]
    smooth = control.kinks is None
    end_state, states = replay(
        method, f, x0, ts, rounds.grid(), done, torch.cat(times, -1), smooth=smooth
    )
    parts = states.split([part.shape[-1] for part in times], -2)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    xs, *at, last = cast(Sequence[Tensor], parts)
    crossings = tuple(
        moving(event, f, crossing.t, x, crossing.count)
        for event, crossing, x in zip(events, found, at, strict=True)
    )
    last = torch.where(done.unsqueeze(-1), end_state, last.squeeze(-2))
    return solution_of(ts, xs, last, marched, crossings)


def find_path(
    method: Method, f: takens.VectorField, x0: Tensor, ts: Tensor, control: Control
) -> Path:
    """Give the continuous solution over `ts: (2,)`."""
    start, end = (t.expand(x0.shape[:-1]) for t in ts.unbind(-1))
    rounds = Rounds()
    with torch.no_grad():
        marched, _ = march(method, f, x0, start, end, control, rounds)
    solution_of(ts, x0.unsqueeze(-2), marched.x, marched, ()).check()
    steps, stages, last = retake(method, f, x0, *rounds.grid(), control.kinks is None)
    t, dt, x = steps
    pieces = method.increments(f, t, x, dt, stages)
    return Path(t, dt, x, pieces, last, x.new_tensor(method.dense))


def solution_of(
    ts: Tensor, xs: Tensor, last: Tensor, marched: Marched, crossings: tuple[Crossings, ...]
) -> Solution:
    """Give a solution that ends at `last: (..., d)` where the loop did."""
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


def trace_adaptive(
    method: Method,
    control: Control,
    f: takens.VectorField,
    x0: Tensor,
    ts: Tensor,
    step: Tensor | None,
) -> Steps:
    """Solve over `ts: (2,)` or `(..., 2)` for `x0: (..., d)` and keep the steps.

    The first one is no longer than `step: (...)`, where one is known.
    """
    lead = x0.shape[:-1]
    start, end = (t.expand(lead) for t in ts.unbind(-1))
    if step is not None:
        step = torch.sign(end - start) * torch.minimum(step.abs(), (end - start).abs())
    rounds = Rounds(whole=True)
    control = attrs.evolve(control, first_step=step)
    marched, _ = march(method, f, x0, start, end, control, rounds)
    solution_of(ts, x0.unsqueeze(-2), marched.x, marched, ()).check()
    return rounds.steps(marched.x, marched.next_step)
