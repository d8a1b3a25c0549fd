"""Solves with adaptive steps, with the discrete adjoint of the steps that were taken."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.calls import (
    bind,
    by_sample,
    long,
    needs_gradient,
    pointer,
    refuse_state,
    run,
    samples,
    shares,
)
from takens_native.family import Family, family, parameters
from takens_native.fixed import again
from takens_native.kernels import adaptive_adjoint_source, adaptive_source
from takens_native.leaves import Leaves, unpack
from takens_native.memory import result
from takens_native.refusal import Refusal
from takens_native.writer import LANES

_CALLS: Final = {
    "adaptive": (*[long] * 4, *[pointer] * 13, long, *[pointer] * 3),
    "adaptive_adjoint": (*[long] * 4, *[pointer] * 6, long, *[pointer] * 5),
}
# Choosing a step, and saving states between steps, cost far more than a step's arithmetic.
_ADAPTIVE: Final = 50


class _Control(ctypes.Structure):
    _fields_ = [
        *(
            (name, ctypes.c_double)
            for name in ("safety", "smallest", "largest", "alpha", "beta")
        ),
        *((name, ctypes.c_double) for name in ("inverse_order", "rtol", "atol")),
        ("max_steps", ctypes.c_long),
        ("evaluations", ctypes.c_long),
    ]


@final
@attrs.frozen(eq=False)
class Steps:
    """The accepted steps of every sample: `t, h: (b, m)`, `x: (b, m, d)`, `count: (b,)`."""

    t: Tensor
    h: Tensor
    x: Tensor
    count: Tensor
    reached: Tensor


@final
@attrs.frozen(eq=False)
class Reached:
    """States `x: (n, b, d)`, last times `(b,)` and the other `numbers: (6, b)` of an answer.

    The numbers are status, times reached, steps, rejected steps, component and evaluations.
    """

    x: Tensor
    numbers: Tensor
    time: Tensor


@final
@attrs.frozen(eq=False)
class Adaptive:
    """One question, ready to be answered: `ts: (n,)` or `(b, n)` in float64."""

    family: Family
    leaves: Leaves
    question: takens.backend.AdaptiveSolve
    ts: Tensor
    first_step: Tensor | None

    def numbers(self, dtype: torch.dtype) -> Tensor:
        """Return the parameters of the day, and the tolerances."""
        controller = self.question.controller
        return parameters(self.leaves, dtype, controller.rtol, controller.atol)

    def forward(self, x0: Tensor, u: Tensor) -> Reached:
        """Solve from `x0: (b, d)`, and keep nothing but what was asked for."""
        return self._run(x0, u, None)

    def forward_with_steps(self, x0: Tensor, u: Tensor) -> tuple[Reached, Steps]:
        """Solve from `x0: (b, d)`, and keep the accepted steps."""
        (b, d), room = x0.shape, self.family.room
        while True:
            t, h = torch.empty((2, b, room), dtype=torch.float64).unbind()
            kept = (t, h, x0.new_empty((b, room, d)))
            made = self._run(x0, u, kept)
            accepted = made.numbers[2]
            most = int(accepted.max())
            if most <= room:
                return made, Steps(*kept, accepted, made.numbers[1])
            room = most
            self.family.room = room + room // 4

    def _run(
        self, x0: Tensor, u: Tensor, kept: tuple[Tensor, Tensor, Tensor] | None
    ) -> Reached:
        (b, d), n = x0.shape, self.ts.shape[-1]
        made = Reached(
            result((n, b, d), x0.dtype)[0],
            torch.empty((6, b), dtype=torch.int64),
            torch.empty((b,), dtype=torch.float64),
        )
        method, dynamics = self.question.method, self.family.dynamics
        solve = self._function("adaptive", b)
        room = kept[0].shape[1] if kept else 0
        kept_t, kept_h, kept_x = (part.data_ptr() for part in kept) if kept else (0, 0, 0)
        c, order = self.question.controller, method.order
        control = _Control(
            c.safety, c.smallest, c.largest, c.alpha / order, c.beta / order, 1 / order, c.rtol,
            c.atol, c.max_steps, method.stages - method.first_same_as_last,
        )  # fmt: skip
        size, stride = x0.element_size(), 0 if self.ts.ndim == 1 else n
        first = 0 if self.first_step is None else self.first_step.data_ptr()
        c_, u_, x_, o_ = (
            ctypes.addressof(control),
            u.data_ptr(),
            x0.data_ptr(),
            made.x.data_ptr(),
        )
        ts, times, numbers = self.ts.data_ptr(), made.time.data_ptr(), made.numbers.data_ptr()

        def task(start: int, stop: int) -> int:
            status, reached, accepted, rejected, component, evaluations = (
                numbers + (row * b + start) * 8 for row in range(6)
            )
            return solve(
                stop - start, b, n, stride, ts + start * stride * 8, c_,
                u_, x_ + start * d * size, first and first + start * 8, o_ + start * d * size,
                status, reached, times + start * 8, accepted, rejected, component, evaluations,
                room, kept_t + start * room * 8, kept_h + start * room * 8,
                kept_x + start * room * d * size,
            )  # fmt: skip

        # A guess of the steps that a sample takes: one for every other saved time.
        operations = method.stages * (8 * d + dynamics.parameters)
        work = b * max(n / 2, 50) * operations * _ADAPTIVE
        run(shares(b, work, LANES[self.family.single]), task)
        return made

    def _function(self, kind: str, b: int) -> Callable[..., int]:
        method, dynamics = self.question.method, self.family.dynamics
        key = (kind, method, b > 1)
        known = self.family.functions.get(key)
        if known is not None:
            return known
        write = adaptive_source if kind == "adaptive" else adaptive_adjoint_source
        library = self.family.kernel(key[:2], b > 1, lambda s: write(dynamics, method, s))
        made = self.family.functions[key] = bind(library, kind, *_CALLS[kind])
        return made

    def backward(self, steps: Steps, gout: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(b, d)`, and to the parameters."""
        n, b, d = gout.shape
        method, dynamics = self.question.method, self.family.dynamics
        pull = self._function("adaptive_adjoint", b)
        count = steps.count.clamp(max=steps.t.shape[1])
        order = count.argsort(descending=True)
        operations = method.stages * (8 * d + dynamics.parameters)
        work = 4 * b * float(count.max()) * operations
        parts = shares(b, work, LANES[self.family.single])
        gx0, gu = gout.new_empty((b, d)), u.new_zeros((len(parts), u.numel()))
        stride = 0 if self.ts.ndim == 1 else n
        rows = {start: row for row, (start, _) in zip(gu, parts, strict=True)}

        def task(start: int, stop: int) -> int:
            return pull(
                stop - start, b, n, stride, self.ts.data_ptr(), u.data_ptr(), gout.data_ptr(),
                order.data_ptr() + start * 8, count.data_ptr(), steps.reached.data_ptr(),
                steps.t.shape[1], steps.t.data_ptr(), steps.h.data_ptr(), steps.x.data_ptr(),
                gx0.data_ptr(), rows[start].data_ptr(),
            )  # fmt: skip

        run(parts, task)
        return gx0, gu.sum(0)


