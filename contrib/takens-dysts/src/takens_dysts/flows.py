"""The flows of dysts as classes, made on first use: ``takens_dysts.flows.Lorenz``."""

import functools
import importlib
from typing import Any

import attrs

import takens
from takens_dysts.flow import Flow
from takens_dysts.stored import flows


def __getattr__(name: str) -> type[Flow]:
    if name in _names():
        return _make(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_names())


@functools.cache
def _names() -> dict[str, str]:
    return {entry["class"]: component for component, entry in flows().items()}


@functools.cache
def _make(name: str) -> type[Flow]:
    component = _names()[name]
    entry = flows()[component]
    module, _, function = entry["equations"].partition(":")
    equations = getattr(importlib.import_module(f"takens_dysts.equations.{module}"), function)
    fields: dict[str, Any] = {
        parameter: takens.plugin.parameter(value, types=(float,), finite=True)
        for parameter, value in entry["parameters"].items()
    }
    body = {
        "__doc__": f"{entry['source'] or name}.",
        "__module__": __name__,
        "component": component,
        "dim": len(entry["initial"]),
        "equations": staticmethod(equations),
    }
    return attrs.make_class(name, fields, bases=(Flow,), frozen=True, class_body=body)
