"""The adaptive loop: every sample of a batch with a time and a step size of its own."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.attempt import Attempt, Method
from takens_integrators.events import Event, Watcher
from takens_integrators.first_step import first_step, root_mean_square
from takens_integrators.kinks import stops_between
from takens_integrators.looking import anywhere
from takens_integrators.solution import Status

SAFETY: Final = 0.9
SHRINK: Final = 0.2
GROW: Final = 10.0
DAMPING: Final = 0.2
"""Weight of the error before in the next step size, over the order (PI control)."""

Record: TypeAlias = Callable[[Tensor, Tensor, Tensor, list[Tensor]], None]
"""Is told of every round: `t, dt: (...)` and `x: (..., d)` at its start, and the stages.

`dt` is zero for samples whose step was rejected or that are done."""


@final
@attrs.frozen(kw_only=True)
class Control:
    """What steers the step size; steps end at the `kinks: (k,)`."""

    rtol: float
    atol: float
    max_steps: int
    first_step: Tensor | None = None
    kinks: Tensor | None = None


@final
@attrs.frozen(eq=False)
class Marched:
    """How the loop ended for each sample, `(...)`, at `x: (..., d)`.

    ``next_step`` is the step size that would have come next.
    """

    t: Tensor
    x: Tensor
    status: Tensor
    steps: Tensor
    rejected: Tensor
    evaluations: Tensor
    component: Tensor
    next_step: Tensor


def march(
    method: Method,
    f: takens.VectorField,
    x: Tensor,
    start: Tensor,
    end: Tensor,
    control: Control,
    record: Record | None = None,
    events: Sequence[Event] = (),
) -> tuple[Marched, Watcher]:
    """Go from `start` to `end: (...)`, forward or backward, for `x: (..., d)`.

    Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, 2nd
    edition, sections II.4 (error norm, first step) and IV.2 of volume II (PI control).
    """
    stops = stops_between(control.kinks, start, end, x.dtype)
    t, x = start.clone() if stops is None else stops.begin(start), x.detach()
    span = end - start
    first = f(t.to(x.dtype), x).detach()
    slope: Tensor | None = first
    dt = control.first_step
    if dt is None:
        dt = first_step(method, f, t, x, first, span, control.rtol, control.atol)
    status = torch.where(span == 0, Status.DONE, Status.RUNNING).to(torch.int8)
    before = torch.ones_like(t)
    steps = torch.zeros_like(status, dtype=torch.int64)
    rejected, tries = steps, torch.full_like(steps, 2)
    failed_last = stopped = torch.zeros_like(status, dtype=torch.bool)
    tiny = 10 * torch.finfo(t.dtype).eps * torch.maximum(start.abs(), end.abs())
    tiny = torch.maximum(tiny, torch.finfo(t.dtype).eps * span.abs())
    worst = x.detach().abs()
    watcher = Watcher(method, f, tuple(events), t, x)
    active = status == Status.RUNNING
    exponent = 1 / method.order
    while anywhere(active):
        left = end - t
        last = torch.ge(dt.abs(), left.abs() * (1 - 1e-10))
        step = torch.where(last, left, dt)
        if stops is not None:
            room = torch.as_tensor(stops.ahead(t))
            stopped = torch.ge(step.abs(), room * (1 - 1e-10))
            step = torch.where(stopped, stops.sign * room, step)
            beyond = torch.ge((stops.across(t + step) - end) * stops.sign, 0)
            last = torch.where(stopped, beyond, last)
        step = torch.where(active, step, 0.0)
        # Constant for every derivative, also where the field depends on what has one.
        trial = method.attempt(f, t.to(x.dtype), x, step, slope).detach()
        ratios = _ratios(x, trial, control)
        norm = _norm(ratios).to(t.dtype)
        norm = torch.where(torch.isnan(norm), torch.inf, norm)
        accepted = (norm <= 1) & active
        taken = torch.where(accepted, step, 0.0)
        if record is not None:
            record(t, taken, x, trial.stages)
        arrived = t + taken
        if stops is not None:
            arrived = torch.where(stopped, stops.across(arrived), arrived)
        arrived = torch.where(last, end, arrived)
        done = accepted & last
        if events:
            hit, arrived, state = watcher.look(t, taken, x, trial, arrived, accepted)
            arrived = arrived.detach()
            x = torch.where(accepted.unsqueeze(-1), state.detach(), x)
            done = done & ~hit
            status = torch.where(hit, Status.EVENT, status)
        else:
            x = torch.where(accepted.unsqueeze(-1), trial.x, x)
        t = torch.where(accepted, arrived, t)
        if slope is not None:
            known = trial.slope
            slope = None if known is None else torch.where(accepted.unsqueeze(-1), known, slope)
            if stops is not None and anywhere(torch.logical_and(stopped, accepted)):
                slope = f(t.to(x.dtype), x).detach()
                tries = torch.add(tries, torch.logical_and(stopped, accepted))

        size = norm.clamp_min(1e-10)
        gain = (
            SAFETY * size ** ((0.75 * DAMPING - 1) * exponent) * before ** (DAMPING * exponent)
        )
        gain = torch.where(failed_last, gain.clamp(max=1.0), gain).clamp(SHRINK, GROW)
        loss = (SAFETY * norm**-exponent).clamp(SHRINK, 1.0)
        proposal = torch.mul(step, torch.where(accepted, gain, loss))
        # A step that was cut at the end or a kink says little about the next one.
        cut = accepted & (step.abs() < dt.abs()) & (proposal.abs() < dt.abs())
        dt = torch.where(torch.logical_and(active, ~cut), proposal, dt)
        before = torch.where(accepted, size.clamp_min(1e-4), before)
        failed_last = torch.logical_and(active, ~accepted)

        steps = steps + accepted
        rejected = torch.add(rejected, failed_last)
        tries = torch.add(tries, active, alpha=method.evaluations)
        worst = torch.where(active.unsqueeze(-1), ratios[0], worst)
        status = torch.where(done, Status.DONE, status)
        # Accepted steps may shrink below what the time can resolve, as before a pole.
        stuck = active & ~done & (dt.abs() <= tiny)
        broken = torch.where(torch.isinf(norm), Status.NOT_FINITE, Status.UNDERFLOW)
        status = torch.where(stuck & (status == Status.RUNNING), broken, status)
        status = status.to(torch.int8)
        active = status == Status.RUNNING
        spent = torch.logical_and(active, steps + rejected >= control.max_steps)
        status = torch.where(spent, Status.MAX_STEPS, status).to(torch.int8)
        active = torch.logical_and(active, ~spent)
    component = torch.nan_to_num(worst, nan=torch.inf).argmax(-1)
    return Marched(t, x, status, steps, rejected, tries, component, dt), watcher


def _ratios(x: Tensor, trial: Attempt, control: Control) -> list[Tensor]:
    """Give the estimated errors in units of what is tolerated, `(..., d)` each."""
    scale = torch.maximum(x.abs(), trial.x.abs()).mul(control.rtol).add(control.atol)
    return [error.abs() / scale for error in trial.errors]


def _norm(ratios: list[Tensor]) -> Tensor:
    """Give the root mean square over the state; a second estimate damps the first."""
    first = root_mean_square(ratios[0])
    if len(ratios) == 1:
        return first
    square = first * first
    total = square + 0.01 * root_mean_square(ratios[1]) ** 2
    return torch.where(square == 0, 0.0, square / total.sqrt())
