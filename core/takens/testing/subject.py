"""What is looked at: components by their names and kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, final

import attrs

from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens._plugins.plugin import Plugin
from takens.testing.making import make
from takens.testing.selection import Unmade, kind_of


@final
@attrs.frozen(eq=False)
class Subject:
    """A component to look at, by its name and kind, with the checks that it may fail."""

    name: str
    kind: Kind
    component: object
    excused: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @classmethod
    def of(cls, given: object, name: str | None = None, kind: Kind | None = None) -> Subject:
        """Return what is given by its name and kind: a component, a plugin or a subject.

        Raises: InputError where nobody knows its kind.
        """
        if isinstance(given, Subject):
            return given
        if isinstance(given, Plugin):
            return cls(name or given.name, "plugin", given)
        return cls(name or type(given).__name__, kind or kind_of(given), given)


def registered(
    plugins: Iterable[Plugin] | None = None,
    *,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Subject]:
    """Make every component of these plugins, by default of all that are loaded.

    ``parameters`` holds values by component name, on top of the specs' examples. What cannot
    be made is there all the same, and fails the one check that it has; what is to go is not.
    """
    for plugin in catalogue().plugins if plugins is None else plugins:
        for spec in plugin.components:
            if not spec.deprecated:
                try:
                    made = make(spec, (parameters or {}).get(spec.name))
                except Exception as error:
                    made = Unmade(error)
                yield Subject(spec.name, spec.kind, made, spec.excused)
