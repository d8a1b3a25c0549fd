"""What descriptions of components, parameters and commands have in common."""

import functools
import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import attrs

T = TypeVar("T")
PLACE: Final = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"


def imported(place: str, *default: Any) -> Any:
    """Import what ``package.module:Name`` names; without such a name there, the default."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name, *default)


def like(
    pattern: str, example: str, what: str = "component"
) -> Callable[[Any, Any, str], None]:
    """Make a check that a text has a form, which says so with an example."""

    # attrs' own matches_re puts its whole Attribute into the message.
    def check(_: Any, attribute: Any, value: str) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(
                f"a {what}'s {attribute.name} looks like {example!r}; got {value!r}"
            )

    return check


def one_line(_: Any, attribute: Any, value: Any) -> None:
    """Refuse a text of several lines."""
    if not isinstance(value, str):
        raise TypeError(f"the {attribute.alias} is a text; got {value!r}")
    if not (value.isprintable() or value == ""):
        raise ValueError(f"the {attribute.alias} is one line of text; got {value!r}")


def each(kind: type[Any]) -> Callable[[Any, Any, Any], None]:
    """Make a check that something holds values of one kind, in any order that it has."""

    def check(_: Any, attribute: Any, value: Any) -> None:
        listed = isinstance(value, (list, tuple, set, frozenset))
        if not listed or not all(isinstance(one, kind) for one in cast("list[Any]", value)):
            raise TypeError(
                f"{attribute.alias} is a tuple of {kind.__name__} values; got {value!r}"
            )

    return check


def table(_: Any, attribute: Any, value: Any) -> None:
    """Refuse what is no table with texts as its keys."""
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) for key in cast("Mapping[Any, Any]", value)
    ):
        raise TypeError(f"{attribute.alias} is a table by name; got {value!r}")


def lenient(spec: type[T]) -> type[T]:
    """Let a spec keep the names of fields that only a later takens has, in ``unknown``.

    Whoever reads the spec leaves out just this one, and not all that a plugin offers.
    """
    known = {field.alias for field in attrs.fields(spec)}  # pyright: ignore[reportArgumentType, reportUnknownVariableType] - specs are attrs classes
    make = spec.__init__

    @functools.wraps(make)
    def init(self: Any, *given: Any, **fields: Any) -> None:
        unknown = tuple(sorted(fields.keys() - known))
        fields = {name: value for name, value in fields.items() if name in known}
        make(self, *given, **fields)
        if unknown:
            object.__setattr__(self, "unknown", unknown)

    spec.__init__ = init
    return spec
