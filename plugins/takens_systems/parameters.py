"""Checks of parameters; Tensors are never looked at, so that systems work under transforms."""

import math
from collections.abc import Callable
from typing import Any

from torch import Tensor

import takens

Check = Callable[[Any, Any, Any], None]


def finite(system: object, attribute: Any, value: float | Tensor) -> None:
    """Refuse numbers that are not finite."""
    _check(system, attribute, value, math.isfinite, "a finite number")


def positive(system: object, attribute: Any, value: float | Tensor) -> None:
    """Refuse numbers that are not above zero."""
    _check(system, attribute, value, lambda v: 0 < v < math.inf, "above zero")


def not_negative(system: object, attribute: Any, value: float | Tensor) -> None:
    """Refuse numbers below zero."""
    _check(system, attribute, value, lambda v: 0 <= v < math.inf, "zero or above")


def between(low: float, high: float) -> Check:
    """Make a check that refuses numbers outside of an interval."""

    def check(system: object, attribute: Any, value: float | Tensor) -> None:
        allowed = f"between {low:g} and {high:g}"
        _check(system, attribute, value, lambda v: low <= v <= high, allowed)

    return check


def equal(parameters: tuple[float | Tensor, ...], standard: tuple[float, ...]) -> bool:
    """Whether parameters are numbers, and exactly these."""
    return all(
        not isinstance(mine, Tensor) and mine == theirs
        for mine, theirs in zip(parameters, standard, strict=True)
    )


def _check(
    system: object, attribute: Any, value: Any, holds: Callable[[float], bool], what: str
) -> None:
    if isinstance(value, Tensor):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise takens.ComponentError(
            f"{type(system).__name__}: {attribute.name} is a number or a Tensor; got {value!r}."
        )
    if not holds(value):
        raise takens.ComponentError(
            f"{type(system).__name__}: {attribute.name} is {what}; got {value!r}."
        )
