"""Runs of maps into whose states data are written, with their gradients."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Sequence
from typing import Any, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.calls import (
    bind,
    long,
    pointer,
    refuse_state,
    run,
    shares,
)
from takens_native.family import Family, family
from takens_native.fixed import again
from takens_native.forced_kernel import forced_source
from takens_native.leaves import Leaves, unpack
from takens_native.products import register_bytes
from takens_native.refusal import Refusal
from takens_native.writer import Shape


class _Series(ctypes.Structure):
    _fields_ = (("origin", pointer), ("strides", long * 4))


class _Strength(ctypes.Structure):
    _fields_ = (("origin", pointer), ("strides", long * 2), ("units", long))


@final
@attrs.frozen(eq=False)
class Run:
    """One question, ready to be answered; ``signal`` and ``strength`` as in the question."""

    family: Family
    leaves: tuple[Leaves, ...]
    maps: tuple[takens.plugin.Map, ...]
    signal: Tensor
    strength: Tensor
    eager: Callable[[], Tensor] | None

    def forward(self, x0: Tensor, u: Tensor) -> Tensor:
        """Return `(members, b, T, m)` for `x0: (members, b, m)` and `u: (members, P)`."""
        members, b, m = x0.shape
        steps = self.signal.shape[2]
        out = x0.new_empty((members, b, steps, m))
        width, library = self._library(b)
        iterate = bind(
            library, "iterate", long, long, long, long, pointer, long,
            pointer, pointer, pointer, pointer,
        )  # fmt: skip
        signal, strength = _series(self.signal), self._strength()
        u_at, x_at, out_at = u.data_ptr(), x0.data_ptr(), out.data_ptr()

        def task(start: int, stop: int) -> int:
            return iterate(
                start, stop, b, steps, u_at, u.shape[1], x_at,
                ctypes.byref(signal), ctypes.byref(strength), out_at,
            )  # fmt: skip

        run(self._shares(members, b, width, 1), task)
        return out

    def backward(
        self, x0: Tensor, out: Tensor, gout: Tensor, u: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, `(members, b, m)`, and to `u`."""
        members, b, steps, _ = out.shape
        width, library = self._library(b)
        pull_back = bind(
            library, "pull_back", long, long, long, long, pointer, long,
            pointer, pointer, pointer, pointer, pointer, pointer, pointer,
        )  # fmt: skip
        parts = self._shares(members, b, width, 4)
        gx0, gu = torch.empty_like(x0), u.new_zeros((len(parts), *u.shape))
        signal, strength, given = _series(self.signal), self._strength(), _series(gout)
        u_at, x_at, out_at = u.data_ptr(), x0.data_ptr(), out.data_ptr()
        gx_at = gx0.data_ptr()
        rows = {start: gu[i].data_ptr() for i, (start, _) in enumerate(parts)}

        def task(start: int, stop: int) -> int:
            return pull_back(
                start, stop, b, steps, u_at, u.shape[1], x_at,
                ctypes.byref(signal), ctypes.byref(strength), out_at, ctypes.byref(given),
                gx_at, rows[start],
            )  # fmt: skip

        run(parts, task)
        return gx0, gu[0] if len(parts) == 1 else gu.sum(0)

    def _strength(self) -> _Strength:
        strides = (long * 2)(*self.strength.stride())
        return _Strength(self.strength.data_ptr(), strides, self.signal.shape[-1])

    def _library(self, b: int) -> tuple[int, ctypes.CDLL]:
        width = _width(b, self.family.single)
        dynamics = self.family.dynamics
        library = self.family.kernel(
            ("forced", width), b > 1, lambda s: forced_source(dynamics, _wide(s, width))
        )
        return width, library

    def _shares(self, members: int, b: int, width: int, passes: int) -> list[tuple[int, int]]:
        """Cut all blocks of lanes of all members into the parts that threads take."""
        work = passes * members * b * self.signal.shape[2] * self.family.dynamics.parameters
        return shares(members * -(-b // width), work, 1)


def _wide(shape: Shape, width: int) -> Shape:
    return attrs.evolve(shape, width=width)


def _width(b: int, single: bool) -> int:
    """Choose how many samples advance together: such that few lanes are idle."""
    if b == 1:
        return 1
    vector = register_bytes() // (4 if single else 8)
    if b <= vector // 2:
        return max(2, 1 << (b - 1).bit_length())
    # Two vectors at a time read the weights half as often.
    return min((vector, 2 * vector), key=lambda w: -(-b // w) * (w + vector // 8))


def _series(tensor: Tensor) -> _Series:
    return _Series(tensor.data_ptr(), (long * 4)(*tensor.stride()))


def together(leaves: Sequence[Leaves], dtype: torch.dtype) -> Tensor:
    """Return the numbers of the day of all members: `(members, P)`."""
    flat = list[Tensor]()
    for found in leaves:
        if found.floats:
            flat.append(torch.tensor(found.floats, dtype=dtype))
        for tensor in found.tensors:
            row = tensor.detach().reshape(-1)
            flat.append(row if row.dtype == dtype else row.to(dtype))
    if not flat:
        return torch.empty((len(leaves), 0), dtype=dtype)
    return torch.cat(flat).view(len(leaves), -1)


def answer_forced(question: takens.backend.ForcedIteration) -> takens.backend.Compiled:
    """Answer with `(members, b, T, m)`.

    Raises: Refusal.
    """
    x0, signal = question.x0, question.signal.detach()
    refuse_state(x0)
    if len(question.maps) != x0.shape[0]:
        raise Refusal(f"there are {len(question.maps)} maps for {x0.shape[0]} members")
    if signal.dtype != x0.dtype:
        raise Refusal(f"the signal is {signal.dtype} where the state is {x0.dtype}")
    if signal.device.type != "cpu":
        raise Refusal(f"the signal is on {signal.device}")
    if signal.shape[2] == 0:
        raise Refusal("there are no steps")
    if question.strength.requires_grad:
        raise Refusal("the strength of forcing needs a gradient")
    strength = question.strength.to("cpu", torch.float64)
    found = [family(each, x0[0], False) for each in question.maps]
    if any(one.kernels is not found[0][0].kernels for one, _ in found):
        raise Refusal("the maps of the members differ in more than their numbers")
    leaves = tuple(numbers for _, numbers in found)
    forced = Run(found[0][0], leaves, question.maps, signal, strength, question.eager)
    tensors = [tensor for numbers in leaves for tensor in numbers.tensors]
    gradient = torch.is_grad_enabled() and (
        x0.requires_grad or any(tensor.requires_grad for tensor in tensors)
    )
    code = (*(one for one, _ in found), _width(x0.shape[1], forced.family.single))
    if gradient:
        apply = cast(Callable[..., Tensor], _Run.apply)
        out = apply(forced, x0, *tensors)
    else:
        out = forced.forward(x0.contiguous(), together(leaves, x0.dtype))
    return takens.backend.Compiled(out, code)


class _Run(torch.autograd.Function):
    """The derivative of the steps that were taken."""

    @staticmethod
    def forward(ctx: Any, forced: Run, x0: Tensor, *tensors: Tensor) -> Tensor:
        u, start = together(forced.leaves, x0.dtype), x0.contiguous()
        out = forced.forward(start, u)
        ctx.forced = forced
        ctx.save_for_backward(x0, start, u, out, *tensors)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        forced: Run = ctx.forced
        x0, start, u, out, *tensors = ctx.saved_tensors
        if torch.is_grad_enabled():
            return None, *again(forced.eager, grads[0], (x0, *tensors))
        gx0, gu = forced.backward(start, out, grads[0], u)
        parts = (unpack(one, row) for one, row in zip(forced.leaves, gu, strict=True))
        return None, gx0, *itertools.chain.from_iterable(parts)
