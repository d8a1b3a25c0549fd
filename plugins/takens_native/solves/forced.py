"""Runs of maps into whose states data are written, with their gradients."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.codegen.forced_kernel import forced_source
from takens_native.codegen.products import register_bytes
from takens_native.runtime.kernel_cache import CachedDynamics, cached, current_values
from takens_native.solves.compiled_solve import check_state, launch, parts_of, run
from takens_native.tracing.captured import Captured
from takens_native.unsupported import UnsupportedError


class _Series(ctypes.Structure):
    _fields_ = (("origin", ctypes.c_void_p), ("strides", ctypes.c_long * 4))


class _Strength(ctypes.Structure):
    _fields_ = (
        ("origin", ctypes.c_void_p), ("strides", ctypes.c_long * 2), ("units", ctypes.c_long),
    )  # fmt: skip


@final
@attrs.frozen(eq=False)
class Forced:
    """A request with its kernels; ``signal`` and ``strength`` as in the request."""

    cached: CachedDynamics
    captured: tuple[Captured, ...]
    lanes: int
    signal: Tensor
    strength: Tensor
    eager: Callable[[], Tensor] | None

    def forward(self, x0: Tensor, keep: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return `(members, b, T, m)` for `x0: (members, b, m)`; keep both, and `u`."""
        x, u = x0.contiguous(), current_values(self.captured, x0.dtype)
        u = u.view(len(x), u.numel() // len(x))
        (members, b, m), steps = x.shape, self.signal.shape[2]
        kernel = self.cached.kernel(forced_source, self.lanes)
        out = x.new_empty((members, b, steps, m))
        launch(
            kernel.solve, self._parts(members, b, 1), b, steps, u, u.shape[1], x,
            *self._forcing(), out,
        )  # fmt: skip
        return out, (x, u, out)

    def backward(self, kept: Sequence[Tensor], gout: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(members, b, m)`, and to the parameters."""
        x, u, out = kept
        members, b, steps, _ = out.shape
        kernel, gx0 = self.cached.kernel(forced_source, self.lanes), x.new_empty(x.shape)
        return gx0, launch(
            kernel.adjoint, self._parts(members, b, 4), b, steps, u, u.shape[1], x,
            *self._forcing(), out, ctypes.byref(_series(gout)), gx0, gradient_of=u,
        )  # fmt: skip

    def arranged(self, out: Tensor) -> Tensor:
        """Return `(members, b, T, m)`, as it is."""
        return out

    def _forcing(self) -> tuple[object, object]:
        strides = (ctypes.c_long * 2)(*self.strength.stride())
        strength = _Strength(self.strength.data_ptr(), strides, self.signal.shape[-1])
        return ctypes.byref(_series(self.signal)), ctypes.byref(strength)

    def _parts(self, members: int, b: int, passes: int) -> list[tuple[int, int]]:
        """Cut all blocks of lanes of all members into the parts that threads take."""

        def work() -> float:
            steps = self.signal.shape[2]
            return passes * members * b * steps * self.cached.dynamics.parameters

        return parts_of(members * -(-b // self.lanes), 1, work)


def _lanes(b: int, single: bool) -> int:
    """Choose how many samples advance together: such that few lanes are idle."""
    if b == 1:
        return 1
    vector = register_bytes() // (4 if single else 8)
    if b <= vector // 2:
        return max(2, 1 << (b - 1).bit_length())
    # Two vectors at a time read the weights half as often.
    return min((vector, 2 * vector), key=lambda w: -(-b // w) * (w + vector // 8))


def _series(tensor: Tensor) -> _Series:
    return _Series(tensor.data_ptr(), (ctypes.c_long * 4)(*tensor.stride()))


def solve_forced(request: takens.backend.ForcedIteration) -> takens.backend.Compiled:
    """Return `(members, b, T, m)`.

    Raises: UnsupportedError.
    """
    x0, signal = request.x0, request.signal.detach()
    check_state(x0)
    if len(request.maps) != x0.shape[0]:
        raise UnsupportedError(f"there are {len(request.maps)} maps for {x0.shape[0]} members")
    if signal.dtype != x0.dtype:
        raise UnsupportedError(f"the signal is {signal.dtype} where the state is {x0.dtype}")
    if signal.device.type != "cpu":
        raise UnsupportedError(f"the signal is on {signal.device}")
    if signal.shape[2] == 0:
        raise UnsupportedError("there are no steps")
    if request.strength.requires_grad:
        raise UnsupportedError("the strength of forcing needs a gradient")
    members = [cached(each, x0[0], False) for each in request.maps]
    first = members[0][0]
    if any(known.kernels is not first.kernels for known, _ in members):
        raise UnsupportedError("the maps of the members differ in more than their numbers")
    solve = Forced(
        first, tuple(captured for _, captured in members),
        _lanes(x0.shape[1], first.single), signal,
        request.strength.to("cpu", torch.float64), request.eager,
    )  # fmt: skip
    out = run(solve, x0)
    return takens.backend.Compiled(out, (*(known for known, _ in members), solve.lanes))
