"""Warnings that point at the code of the person who called us."""

import contextlib
import os
import warnings
from collections.abc import Mapping
from typing import Final, TypeVar

from takens._secrets import blanked

_OURS: Final = (os.path.dirname(os.path.dirname(__file__)) + os.sep, contextlib.__file__)


def warn_outside(message: str, category: type[Warning]) -> None:
    """Warn as from the first caller outside of the core."""
    import sys

    frame, level = sys._getframe(1), 2  # pyright: ignore[reportPrivateUsage]
    while frame.f_back and frame.f_code.co_filename.startswith(_OURS):
        frame, level = frame.f_back, level + 1
    warnings.warn(blanked(message), category, stacklevel=level)


def renamed(old: str, new: str) -> None:
    """Warn that a name is old."""
    warn_outside(f"{old} will go; write {new}.", DeprecationWarning)


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
