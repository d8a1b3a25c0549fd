"""What is looked at, and which checks apply to it: by its kind, and by what it can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast, final

import attrs

from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens._plugins.kind import OURS, KindSpec
from takens._plugins.plugin import Plugin
from takens._plugins.spec import imported
from takens.errors import InputError
from takens.testing import plugins
from takens.testing.check import Check, Checks
from takens.testing.making import make


@final
@attrs.frozen(eq=False)
class Unmade:
    """What stands for a component that could not be made."""

    error: Exception


@Check.of
def check_can_be_made(component: Unmade) -> None:
    """Check that it can be made, from its defaults or its example."""
    raise component.error


def checks_for(component: object, kind: Kind | None = None) -> Iterator[Check]:
    """Return the checks that apply to a component, or to a whole ``takens.plugin.Plugin``.

    The kind follows from the component where it is registered or satisfies a protocol.

    Raises: InputError where it does neither.
    """
    if isinstance(component, Unmade):
        yield check_can_be_made
    elif isinstance(component, Plugin):
        yield from plugins.CHECKS(component)
    else:
        found = checks_of(kind or kind_of(component))
        for check in found(component):
            yield check if isinstance(check, Check) else Check.of(check)


def checks_of(kind: Kind) -> Any:
    """Return what gives the checks of a component of a kind, as whoever brings the kind says.

    Raises: InputError where there is no such kind.
    """
    spec = catalogue().find_kind(kind)
    return imported(spec.checks) if spec.checks else Checks(imported(spec.protocol), "protocol")


def kind_of(component: object) -> Kind:
    """Tell what kind of component this is.

    Raises: InputError where it is none.
    """
    target = f"{type(component).__module__}:{type(component).__qualname__}"
    for _, spec in catalogue():
        if spec.target == target:
            return spec.kind
    # Those of strangers are imported where it is none of ours.
    kinds = [spec.name for spec in OURS if _is(component, spec)]
    kinds = kinds or [spec.name for spec in catalogue().kinds.values() if _is(component, spec)]
    if not kinds:
        raise InputError(
            f"{type(component).__name__} satisfies no protocol of takens; say its kind to see "
            "what it lacks."
        )
    # Protocols do not look at arguments, and these share the names of their methods.
    if kinds[0] == "integrator":
        asked = inspect.signature(cast(Any, component).solve).parameters
        return "scheme" if "times" in asked else "integrator" if len(asked) > 1 else kinds[-1]
    if kinds[0] == "figure":
        asked = inspect.signature(cast(Any, component).draw).parameters
        return "figure" if len(asked) == 1 else "portrait"
    return kinds[0]


def _is(component: object, kind: KindSpec) -> bool:
    checks = checks_of(kind.name)
    if isinstance(checks, Checks):
        return checks.apply(component)
    return isinstance(component, imported(kind.protocol))


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