def answer_adaptive(question: takens.backend.AdaptiveSolve) -> takens.backend.Compiled:
    """Answer with states `(..., n, d)` and what became of every sample.

    Raises: Refusal.
    """
    x0, ts, method = question.x0, question.ts, question.method
    refuse_state(x0)
    if not method.error or not method.dense:
        raise Refusal("the method has no error estimate, or no dense output")
    if ts.requires_grad:
        raise Refusal("the times need a gradient")
    found, numbers = family(question.field, x0, True)
    if ts.ndim > 1:
        ts = ts.reshape(-1, ts.shape[-1])
    if ts.dtype != torch.float64 or not ts.is_contiguous():
        ts = ts.to(torch.float64).contiguous()
    lead, first = x0.shape[:-1], question.controller.first_step
    if first is not None:
        first = torch.as_tensor(first, dtype=torch.float64).detach().abs()
        first = (first * torch.sign(ts[..., -1] - ts[..., 0])).expand(lead)
        first = first.reshape(-1).contiguous()
    solve = Adaptive(found, numbers, question, ts, first)
    gradient = needs_gradient(x0, numbers)
    if gradient:
        box: list[Reached] = []
        apply = cast(Callable[..., Tensor], _Solve.apply)
        x = apply(solve, box, x0, *numbers.tensors)
        made = box[0]
    else:
        made = solve.forward(samples(x0), solve.numbers(x0.dtype))
        x = made.x
    # Batches of samples need no other shape, and are asked for most.
    own = (
        made
        if len(lead) == 1
        else attrs.evolve(made, numbers=made.numbers.view(6, *lead), time=made.time.view(lead))
    )
    status, reached, steps, rejected, component, evaluations = own.numbers.unbind()
    solution = takens.backend.Solution(
        ts=question.ts, x=by_sample(x, x0), status=status, reached=reached, time=own.time,
        steps=steps, rejected=rejected, evaluations=evaluations, component=component,
    )  # fmt: skip
    return takens.backend.Compiled(solution, found)


class _Solve(torch.autograd.Function):
    """The derivative of the steps that were taken; choosing them is no part of it."""

    @staticmethod
    def forward(
        ctx: Any, solve: Adaptive, box: list[Reached], x0: Tensor, *tensors: Tensor
    ) -> Tensor:
        u = solve.numbers(x0.dtype)
        made, steps = solve.forward_with_steps(samples(x0), u)
        box.append(made)
        ctx.solve, ctx.steps = solve, steps
        ctx.save_for_backward(x0, u, *tensors)
        return made.x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        solve: Adaptive = ctx.solve
        x0, u, *tensors = ctx.saved_tensors
        if torch.is_grad_enabled():
            eager: Callable[[], Tensor] | None = solve.question.eager
            gout = grads[0].movedim(0, 1)
            return None, None, *again(eager, gout, (x0, *tensors))
        gx0, gu = solve.backward(ctx.steps, grads[0].contiguous(), u)
        return None, None, gx0.view(x0.shape), *unpack(solve.leaves, gu)
