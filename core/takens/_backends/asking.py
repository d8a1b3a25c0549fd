"""Whole solves by whichever backend offers them; eager torch where none does."""

from __future__ import annotations

import functools
from typing import Any

from torch import Tensor

from takens._backends.explanations import record
from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.registry import backends
from takens._protocols.backend import (
    Adapted,
    AdaptiveSolve,
    Backend,
    Declined,
    Exponents,
    FixedSolve,
    ForcedIterate,
    Iterate,
    Question,
    Stretched,
)
from takens._threads import with_all_threads


def accelerated_solve(
    question: FixedSolve | Iterate | ForcedIterate, /, backend: str = "auto"
) -> Tensor | None:
    """Give the states that a question asks for, or None where the eager loop has to run.

    ``backend`` is ``"auto"``, ``"eager"``, or the name of the one to ask.
    """
    return ask(question, backend)


def accelerated_adaptive(question: AdaptiveSolve, /, backend: str = "auto") -> Adapted | None:
    """Give an adaptive solution, or None where the eager loop has to run."""
    return ask(question, backend)


def accelerated_exponents(question: Exponents, /, backend: str = "auto") -> Stretched | None:
    """Give sums of logarithms and where they ended, or None where the eager loop has to run."""
    return ask(question, backend)


def ask(question: Question, backend: str = "auto") -> Any | None:
    """Ask the backends in the order of their preference; the first answer is taken."""
    if backend == "eager":
        return None
    known = catalogue()
    candidates = _preferred(known) if backend == "auto" else ((backend, _made(known, backend)),)
    reasons: list[tuple[str, str]] = []
    for name, candidate in candidates:
        answer = with_all_threads(candidate.answer, question)
        if not isinstance(answer, Declined):
            record(question, name, reasons)
            return answer
        reasons.append((name, answer.reason))
    record(question, None, reasons)
    return None


@functools.cache
def _made(_: Catalogue, name: str) -> Backend:
    return backends.create(name)


@functools.cache
def _preferred(_: Catalogue) -> tuple[tuple[str, Backend], ...]:
    """Make all backends of the environment, in the order of their preference."""
    found = backends.candidates(lambda backend: -float(backend.preference))
    found.sort(key=lambda each: each.answer)
    return tuple((each.name, each.component) for each in found)
