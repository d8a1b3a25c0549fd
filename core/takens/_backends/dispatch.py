"""Whole solves by whichever backend supports them; eager torch where none does."""

from __future__ import annotations

import functools
from typing import Any, overload

import torch
from torch import Tensor

from takens._backends.checked_backend import CheckedBackend
from takens._backends.explanations import Explanations
from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.registry import backends
from takens._protocols.backend import Unsupported
from takens._protocols.requests import (
    AdaptiveSolve,
    FixedStepSolve,
    ForcedIteration,
    MapIteration,
    SolveRequest,
    TangentGrowth,
    TangentGrowthResult,
)
from takens._protocols.solution import Solution


@overload
def dispatch(
    request: FixedStepSolve | MapIteration | ForcedIteration, /, backend: str = "auto"
) -> Tensor | None: ...
@overload
def dispatch(request: AdaptiveSolve, /, backend: str = "auto") -> Solution | None: ...
@overload
def dispatch(
    request: TangentGrowth, /, backend: str = "auto"
) -> TangentGrowthResult | None: ...
def dispatch(request: SolveRequest, /, backend: str = "auto") -> Any | None:
    """Return what a request asks for, or None where the eager loop has to run.

    ``backend`` is ``"auto"``, which asks all backends in the order of their preference,
    ``"eager"``, or the name of the one to ask.
    """
    if backend == "eager":
        return None
    known, reasons = catalogue(), _hindrances()
    if not reasons:
        asked = _preferred(known) if backend == "auto" else (_named(known, backend),)
        for each in asked:
            answer = each.solve(request)
            if not isinstance(answer, Unsupported):
                _explanations(known).record(request, each.name, reasons)
                return answer
            reasons.append(f"{each.name} declined because {answer.reason}")
    _explanations(known).record(request, None, reasons)
    return None


def explain(dynamics: object, /) -> str:
    """Say which backend ran a field or map so far and why, one line for each kind of work.

    Where answers differed, all of them are named with how often they were given, the latest
    first.
    """
    return _explanations(catalogue()).explain(dynamics)


def _hindrances() -> list[str]:
    """Say under what no backend is asked: its answer could not be compared with plain torch."""
    if torch._C._functorch.peek_interpreter_stack() is not None:  # pyright: ignore
        return ["a transform of torch.func is at work"]
    if torch.autograd.forward_ad._current_level >= 0:  # pyright: ignore
        return ["forward differentiation is at work"]
    return ["torch.compile is at work"] if torch.compiler.is_compiling() else []


@functools.lru_cache(maxsize=8)
def _named(known: Catalogue, name: str) -> CheckedBackend:
    for each in _preferred(known):
        if each.name == name:
            return each
    plugin, _ = known.find("backend", name)
    return CheckedBackend(name, plugin, backends.create(name), known.strict)


@functools.lru_cache(maxsize=1)
def _preferred(known: Catalogue) -> tuple[CheckedBackend, ...]:
    """Make all backends of the environment, in the order of their preference."""
    found = backends.candidates(lambda backend: -float(backend.preference))
    found.sort(key=lambda each: each.answer)
    return tuple(
        CheckedBackend(each.name, each.plugin, each.component, known.strict) for each in found
    )


@functools.lru_cache(maxsize=1)
def _explanations(known: Catalogue) -> Explanations:
    """Return what was recorded since the plugins are these."""
    return Explanations()
