"""Tangent vectors pushed along orbits, for Lyapunov exponents."""

from __future__ import annotations

import ctypes

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
    refuse_transforms,
    run,
    shares,
)
from takens_native.family import family, number, parameters
from takens_native.kernels import exponents_source
from takens_native.leaves import Leaves
from takens_native.reference import difference, step
from takens_native.refusal import Refusal
from takens_native.writer import LANES


def answer_exponents(question: takens.Exponents) -> tuple[Tensor, Tensor]:
    """Answer with sums of logarithms, `(..., count)`, and the last states, `(..., d)`.

    The vectors are the first unit vectors at the start.

    Raises: Refusal.
    """
    refuse_transforms()
    x0, method, count = question.x0, question.method, question.count
    refuse_state(x0)
    d = x0.shape[-1]
    if not 1 <= count <= d:
        raise Refusal(f"{count} tangent vectors are asked for in {d} dimensions")
    found, numbers = family(question.dynamics, x0, method is not None)
    if torch.is_grad_enabled() and (
        x0.requires_grad or any(t.requires_grad for t in numbers.tensors)
    ):
        raise Refusal("exponents have no compiled gradient")
    flat = x0.detach().reshape(-1, d)
    dynamics = found.dynamics
    library = found.kernel(
        ("exponents", number(method), count),
        len(flat) > 1,
        lambda shape: exponents_source(dynamics, method, shape, count),
    )
    found.verify(
        ("exponents", number(method), len(flat) > 1),
        lambda: _disagreement(question, library, flat, numbers),
    )
    sums, states = _push(question, library, flat, numbers, LANES[found.single])
    return sums.reshape(*x0.shape[:-1], count), states.reshape(x0.shape)


def _push(
    question: takens.Exponents, library: ctypes.CDLL, x0: Tensor, numbers: Leaves, lanes: int
) -> tuple[Tensor, Tensor]:
    (b, d), count = x0.shape, question.count
    states = x0.clone(memory_format=torch.contiguous_format)
    push = bind(library, "exponents", *[long] * 4, real, real, *[pointer] * 4)
    u = parameters(numbers, x0.dtype)
    vectors = torch.eye(d, dtype=x0.dtype)[:, :count].contiguous()
    sums = torch.empty((b, count), dtype=torch.float64)

    def task(start: int, stop: int) -> int:
        return push(
            stop - start, question.steps, question.every, question.transient, question.t0,
            question.dt, u.data_ptr(), vectors.data_ptr(),
            states.data_ptr() + start * d * states.element_size(),
            sums.data_ptr() + start * count * 8,
        )  # fmt: skip

    run(shares(b, b * question.steps * (count + 1) * d * 40.0, lanes), task)
    return sums, states


def _disagreement(
    question: takens.Exponents, library: ctypes.CDLL, x0: Tensor, numbers: Leaves
) -> str | None:
    """Compare one step, and the length of the first tangent vector, with eager torch."""
    x = x0[:2].contiguous()
    once = attrs.evolve(question, steps=1, transient=0)
    sums, states = _push(once, library, x, numbers, 1)
    t, h = (torch.tensor(v, dtype=x.dtype) for v in (question.t0, question.dt))
    again = x.clone().requires_grad_()
    with torch.enable_grad():
        y = step(question.dynamics, question.method, t, again, h)
        rows = [
            torch.autograd.grad(y[:, i].sum(), again, retain_graph=True)[0]
            for i in range(y.shape[1])
        ]
    # The first unit vector is pushed to the first column of the Jacobian.
    length = sum(row[:, 0].square() for row in rows) ** 0.5
    ours = sums[:, 0].exp().to(x.dtype)
    return difference(states, y.detach()) or difference(ours, torch.as_tensor(length))
