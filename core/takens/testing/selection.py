"""Which checks apply to a component, by its kind and by what it can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
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
