"""The adaptive loop: every sample of a batch with a time and a step size of its own."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.attempt import Attempt, Method
from takens_integrators.events import Event, Watcher
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
    """What steers the step size."""

    rtol: float
    atol: float
    max_steps: int
    first_step: Tensor | None = None


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
    t = start.clone()
    span = end - start
    first = f(t.to(x.dtype), x)
    slope: Tensor | None = first
    dt = control.first_step
    if dt is None:
        dt = _first_step(method, f, t, x, first, span, control)
    status = torch.where(span == 0, Status.DONE, Status.RUNNING).to(torch.int8)
    before = torch.ones_like(t)
    steps = torch.zeros_like(status, dtype=torch.int64)
    rejected, tries = steps, torch.full_like(steps, 2)
    failed_last = torch.zeros_like(status, dtype=torch.bool)
    tiny = 10 * torch.finfo(t.dtype).eps * torch.maximum(start.abs(), end.abs())
    tiny = torch.maximum(tiny, torch.finfo(t.dtype).eps * span.abs())
    worst = x.detach().abs()
    watcher = Watcher(method, f, tuple(events), t, x)
    active = status == Status.RUNNING
    exponent = 1 / method.order
    while bool(active.any()):
        left = end - t
        last = torch.ge(dt.abs(), left.abs() * (1 - 1e-10))
        step = torch.where(active, torch.where(last, left, dt), 0.0)
        trial = method.attempt(f, t.to(x.dtype), x, step, slope)
        ratios = _ratios(x, trial, control)
        norm = _norm(ratios).to(t.dtype)
        norm = torch.where(torch.isnan(norm), torch.inf, norm)
        accepted = (norm <= 1) & active
        taken = torch.where(accepted, step, 0.0)
        if record is not None:
            record(t, taken, x, trial.stages)
        arrived = torch.where(last, end, t + taken)
        done = accepted & last
        if events:
            hit, arrived, state = watcher.look(t, taken, x, trial, arrived, accepted)
            x = torch.where(accepted.unsqueeze(-1), state, x)
            done = done & ~hit
            status = torch.where(hit, Status.EVENT, status)
        else:
            x = torch.where(accepted.unsqueeze(-1), trial.x, x)
        t = torch.where(accepted, arrived, t)
        if slope is not None:
            known = trial.slope
            slope = None if known is None else torch.where(accepted.unsqueeze(-1), known, slope)

        size = norm.clamp_min(1e-10)
        gain = (
            SAFETY * size ** ((0.75 * DAMPING - 1) * exponent) * before ** (DAMPING * exponent)
        )
        gain = torch.where(failed_last, gain.clamp(max=1.0), gain).clamp(SHRINK, GROW)
        loss = (SAFETY * norm**-exponent).clamp(SHRINK, 1.0)
        proposal = torch.mul(step, torch.where(accepted, gain, loss))
        # A step that was cut at the end says little about the next one.
        cut = done & (proposal.abs() < dt.abs())
        dt = torch.where(torch.logical_and(active, ~cut), proposal, dt)
        before = torch.where(accepted, size.clamp_min(1e-4), before)
        failed_last = torch.logical_and(active, ~accepted)

        steps = steps + accepted
        rejected = torch.add(rejected, failed_last)
        tries = tries + active * method.evaluations
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
    first = _rms(ratios[0])
    if len(ratios) == 1:
        return first
    square = first * first
    total = square + 0.01 * _rms(ratios[1]) ** 2
    return torch.where(square == 0, 0.0, square / total.sqrt())


def _rms(x: Tensor) -> Tensor:
    return x.square().mean(-1).sqrt()


def _first_step(
    method: Method,
    f: takens.VectorField,
    t: Tensor,
    x: Tensor,
    slope: Tensor,
    span: Tensor,
    control: Control,
) -> Tensor:
    scale = control.atol + control.rtol * x.abs()
    d0, d1 = _rms(x / scale).to(t.dtype), _rms(slope / scale).to(t.dtype)
    h = torch.where((d0 < 1e-5) | (d1 < 1e-5), 1e-6, 0.01 * d0 / d1)
    h = torch.minimum(torch.nan_to_num(h, nan=1e-6), span.abs())
    direction = torch.sign(span)
    signed = (direction * h).to(x.dtype)
    ahead = f((t + direction * h).to(x.dtype), x + signed.unsqueeze(-1) * slope)
    d2 = _rms((ahead - slope) / scale).to(t.dtype) / h
    steepest = torch.maximum(d1, d2)
    flat = (1e-3 * h).clamp_min(1e-6)
    h1 = torch.where(steepest <= 1e-15, flat, (0.01 / steepest) ** (1 / method.order))
    h1 = torch.nan_to_num(h1, nan=1e-6).clamp_min(1e-12)
    return direction * torch.minimum(torch.minimum(100 * h, h1), span.abs())
