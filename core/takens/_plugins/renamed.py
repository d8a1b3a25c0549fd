"""Methods by their old names, which are understood until the next minor version."""

from collections.abc import Mapping
from typing import Final, TypeVar

from takens._plugins.warn import renamed

T = TypeVar("T")
_NOW: Final[Mapping[str, str]] = {
    "adapted": "set_up",
    "in_force": "logged_values",
    "probe": "measure",
    "pull_back": "vjp",
}


def with_new_names(component: T, /) -> T:
    """Return a metric or a scheme, made to answer to today's names."""
    kind = type(component)
    for old, new in _NOW.items():
        if callable(getattr(kind, old, None)) and not hasattr(kind, new):
            renamed(f"{kind.__name__}.{old}", new)
            setattr(kind, new, getattr(kind, old))
    return component
