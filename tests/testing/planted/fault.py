"""What a planted fault is, and how a good component is made faulty."""

# What is wrong here is wrong on purpose, for types too.
# pyright: basic

from __future__ import annotations

import inspect
from typing import Any

import attrs


@attrs.frozen
class Fault:
    """A component with one fault, in words, and the check that finds it, or why none does."""

    what: str
    caught_by: str
    component: Any
    missed: str = ""


def faulty(good: Any, **changed: Any) -> Any:
    """Make a component of a subclass in which some members, or its ``call``, are others."""
    members = {
        name: staticmethod(value) if callable(value) else value
        for name, value in changed.items()
    }
    if call := changed.get("call"):
        field = len(inspect.signature(call).parameters) == 2
        # What calls a component looks at its signature.
        members["__call__"] = (
            (lambda self, t, x, /: call(t, x)) if field else (lambda self, x, /: call(x))
        )
    kind: Any = type(f"Faulty{type(good).__name__}", (type(good),), members)
    return kind(**attrs.asdict(good, recurse=False)) if attrs.has(type(good)) else kind()
