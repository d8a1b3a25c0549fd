"""Solves with fixed steps, and iterated maps, with their discrete adjoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.codegen.kernels import adjoint_source, fixed_source
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


@final
@attrs.frozen(eq=False)
class Fixed:
    """A request with its kernels; times `ts: (n,)` or `(b, n)` are ``stride`` apart."""

    cached: CachedDynamics
    captured: tuple[Captured]
    method: takens.plugin.Tableau | None
    x0: Tensor
    ts: Tensor
    stride: int
    substeps: int
    eager: Callable[[], Tensor] | None

    def forward(self, x0: Tensor, keep: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return states `(n, b, d)`; keep them with the parameters."""
        x, u = samples(x0), current_values(self.captured, x0.dtype)
        (b, d), n, lanes = x.shape, self.ts.shape[-1], self.cached.lanes(len(x))
        kernel = self.cached.kernel(fixed_source, lanes, self.method)
        if keep:
            self.cached.kernel(adjoint_source, lanes, self.method)
        out, again = result((n, b, d), x.dtype)
        launch(
            kernel.solve, self._parts(b, lanes, 1), b, n, self.substeps, self.stride,
            int(again), self.ts, u, x, out,
        )  # fmt: skip
        return out, (u, out)

    def backward(self, kept: Sequence[Tensor], gout: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(b, d)`, and to the parameters."""
        u, out = kept
        (n, b, d), lanes = out.shape, self.cached.lanes(out.shape[1])
        kernel = self.cached.kernel(adjoint_source, lanes, self.method)
        gx0 = out.new_empty((b, d))
        return gx0, launch(
            kernel.adjoint, self._parts(b, lanes, 4), b, n, self.substeps, self.stride, self.ts,
            u, out, gout.contiguous(), gx0, gradient_of=u,
        )  # fmt: skip

    def arranged(self, out: Tensor) -> Tensor:
        """Return `(..., n, d)`."""
        return by_sample(out, self.x0)

    def _parts(self, b: int, lanes: int, passes: int) -> list[tuple[int, int]]:
        def work() -> float:
            stages = self.method.stages if self.method else 1
            steps = (self.ts.shape[-1] - 1) * self.substeps
            return passes * b * steps * stages * self.cached.operations

        return parts_of(b, lanes, work)


def solve_fixed(
    request: takens.backend.FixedStepSolve | takens.backend.MapIteration,
) -> takens.backend.Compiled:
    """Return `(..., n, d)`.

    Raises: UnsupportedError.
    """
    check_state(request.x0)
    if isinstance(request, takens.backend.MapIteration):
        function, method, substeps = request.map, None, request.every
        ts = torch.arange(request.steps // substeps + 1, dtype=torch.float64)
    else:
        function, method, substeps = request.field, request.method, request.substeps
        ts = request.ts
    ts, stride = times(ts)
    known, captured = cached(function, request.x0, method is not None)
    solve = Fixed(known, (captured,), method, request.x0, ts, stride, substeps, request.eager)
    return takens.backend.Compiled(run(solve, request.x0), known)
