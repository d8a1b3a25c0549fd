"""Whole solves by whichever backend offers them; eager torch where none does."""

from __future__ import annotations

import functools
import logging
from typing import Any, Final

from torch import Tensor

from takens._backends.explanations import record
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

_LOG: Final = logging.getLogger("takens")


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
    candidates = _preferred() if backend == "auto" else ((backend, _made(backend)),)
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
def _made(name: str) -> Backend:
    return backends.create(name)


@functools.cache
def _preferred() -> tuple[tuple[str, Backend], ...]:
    """Make all backends of the environment, without those that cannot be made."""
    found: list[tuple[str, Backend]] = []
    for name in backends.names():
        try:
            found.append((name, _made(name)))
        except Exception as error:
            _LOG.info("backend %s is left out: %s", name, error)
    return tuple(sorted(found, key=lambda pair: -pair[1].preference))
