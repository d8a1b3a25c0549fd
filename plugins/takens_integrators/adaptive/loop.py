"""The adaptive loop: every sample of a batch with a time and a step size of its own.

What belongs to one sample, rows that act on one another, has one and the same.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from takens.backend import Solution, Status, StepController
from takens.plugin import VectorField
from takens_integrators.adaptive.controller import StepSizes, first_step
from takens_integrators.adaptive.discontinuities import StepBounds
from takens_integrators.adaptive.events import Event, EventFinder
from takens_integrators.adaptive.recorder import Recorder
from takens_integrators.step_method import StepMethod
from takens_integrators.under_transforms import any_of


def adaptive_loop(
    method: StepMethod,
    f: VectorField,
    x: Tensor,
    ts: Tensor,
    controller: StepController,
    recorder: Recorder,
    events: Sequence[Event] = (),
    jumps: Tensor | None = None,
    joined: int = 0,
) -> Solution:
    """Go from the first of `ts: (n,)` or `(..., n)` to the last, from `x: (..., d)`.

    The last ``joined`` dimensions of `(...)` are one sample. The solution is that at its end;
    the recorder is told of all steps. The field is a constant to derivatives, also where it
    depends on what has one.
    """
    start, end = (ts[..., i].detach().expand(x.shape[:-1]) for i in (0, -1))
    bounds = StepBounds(jumps, start, end, x.dtype, controller.max_step)
    t, x = bounds.begin(start), x.detach()
    slope: Tensor | None = f(t.to(x.dtype), x).detach()
    first = first_step(controller, method.order, f, t, x, slope, end - start, joined)
    sizes = StepSizes(controller, method.order, first, x, joined)
    finder = EventFinder(method, f, events, t, x, joined)
    status = torch.where(start == end, Status.DONE, Status.RUNNING)
    steps = rejected = torch.zeros_like(status)
    evaluations = torch.full_like(status, 2)
    while any_of(active := status == Status.RUNNING):
        step = torch.where(active, bounds.cut(t, sizes.dt), 0.0)
        trial = method.step(f, t.to(x.dtype), x, step, slope).detach()
        accepted = sizes.tolerates(x, trial, active)
        taken = torch.where(accepted, step, 0.0)
        recorder.record(t, taken, x, trial.stages)
        arrived, state = bounds.arrive(t + taken), trial.x
        status = torch.where(accepted & bounds.last, Status.DONE, status)
        if events:
            ended, arrived, state = finder.look(t, taken, x, trial, arrived, accepted)
            status = torch.where(ended, Status.EVENT, status)
        t = torch.where(accepted, arrived, t)
        x = torch.where(accepted.unsqueeze(-1), state, x)
        if slope is not None:
            known = trial.slope
            slope = None if known is None else torch.where(accepted.unsqueeze(-1), known, slope)
            crossed = accepted & bounds.jumped
            if jumps is not None and any_of(crossed):
                slope = f(t.to(x.dtype), x).detach()
                evaluations = evaluations + crossed
        sizes.adapt(step, accepted, active)
        steps, rejected = steps + accepted, rejected + sizes.rejected
        evaluations = torch.add(evaluations, active, alpha=method.evaluations)
        # Accepted steps may shrink below what the time can resolve, as before a pole.
        short = sizes.dt.abs() <= bounds.shortest(t)
        stuck = (status == Status.RUNNING) & short
        status = torch.where(stuck, sizes.failure(), status)
        spent = (status == Status.RUNNING) & (steps + rejected >= controller.max_steps)
        status = torch.where(spent, Status.MAX_STEPS, status)
    recorder.close(sizes.dt)
    return Solution(
        ts=end.unsqueeze(-1), x=x.unsqueeze(-2), status=status,
        reached=(status == Status.DONE).long(), time=t, steps=steps,
        rejected=rejected, evaluations=evaluations, component=sizes.component(),
        crossings=finder.crossings(t, x),
    )  # fmt: skip
