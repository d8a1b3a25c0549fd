"""Backends with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators import RK4

from .fault import Fault, faulty


class Answers:
    """Answers what can be answered by simple loops."""

    preference: Any = 1

    def solve(self, request: Any, /) -> Any:
        if isinstance(request, takens.backend.FixedStepSolve):
            method = attrs.evolve(RK4(), substeps=request.substeps, backend="eager")
            if request.method.name != "rk4":
                return takens.backend.Unsupported("only rk4 is known")
            return method.solve(request.field, request.x0, request.ts)
        if isinstance(request, takens.backend.MapIteration):
            states = [request.x0]
            for _ in range(request.steps):
                states.append(request.map(states[-1]))
            return torch.stack(states[:: request.every], -2)
        return takens.backend.Unsupported("this is not known")


class DeclinesEverything(Answers):
    def solve(self, request: Any, /) -> Any:
        return takens.backend.Unsupported("it is Sunday")


def changed(change: Callable[[Any], Any], where: type = takens.backend.FixedStepSolve) -> Any:
    """Return a backend that answers another request than the one that it was asked."""

    class Changes(Answers):
        def solve(self, request: Any, /) -> Any:
            same = isinstance(request, where)
            return super().solve(change(request) if same else request)

    return Changes()


def answered(change: Callable[[Any, Tensor], Any]) -> Any:
    """Return a backend that answers rightly, and changes the answer."""

    class Spoils(Answers):
        def solve(self, request: Any, /) -> Any:
            found = super().solve(request)
            return change(request, found) if isinstance(found, Tensor) else found

    return Spoils()


def at_time_zero(request: Any) -> Any:
    return attrs.evolve(request, field=lambda t, x: request.field(0 * t, x))


def frozen_weights(request: Any) -> Any:
    def field(t: Tensor, x: Tensor) -> Tensor:
        value = request.field(t, x)
        if not x.requires_grad:
            return value.detach()
        with torch.enable_grad():
            slope = torch.func.jvp(
                lambda y: request.field(t, y), (x.detach(),), (x - x.detach(),)
            )
        return value.detach() + slope[1] - slope[1].detach()

    return attrs.evolve(request, field=field)


def first_times(request: Any) -> Any:
    return attrs.evolve(request, ts=request.ts.reshape(-1, request.ts.shape[-1])[0])


def overwrites(request: Any, found: Tensor) -> Tensor:
    request.x0.data.zero_()
    return found


class Guesses(Answers):
    """Answers with what it was given."""

    def solve(self, request: Any, /) -> Any:
        found = super().solve(request)
        return (
            found
            if isinstance(found, takens.backend.Unsupported)
            else found[..., :1, :].expand_as(found)
        )


class Raises(Answers):
    """Raises where dynamics are hard."""

    def solve(self, request: Any, /) -> Any:
        if isinstance(request, takens.backend.MapIteration) and request.steps == 4:
            raise RuntimeError("too hard")
        return super().solve(request)


GOOD = [Answers()]
FAULTS = [
    Fault("the preference is no number", "backend_protocol", faulty(Answers(), preference="high")),
    Fault("the start is the answer", "backend_answers", Guesses()),
    Fault("what is hard is raised", "backend_declines_what_is_hard", Raises()),
    Fault("everything is declined", "backend_answers", DeclinesEverything()),
    Fault("the field is solved at time 0", "backend_answers", changed(at_time_zero)),
    Fault("samples with times of their own get those of the first", "backend_answers", changed(first_times)),
    Fault("substeps are left out", "backend_answers", changed(lambda q: attrs.evolve(q, substeps=1))),
    Fault("the answer is always double", "backend_answers", answered(lambda _, x: x.double())),
    Fault("what the field uses gets no gradient", "backend_gradients", changed(frozen_weights)),
    Fault("every state of a map is kept", "backend_answers", changed(lambda q: attrs.evolve(q, every=1), takens.backend.MapIteration)),
    Fault("the start is written over", "backend_leaves_its_input_alone", answered(overwrites)),
    Fault("batches of two dimensions come out flat", "backend_answers", answered(lambda q, x: x.flatten(0, -3) if x.ndim > 3 else x)),
]  # fmt: skip
