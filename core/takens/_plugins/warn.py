"""Warnings that point at the code of the person who called us."""

import contextlib
import os
import warnings
from typing import Final

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
