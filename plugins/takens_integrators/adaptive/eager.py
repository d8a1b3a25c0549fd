"""Solves whose steps follow from tolerances, in plain torch."""

from collections.abc import Sequence
from typing import cast, final

import attrs
import torch
from torch import Tensor

from takens.backend import Solution, Status, StepController
from takens.plugin import VectorField
from takens_integrators.adaptive.differentiable_steps import (
    differentiable_states,
    differentiable_steps,
)
from takens_integrators.adaptive.events import Event, differentiable_crossings
from takens_integrators.adaptive.loop import adaptive_loop
from takens_integrators.adaptive.path import Path
from takens_integrators.adaptive.recorder import Recorder, StateRecorder, StepRecorder
from takens_integrators.gradients.adjoint import Steps
from takens_integrators.step_method import StepMethod
from takens_integrators.under_transforms import is_constant


@final
@attrs.frozen(eq=False)
class EagerSolver:
    """A method for one field, which jumps at `jumps: (k,)`, with what chooses its steps.

    The last ``joined`` dimensions of a batch `(...)` are one sample.

    The loop that chooses the steps takes no part in gradients; where one is asked for, the
    chosen steps are taken once more.
    """

    method: StepMethod
    controller: StepController
    jumps: Tensor | None = None
    joined: int = 0

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, events: Sequence[Event] = ()
    ) -> Solution:
        """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`, and statistics.

        Each sample has its own steps, so that its answer does not depend on its batch.
        """
        start = ts[..., 0].detach().expand(x0.shape[:-1]).to(x0.dtype)
        wanted = (f(start, x0), *(event.function(start, x0) for event in events))
        if all(is_constant(tensor) for tensor in (x0, ts, *wanted)):
            states = StateRecorder(self.method, f, x0, ts)
            end = self._loop(f, x0, ts, states, events)
            return _at(ts, states.xs, end.x, end)
        steps = StepRecorder()
        end = self._loop(f, x0, ts, steps, events)
        if not steps.rounds:
            return attrs.evolve(_at(ts, x0.unsqueeze(-2), x0.unsqueeze(-2), end), crossings=())
        found, done = end.crossings, end.status == Status.DONE
        times = [ts.expand(*x0.shape[:-1], -1), *(c.t for c in found), end.time.unsqueeze(-1)]
        last, states = differentiable_states(
            self.method, f, x0, ts, steps.grid(), done, torch.cat(times, -1),
            smooth=self.jumps is None,
        )  # fmt: skip
        parts = states.split([part.shape[-1] for part in times], -2)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        xs, *at, before = cast(Sequence[Tensor], parts)
        crossings = tuple(
            differentiable_crossings(event, f, crossing.t, x, crossing.count, self.joined)
            for event, crossing, x in zip(events, found, at, strict=True)
        )
        last = torch.where(done[..., None, None], last.unsqueeze(-2), before)
        return attrs.evolve(_at(ts, xs, last, end), crossings=crossings)

    def path(self, f: VectorField, x0: Tensor, ts: Tensor) -> Path:
        """Return the continuous solution over `ts: (2,)`.

        Raises: IntegrationError where a sample does not reach the end.
        """
        recorder = StepRecorder()
        self._loop(f, x0, ts, recorder).check()
        steps, stages, last = differentiable_steps(
            self.method, f, x0, *recorder.grid(), self.jumps is None
        )
        t, dt, x = steps
        pieces = self.method.increments(f, t, x, dt, stages)
        return Path(t, dt, x, pieces, last, x.new_tensor(self.method.dense))

    def steps(self, f: VectorField, x0: Tensor, ts: Tensor, first_step: Tensor | None) -> Steps:
        """Solve over `ts: (2,)` or `(..., 2)` for `x0: (..., d)` and return the steps.

        The first one is no longer than `first_step: (...)`, where one is known.

        Raises: IntegrationError where a sample does not reach the end.
        """
        recorder = StepRecorder(whole=True)
        own = self
        if first_step is not None:
            controller = attrs.evolve(self.controller, first_step=first_step)
            own = attrs.evolve(self, controller=controller)
        end = own._loop(f, x0, ts, recorder)
        end.check()
        return recorder.steps(end.x[..., 0, :])

    def _loop(
        self,
        f: VectorField,
        x0: Tensor,
        ts: Tensor,
        recorder: Recorder,
        events: Sequence[Event] = (),
    ) -> Solution:
        with torch.no_grad():
            return adaptive_loop(
                self.method,
                f,
                x0,
                ts,
                self.controller,
                recorder,
                events,
                self.jumps,
                self.joined,
            )


def _at(ts: Tensor, xs: Tensor, last: Tensor, end: Solution) -> Solution:
    """Return a solution with states `xs: (..., n, d)`, and `last: (..., 1, d)` at its end."""
    times, sign = ts.detach(), torch.sign(ts.detach()[..., -1:] - ts.detach()[..., :1])
    reached = times * sign <= end.time.detach().unsqueeze(-1) * sign
    inside = reached.clone()
    inside[..., -1] = False
    # The end is a state of the loop itself, not of its continuous solution.
    xs = torch.where(inside.unsqueeze(-1), xs, last)
    return attrs.evolve(end, ts=ts, x=xs, reached=reached.sum(-1))
