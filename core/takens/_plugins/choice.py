"""A component as a user names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias, cast, final

import attrs

from takens._given import given as shown
from takens._secrets import blanked_value
from takens.errors import InputError


def _as_in_toml(table: Mapping[str, Any]) -> dict[str, Any]:
    """Turn tuples to lists, so that what is written to a file is the same when it is read."""
    return {
        key: list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
        for key, value in table.items()
    }


def _shown(table: dict[str, Any]) -> str:
    return repr(blanked_value(table))


@final
@attrs.frozen
class Component:
    """A component by name, with its parameters; in TOML a table, or just the name.

    A ``label`` tells two of one name apart.
    """

    name: str
    parameters: dict[str, Any] = attrs.field(
        factory=dict[str, Any], converter=_as_in_toml, repr=_shown
    )
    label: str = ""

    @classmethod
    def of(cls, given: str | Mapping[str, Any] | Component) -> Component:
        """Return what a name, or a table with a name, says; ``x:1`` is ``x`` with index 1.

        Raises: InputError for anything else.
        """
        if isinstance(given, Component):
            return given
        if isinstance(given, str):
            name, _, index = given.rpartition(":")
            numbered = name and index.isdecimal()
            return cls(name, {"index": int(index)}) if numbered else cls(given)
        if isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
            table = dict(given)
            name, label = table.pop("name", None), table.pop("label", "")
            if isinstance(name, str) and isinstance(label, str):
                named = cls.of(name)
                return cls(named.name, named.parameters | table, label)
            keys = shown([*given])
            raise InputError(f"A component is a table with a name; got one with {keys}.")
        raise InputError(f"A component is a name, or a table with a name; got {given!r}.")

    @property
    def table(self) -> dict[str, Any]:
        """What stands for it in TOML."""
        label = {"label": self.label} if self.label else {}
        return {"name": self.name} | label | self.parameters

    @property
    def bare_name(self) -> str:
        """The name without that of its plugin."""
        return self.name.rpartition(":")[2]


Choice: TypeAlias = Annotated[Any, "component"]
"""A component itself, or what ``Component.of`` takes."""


def chosen(given: Any) -> Any:
    """Read tables; a name stays as it is, and so does a component that is made already."""
    return Component.of(cast(Any, given)) if isinstance(given, Mapping) else given
