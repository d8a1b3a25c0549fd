"""Growth of tangent vectors along orbits, for Lyapunov exponents."""

from __future__ import annotations

from typing import Any, Final

import torch

import takens
from takens_native.codegen.kernels import growth_by_sample_source, growth_source
from takens_native.runtime.kernel_cache import CachedDynamics, cached, current_values
from takens_native.solves.compiled_solve import check_state, launch, parts_of
from takens_native.unsupported import UnsupportedError

# Up to so many entries, the vectors of a block of samples stay in the nearest cache, and the
# steps of all of them in code of a reasonable length.
_FEW: Final = 32


def solve_tangent_growth(request: takens.backend.TangentGrowth) -> takens.backend.Compiled:
    """Return how tangent vectors grow along orbits.

    Raises: UnsupportedError.
    """
    x0, count, blocks = request.x0, request.count, request.blocks
    check_state(x0)
    d, lead, b = x0.shape[-1], x0.shape[:-1], x0.shape[:-1].numel()
    if not 1 <= count <= d:
        raise UnsupportedError(f"{count} tangent vectors are asked for in {d} dimensions")
    counted = request.steps - request.transient
    if min(request.transient, counted, request.every - 1, blocks - 1) < 0:
        raise UnsupportedError("the numbers of steps make no sense")
    if counted % blocks:
        raise UnsupportedError(f"{counted} steps are not {blocks} equal parts")
    known, captured = cached(request.dynamics, x0, request.method is not None)
    given = torch.eye(d, dtype=x0.dtype)[:, :count]
    if request.vectors is not None:
        given = request.vectors
        if given.shape[-2:] != (d, count) or given.device != x0.device:
            raise UnsupportedError(f"the vectors have the shape {tuple(given.shape)}")
    if torch.is_grad_enabled() and any(
        tensor.requires_grad for tensor in (x0, given, *captured.tensors)
    ):
        raise UnsupportedError("tangent growth has no compiled gradient")
    by_sample = b == 1 or count * d > _FEW
    kernel, lanes = _kernel(known, request.method, count, by_sample)
    # Both are advanced in place.
    x = x0.detach().clone(memory_format=torch.contiguous_format)
    vectors = given.detach().to(x0.dtype).expand(*lead, d, count)
    vectors = vectors.clone(memory_format=torch.contiguous_format)
    sums = torch.empty((*lead, blocks, count), dtype=torch.float64)
    u = current_values((captured,), x0.dtype, request.dt)

    def work() -> float:
        stages = request.method.stages if request.method else 1
        return float(b * request.steps * (count + 1) * stages * known.operations)

    launch(
        kernel.solve, parts_of(b, lanes, work), request.steps, request.every,
        request.transient, blocks, float(request.t0), float(request.dt), u, vectors, x, sums,
    )  # fmt: skip
    growth = takens.backend.TangentGrowthResult(sums=sums, x=x, vectors=vectors)
    return takens.backend.Compiled(growth, (known, count, by_sample))


def _kernel(
    known: CachedDynamics, method: takens.plugin.Tableau | None, count: int, by_sample: bool
) -> tuple[Any, int]:
    """Return the kernel, and how many samples advance together.

    The vectors of one sample are the lanes, or the samples are.
    """
    if not by_sample:
        lanes = known.lanes(2)
        return known.kernel(growth_source, lanes, method, count), lanes
    # Whole registers of 64 bytes, or half of one.
    whole = 16 if known.single else 8
    width = whole // 2 if count <= whole // 2 else -(-count // whole) * whole
    return known.kernel(growth_by_sample_source, width, method, count), 1
