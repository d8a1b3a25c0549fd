"""Solves with adaptive steps, with the discrete adjoint of the steps that were taken."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.codegen.kernels import adaptive_adjoint_source, adaptive_source
from takens_native.runtime.kernel_cache import CachedDynamics, cached, current_values
from takens_native.runtime.memory import result
from takens_native.solves.compiled_solve import (
    by_sample,
    check_state,
    launch,
    parts_of,
    run,
    samples,
    times,
)
from takens_native.tracing.captured import Captured
from takens_native.unsupported import UnsupportedError

# Choosing a step, and saving states between steps, cost far more than a step's arithmetic.
_ADAPTIVE: Final = 50


class _Control(ctypes.Structure):
    _fields_ = [
        *(
            (name, ctypes.c_double)
            for name in ("safety", "smallest", "largest", "alpha", "beta")
        ),
        *((name, ctypes.c_double) for name in ("inverse_order", "rtol", "atol", "max_step")),
        ("max_steps", ctypes.c_long),
        ("evaluations", ctypes.c_long),
    ]


@final
@attrs.frozen(eq=False)
class Adaptive:
    """A request with its kernels; times `ts: (n,)` or `(b, n)` are ``stride`` apart.

    A run fills `statistics: (6, b)`, which are status, times reached, steps, rejected steps,
    component and evaluations, and the last times, `(b,)`.
    """

    request: takens.backend.AdaptiveSolve
    cached: CachedDynamics
    captured: tuple[Captured]
    ts: Tensor
    stride: int
    first_step: Tensor | None
    statistics: Tensor
    time: Tensor

    @property
    def eager(self) -> Callable[[], Tensor] | None:
        """The same solve in eager torch."""
        return self.request.eager

    def forward(self, x0: Tensor, keep: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return states `(n, b, d)`; keep the accepted steps `t, h: (b, m)`, `x: (b, m, d)`."""
        c, method, x = self.request.controller, self.request.method, samples(x0)
        (b, d), n, lanes = x.shape, self.ts.shape[-1], self.cached.lanes(len(x))
        kernel = self.cached.kernel(adaptive_source, lanes, method)
        if keep:
            self.cached.kernel(adaptive_adjoint_source, lanes, method)
        u = current_values(self.captured, x.dtype, c.rtol, c.atol)
        order, evaluations = method.order, method.stages - method.first_same_as_last
        control = _Control(
            c.safety, c.smallest, c.largest, c.alpha / order, c.beta / order, 1 / order, c.rtol,
            c.atol, math.inf if c.max_step is None else c.max_step, c.max_steps, evaluations,
        )  # fmt: skip
        out, room = result((n, b, d), x.dtype)[0], self.cached.room if keep else 0
        # A guess of the steps that a sample takes: one for every other saved time.
        parts = self._parts(b, lanes, max(n / 2, 50) * _ADAPTIVE)
        while True:
            t, h = torch.empty((2, b, room), dtype=torch.float64).unbind()
            states = x.new_empty((b, room, d))
            launch(
                kernel.solve, parts, b, n, self.stride, self.ts, ctypes.byref(control), u, x,
                self.first_step, out, self.statistics, self.time, room, t, h, states,
            )  # fmt: skip
            most = int(self.statistics[2].max()) if keep else 0
            if most <= room:
                return out, (u, t, h, states, self.statistics)
            room = most
            self.cached.room = room + room // 4

    def backward(self, kept: Sequence[Tensor], gout: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(b, d)`, and to the parameters."""
        u, t, h, states, statistics = kept
        (n, b, d), lanes = gout.shape, self.cached.lanes(gout.shape[1])
        reached, count = statistics[1], statistics[2]
        order, gx0 = count.argsort(descending=True), gout.new_empty((b, d))
        kernel = self.cached.kernel(adaptive_adjoint_source, lanes, self.request.method)
        return gx0, launch(
            kernel.adjoint, self._parts(b, lanes, 4 * float(count.max())), b, n, self.stride,
            self.ts, u, gout.contiguous(), order, count, reached, t.shape[1], t, h, states,
            gx0, gradient_of=u,
        )  # fmt: skip

    def arranged(self, out: Tensor) -> Tensor:
        """Return `(..., n, d)`."""
        return by_sample(out, self.request.x0)

    def _parts(self, b: int, lanes: int, steps: float) -> list[tuple[int, int]]:
        def work() -> float:
            return b * steps * self.request.method.stages * self.cached.operations

        return parts_of(b, lanes, work)


def solve_adaptive(request: takens.backend.AdaptiveSolve) -> takens.backend.Compiled:
    """Return states `(..., n, d)` and what became of every sample.

    Raises: UnsupportedError.
    """
    x0, method = request.x0, request.method
    check_state(x0)
    if not method.error or not method.dense:
        raise UnsupportedError("the method has no error estimate, or no dense output")
    ts, stride = times(request.ts)
    known, captured = cached(request.field, x0, True)
    lead, first = x0.shape[:-1], request.controller.first_step
    if first is not None:
        first = torch.as_tensor(first, dtype=torch.float64).detach().abs()
        span = request.ts[..., -1] - request.ts[..., 0]
        first = (first * torch.sign(span)).expand(lead).reshape(-1).contiguous()
    statistics = torch.empty((6, lead.numel()), dtype=torch.int64)
    time = torch.empty(lead.numel(), dtype=torch.float64)
    solve = Adaptive(request, known, (captured,), ts, stride, first, statistics, time)
    x = run(solve, x0)
    # Batches of samples need no other shape, and are asked for most.
    if len(lead) != 1:
        statistics, time = statistics.view(6, *lead), time.view(lead)
    status, reached, steps, rejected, component, evaluations = statistics.unbind()
    solution = takens.backend.Solution(
        ts=request.ts, x=x, status=status, reached=reached, time=time, steps=steps,
        rejected=rejected, evaluations=evaluations, component=component,
    )  # fmt: skip
    return takens.backend.Compiled(solution, known)
