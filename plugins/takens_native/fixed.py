"""Solves with fixed steps, and iterated maps, with their discrete adjoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.calls import (
    bind,
    by_sample,
    check,
    long,
    needs_gradient,
    pointer,
    refuse_state,
    run,
    samples,
    shares,
)
from takens_native.family import Family, family, parameters
from takens_native.kernels import adjoint_source, fixed_source
from takens_native.leaves import Leaves, unpack
from takens_native.memory import result
from takens_native.refusal import Refusal
from takens_native.writer import LANES

_CALLS: Final = {
    "fixed": ("solve", (*[long] * 6, *[pointer] * 4)),
    "adjoint": ("adjoint", (*[long] * 5, *[pointer] * 6)),
}


@final
@attrs.frozen(eq=False)
class Solve:
    """One question, ready to be answered: `ts: (n,)` or `(b, n)` in float64."""

    family: Family
    leaves: Leaves
    function: Any
    method: takens.plugin.Tableau | None
    ts: Tensor
    substeps: int
    eager: Callable[[], Tensor] | None

    def forward(self, x0: Tensor, u: Tensor) -> Tensor:
        """Return `(n, b, d)` for `x0: (b, d)` and the parameters `u`."""
        (b, d), n = x0.shape, self.ts.shape[-1]
        solve = self._function("fixed", b)
        out, again = result((n, b, d), x0.dtype)
        stride, substeps = self._stride, self.substeps
        x, o, t, p = x0.data_ptr(), out.data_ptr(), self.ts.data_ptr(), u.data_ptr()
        parts = self._shares(b, 1)
        if len(parts) == 1:
            check(solve(b, b, n, substeps, stride, again, t, p, x, o))
            return out
        size = x0.element_size()

        def task(start: int, stop: int) -> int:
            return solve(
                stop - start, b, n, substeps, stride, again, t + start * stride * 8, p,
                x + start * d * size, o + start * d * size,
            )  # fmt: skip

        run(parts, task)
        return out

    def backward(self, out: Tensor, gout: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(b, d)`, and to the parameters."""
        n, b, d = out.shape
        adjoint = self._function("adjoint", b)
        gx0, parts = out.new_empty((b, d)), self._shares(b, 4)
        gu = u.new_zeros((len(parts), u.numel()))
        size, stride = out.element_size(), self._stride
        o, g, x = out.data_ptr(), gout.data_ptr(), gx0.data_ptr()
        t, p, q = self.ts.data_ptr(), u.data_ptr(), gu.data_ptr()
        if len(parts) == 1:
            check(adjoint(b, b, n, self.substeps, stride, t, p, o, g, x, q))
            return gx0, gu[0]
        rows = {start: q + i * u.numel() * size for i, (start, _) in enumerate(parts)}

        def task(start: int, stop: int) -> int:
            return adjoint(
                stop - start, b, n, self.substeps, stride, t + start * stride * 8, p,
                o + start * d * size, g + start * d * size, x + start * d * size, rows[start],
            )  # fmt: skip

        run(parts, task)
        return gx0, gu.sum(0)

    @property
    def _stride(self) -> int:
        return 0 if self.ts.ndim == 1 else self.ts.shape[-1]

    def _function(self, kind: str, b: int) -> Callable[..., int]:
        key = (kind, self.method, b > 1)
        known = self.family.functions.get(key)
        if known is not None:
            return known
        write = fixed_source if kind == "fixed" else adjoint_source
        dynamics, method = self.family.dynamics, self.method
        library = self.family.kernel(key[:2], b > 1, lambda s: write(dynamics, method, s))
        name, types = _CALLS[kind]
        made = self.family.functions[key] = bind(library, name, *types)
        return made

    def _shares(self, b: int, passes: int) -> list[tuple[int, int]]:
        if b == 1:
            return [(0, 1)]
        stages = self.method.stages if self.method else 1
        operations = len(self.family.dynamics.value) * 8 + self.family.dynamics.parameters
        work = passes * b * (self.ts.shape[-1] - 1) * self.substeps * stages * operations
        return shares(b, work, LANES[self.family.single])


def answer_fixed(
    question: takens.backend.FixedStepSolve | takens.backend.MapIteration,
) -> takens.backend.Compiled:
    """Answer with `(..., n, d)`.

    Raises: Refusal.
    """
    x0 = question.x0
    refuse_state(x0)
    if isinstance(question, takens.backend.MapIteration):
        function, method = question.map, None
        n = question.steps // question.every + 1
        ts, substeps = torch.arange(n, dtype=torch.float64), question.every
    else:
        function, method = question.field, question.method
        ts, substeps = question.ts, question.substeps
    if ts.requires_grad:
        raise Refusal("the times need a gradient")
    found, numbers = family(function, x0, method is not None)
    if ts.ndim > 1:
        ts = ts.reshape(-1, ts.shape[-1])
    if ts.dtype != torch.float64 or not ts.is_contiguous():
        ts = ts.to(torch.float64).contiguous()
    solve = Solve(found, numbers, function, method, ts, substeps, question.eager)
    gradient = needs_gradient(x0, numbers)
    if gradient:
        apply = cast(Callable[..., Tensor], _Solve.apply)
        out = apply(solve, x0, *numbers.tensors)
    else:
        out = solve.forward(samples(x0), parameters(numbers, x0.dtype))
    return takens.backend.Compiled(by_sample(out, x0), found)


class _Solve(torch.autograd.Function):
    """The derivative of the steps that were taken."""

    @staticmethod
    def forward(ctx: Any, solve: Solve, x0: Tensor, *tensors: Tensor) -> Tensor:
        u = parameters(solve.leaves, x0.dtype)
        out = solve.forward(samples(x0), u)
        ctx.solve = solve
        ctx.save_for_backward(x0, u, out, *tensors)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        solve: Solve = ctx.solve
        x0, u, out, *tensors = ctx.saved_tensors
        if torch.is_grad_enabled():
            return None, *again(solve.eager, grads[0].movedim(0, 1), (x0, *tensors))
        gx0, gu = solve.backward(out, grads[0].contiguous(), u)
        return None, gx0.view(x0.shape), *unpack(solve.leaves, gu)


def again(
    eager: Callable[[], Tensor] | None, gout: Tensor, wanted: tuple[Tensor, ...]
) -> tuple[Tensor | None, ...]:
    """Return gradients that can be differentiated once more, from the solve in eager torch."""
    if eager is None:
        raise takens.InputError(
            "Second derivatives of this solve need the eager integrator; ask for "
            "backend='eager'."
        )
    out = eager()
    needed = [tensor for tensor in wanted if tensor.requires_grad]
    grads = iter(
        torch.autograd.grad(
            out, needed, gout.reshape(out.shape), create_graph=True, allow_unused=True
        )
    )
    return tuple(next(grads) if tensor.requires_grad else None for tensor in wanted)
