"""Tangent vectors pushed along orbits, for Lyapunov exponents."""

from __future__ import annotations

import ctypes
from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_native.calls import (
    bind,
    long,
    pointer,
    real,
    refuse_state,
    run,
    shares,
)
from takens_native.family import Family, family, parameters
from takens_native.kernels import exponents_source, tangents_source
from takens_native.leaves import Leaves
from takens_native.refusal import Refusal
from takens_native.writer import LANES, Shape

# Up to so many entries, the vectors of a block of samples stay in the nearest cache, and the
# steps of all of them in code of a reasonable length.
_FEW: Final = 32


@final
@attrs.frozen(eq=False)
class _Growth:
    """One question, ready to be answered for `x0: (b, d)` and `vectors: (b, d, count)`."""

    question: takens.backend.TangentGrowth
    family: Family
    numbers: Leaves

    def run(self, x0: Tensor, vectors: Tensor) -> takens.backend.TangentGrowthResult:
        """Return sums, `(b, blocks, count)`, last states and last vectors."""
        (b, d), question, count = x0.shape, self.question, self.question.count
        states = x0.clone(memory_format=torch.contiguous_format)
        vectors = vectors.clone(memory_format=torch.contiguous_format)
        sums = torch.empty((b, question.blocks, count), dtype=torch.float64)
        push = bind(self.library(b), "exponents", *[long] * 5, real, real, *[pointer] * 4)
        u = parameters(self.numbers, x0.dtype, question.dt)
        size, each = x0.element_size(), question.blocks * count * 8
        p, v, x, s = u.data_ptr(), vectors.data_ptr(), states.data_ptr(), sums.data_ptr()

        def task(start: int, stop: int) -> int:
            return push(
                stop - start, question.steps, question.every, question.transient,
                question.blocks, question.t0, question.dt, p, v + start * d * count * size,
                x + start * d * size, s + start * each,
            )  # fmt: skip

        lanes = 1 if self.tangents_are_lanes(b) else LANES[self.family.single]
        stages = question.method.stages if question.method else 1
        operations = d * 8 + self.family.dynamics.parameters
        work = b * question.steps * (count + 1) * stages * operations
        run(shares(b, float(work), lanes), task)
        return takens.backend.TangentGrowthResult(sums=sums, x=states, vectors=vectors)

    def tangents_are_lanes(self, b: int) -> bool:
        """Tell whether the vectors of one sample advance together, or one of many samples."""
        return b == 1 or self.question.count * self.family.dynamics.dim > _FEW

    def library(self, b: int) -> ctypes.CDLL:
        """Return the kernel for so many samples."""
        method, count, dynamics = (
            self.question.method,
            self.question.count,
            self.family.dynamics,
        )
        if not self.tangents_are_lanes(b):
            return self.family.kernel(
                ("exponents", method, count),
                True,
                lambda shape: exponents_source(dynamics, method, shape, count),
            )
        # Whole registers of 64 bytes, or half of one.
        whole = 16 if self.family.single else 8
        width = whole // 2 if count <= whole // 2 else -(-count // whole) * whole
        shape = Shape(self.family.single, False, width)
        return self.family.kernel(
            ("tangents", method, count),
            False,
            lambda _: tangents_source(dynamics, method, shape, count),
        )


def answer_exponents(question: takens.backend.TangentGrowth) -> takens.backend.Compiled:
    """Answer with the stretching of tangent vectors along orbits.

    Raises: Refusal.
    """
    x0, count = question.x0, question.count
    refuse_state(x0)
    d, lead = x0.shape[-1], x0.shape[:-1]
    if not 1 <= count <= d:
        raise Refusal(f"{count} tangent vectors are asked for in {d} dimensions")
    counted = question.steps - question.transient
    if min(question.transient, counted, question.every - 1, question.blocks - 1) < 0:
        raise Refusal("the numbers of steps make no sense")
    if counted % question.blocks:
        raise Refusal(f"{counted} steps are not {question.blocks} equal parts")
    found, numbers = family(question.dynamics, x0, question.method is not None)
    vectors = torch.eye(d, dtype=x0.dtype)[:, :count]
    if question.vectors is not None:
        vectors = question.vectors
        if vectors.shape[-2:] != (d, count) or vectors.device != x0.device:
            raise Refusal(f"the vectors have the shape {tuple(vectors.shape)}")
    inputs = (x0, vectors, *numbers.tensors)
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in inputs):
        raise Refusal("exponents have no compiled gradient")
    segment = _Growth(question, found, numbers)
    x = x0.detach().reshape(-1, d)
    v = vectors.detach().to(x0.dtype).expand(*lead, d, count).reshape(-1, d, count)
    made = segment.run(x, v)
    growth = takens.backend.TangentGrowthResult(
        sums=made.sums.view(*lead, question.blocks, count),
        x=made.x.view(x0.shape),
        vectors=made.vectors.view(*lead, d, count),
    )
    return takens.backend.Compiled(growth, (found, count, segment.tangents_are_lanes(len(x))))
