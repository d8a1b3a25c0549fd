"""Making components for a look at them."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, final

import attrs

from takens._plugins.catalogue import catalogue
from takens._plugins.component import ComponentSpec, Kind
from takens._plugins.parameters import check_parameters
from takens._plugins.plugin import Plugin
from takens.errors import ComponentError

# What required parameters of these names are, where a spec gives no example.
_EXAMPLES: Final[Mapping[str, Any]] = {"obs_dim": 2, "system": "lorenz63"}


@final
@attrs.frozen(eq=False)
class Subject:
    """A component to look at, by its name and kind, with the checks that it may fail."""

    name: str
    kind: Kind
    component: object
    excused: Mapping[str, str] = attrs.field(factory=dict[str, str])


@final
@attrs.frozen(eq=False)
class Unmade:
    """What stands for a component that could not be made."""

    error: Exception


def make(spec: ComponentSpec, parameters: Mapping[str, Any] | None = None) -> Any:
    """Make a component from its ``example``, its defaults and ``parameters``.

    Raises: ComponentError where a required parameter has no value; whatever the target raises.
    """
    given = dict(spec.example) | dict(parameters or {})
    for parameter in spec.parameters:
        if parameter.required and parameter.name not in given:
            if parameter.name not in _EXAMPLES:
                raise ComponentError(
                    f"{spec.kind} {spec.name}: {parameter.name} is required; give the "
                    "ComponentSpec an example of it."
                )
            given[parameter.name] = _EXAMPLES[parameter.name]
    check_parameters(spec, given)
    module, _, name = spec.target.partition(":")
    return spec.make(getattr(importlib.import_module(module), name), given)


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
            if spec.deprecated:
                continue
            try:
                made = make(spec, (parameters or {}).get(spec.name))
            except Exception as error:
                made = Unmade(error)
            yield Subject(spec.name, spec.kind, made, spec.excused)
