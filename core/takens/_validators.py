"""Validators of attrs fields that speak in sentences."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

from takens._errors import InputError, near

Validator = Callable[[Any, Any, Any], None]

# One number for all members of an ensemble, or one for each.
PerMember: TypeAlias = float | tuple[float, ...]


def per_member(value: Any) -> Any:
    """Make a tuple of a list, and leave everything else as it is."""
    return tuple(cast(Sequence[Any], value)) if isinstance(value, list) else value


def at_least(table: str, low: float) -> Validator:
    """Refuse numbers below ``low``; None passes."""

    def check(_: object, attribute: Any, value: float | None) -> None:
        if value is not None and not value >= low:
            raise InputError(f"{table}.{attribute.name} is at least {low:g}; got {value!r}.")

    return check


def above_zero(table: str) -> Validator:
    """Refuse numbers that are not positive, also in a tuple; None passes."""

    def check(_: object, attribute: Any, value: PerMember | None) -> None:
        for number in value if isinstance(value, tuple) else (value,):
            if number is not None and not number > 0:
                raise InputError(f"{table}.{attribute.name} is above 0; got {number!r}.")

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
