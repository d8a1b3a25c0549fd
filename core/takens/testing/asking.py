"""Questions that are put to a component, and counted; what is said when an answer is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextvars import ContextVar
from typing import Any, Final, final

import attrs
from torch import Tensor


class CheckFailedError(AssertionError):
    """A component does not keep what its kind promises; the message says what and where."""


class NothingAskedError(CheckFailedError):
    """A check found nothing to ask, so that it says nothing of the component."""


@final
@attrs.define
class Asked:
    """How many questions were answered, and why others were not."""

    count: int = 0
    unanswered: list[str] = attrs.field(factory=list[str])


_ASKED: Final[ContextVar[Asked | None]] = ContextVar("asked", default=None)


@contextlib.contextmanager
def counted() -> Generator[Asked]:
    """Count the questions that are asked inside."""
    asked = Asked()
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def require(kept: bool, message: str) -> None:
    """Ask one question: fail with a sentence unless a promise is kept."""
    if asked := _ASKED.get():
        asked.count += 1
    if not kept:
        raise CheckFailedError(message)


def unanswered(reason: str) -> None:
    """Note that a component may decline a question and does so, for a reason."""
    if asked := _ASKED.get():
        asked.unanswered.append(reason)


def require_instance(component: object, kind: Any, lacks: str = "") -> None:
    """Fail unless something satisfies a protocol, or is of a class."""
    name = type(component).__name__
    what = lacks or f"a member of {kind.__name__}"
    require(isinstance(component, kind), f"{name} lacks {what}.")


def require_close(
    found: Tensor, expected: Tensor, message: str, *, rtol: float = 1e-7, atol: float = 1e-9
) -> None:
    """Fail unless two tensors are of one shape and agree, saying how far they are apart."""
    same = found.shape == expected.shape
    shapes = f"{tuple(found.shape)} and {tuple(expected.shape)}"
    require(same, f"{message}: the shapes are {shapes}.")
    found, expected = found.detach().double(), expected.detach().double()
    if not found.allclose(expected, rtol=rtol, atol=atol):
        apart = float((found - expected).abs().max())
        raise CheckFailedError(f"{message}: they are {apart:.3g} apart.")


def require_same(found: Tensor, expected: Tensor, message: str) -> None:
    """Fail unless two tensors are equal to the last digit."""
    require_close(found, expected, message, rtol=0, atol=0)
