"""What every backend keeps to: it answers as plain torch does, or declines."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from takens._plugins.registry import integrators
from takens._protocols.backend import Backend, Compiled, Unsupported
from takens._protocols.requests import FixedStepSolve, MapIteration, SolveRequest
from takens._protocols.tableau import Tableau
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import DOUBLE, numbers, pendulum

_RK4 = Tableau(
    name="rk4",
    order=4,
    c=(0.0, 0.5, 0.5, 1.0),
    a=((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
    b=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
)
_TIMES = torch.linspace(0, 1, 21, dtype=DOUBLE)


def check_backend_protocol(backend: Backend) -> None:
    """Check that ``preference`` is a whole number, and ``solve`` is there."""
    if not hasattr(backend, "answer"):
        require_instance(backend, Backend)
    require(type(backend.preference) is int, f"preference is {backend.preference!r}.")


def check_backend_solves(backend: Backend) -> None:
    """Check that a solution is that of plain torch, with its gradient, or declined."""
    x0 = numbers(3, 2).requires_grad_()
    answer = _solve(backend, FixedStepSolve(field=pendulum, method=_RK4, x0=x0, ts=_TIMES))
    expected = integrators.create("rk4", backend="eager").solve(pendulum, x0, _TIMES)
    _agrees(answer, expected, x0)


def check_backend_iterates(backend: Backend) -> None:
    """Check that an orbit is that of plain torch, with its gradient, or declined."""
    x0 = (0.3 * numbers(3, 2)).requires_grad_()
    answer = _solve(backend, MapIteration(map=_turn, x0=x0, steps=12, every=3))
    states = [x0]
    for _ in range(12):
        states.append(_turn(states[-1]))
    _agrees(answer, torch.stack(states[::3], -2), x0)


def check_backend_declines_what_is_hard(backend: Backend) -> None:
    """Check that dynamics that look at their numbers are declined, with a reason."""
    x0 = numbers(3, 2)
    answer = _solve(backend, MapIteration(map=_looks, x0=x0, steps=4))
    if isinstance(answer, Unsupported):
        require(answer.reason != "", "It declines without a reason.")
        return
    states = [x0]
    for _ in range(4):
        states.append(_looks(states[-1]))
    require_close(answer, torch.stack(states, -2), "A map that looks is answered wrongly")


def _turn(x: Tensor, /) -> Tensor:
    first, second = x.unbind(-1)
    return torch.stack((1 - 1.2 * first * first + second, 0.3 * first), -1)


def _looks(x: Tensor, /) -> Tensor:
    if float(x.sum()) > 0:
        return 0.5 * x
    return 0.5 * x + 1


def _solve(backend: Any, request: SolveRequest) -> Any:
    # Backends of API 1 answer questions.
    answer = (backend.solve if hasattr(backend, "solve") else backend.answer)(request)
    return answer.answer if isinstance(answer, Compiled) else answer


def _agrees(answer: Any, expected: Tensor, x0: Tensor) -> None:
    if isinstance(answer, Unsupported):
        require(answer.reason != "", "It declines without a reason.")
        return
    require(isinstance(answer, Tensor), f"The answer is {answer!r}.")
    require_close(answer, expected, "The answer is not that of plain torch")
    found, right = (torch.autograd.grad(x.sum(), x0)[0] for x in (answer, expected))
    require_close(found, right, "The gradient is not that of plain torch")


CHECKS = (
    check_backend_protocol,
    check_backend_solves,
    check_backend_iterates,
    check_backend_declines_what_is_hard,
)
