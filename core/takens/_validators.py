"""Validators of attrs fields that speak in sentences."""

from collections.abc import Callable
from typing import Any

from takens._errors import InputError, near

Validator = Callable[[Any, Any, Any], None]


def at_least(table: str, low: float) -> Validator:
    """Refuse numbers below ``low``; None passes."""

    def check(_: object, attribute: Any, value: float | None) -> None:
        if value is not None and not value >= low:
            raise InputError(f"{table}.{attribute.name} is at least {low:g}; got {value!r}.")

    return check


def above_zero(table: str) -> Validator:
    """Refuse numbers that are not positive; None passes."""

    def check(_: object, attribute: Any, value: float | None) -> None:
        if value is not None and not value > 0:
            raise InputError(f"{table}.{attribute.name} is above 0; got {value!r}.")

    return check


def one_of(table: str, *choices: str) -> Validator:
    """Refuse a text that is none of the choices."""

    def check(_: object, attribute: Any, value: str) -> None:
        if value not in choices:
            listed = ", ".join(map(repr, choices))
            raise InputError(
                f"{table}.{attribute.name} is one of {listed}; got {value!r}."
                f"{near(str(value), choices)}"
            )

    return check
