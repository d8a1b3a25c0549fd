"""What a check says when it fails."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor

Check: TypeAlias = Callable[[Any], None]


class CheckFailedError(AssertionError):
    """A component does not keep what its kind promises; the message says what and where."""


def require(kept: bool, message: str) -> None:
    """Fail with a sentence unless a promise is kept."""
    if not kept:
        raise CheckFailedError(message)


def require_instance(component: object, kind: Any, lacks: str = "") -> None:
    """Fail unless something satisfies a protocol, or is of a class."""
    name = type(component).__name__
    what = lacks or f"a member of {kind.__name__}"
    require(isinstance(component, kind), f"{name} lacks {what}.")


def require_close(
    found: Tensor, expected: Tensor, message: str, *, rtol: float = 1e-7, atol: float = 1e-9
) -> None:
    """Fail unless two tensors are of one shape and agree, saying how far they are apart."""
    if found.shape != expected.shape:
        raise CheckFailedError(
            f"{message}: the shapes are {tuple(found.shape)} and {tuple(expected.shape)}."
        )
    found, expected = found.detach().double(), expected.detach().double()
    if not torch.allclose(found, expected, rtol=rtol, atol=atol):
        apart = float((found - expected).abs().max())
        raise CheckFailedError(f"{message}: they are {apart:.3g} apart.")


def slow(check: Check) -> Check:
    """Mark a check that takes more than a few seconds; it runs when it is asked for."""
    check.slow = True  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    return check


def is_slow(check: Check) -> bool:
    """Whether a check is run only when it is asked for."""
    return bool(getattr(check, "slow", False))


def name_of(check: Check) -> str:
    """Give a check's name, without the ``check_`` that all share."""
    inner = check.func if isinstance(check, functools.partial) else check
    return inner.__name__.removeprefix("check_")
