"""What may solve a whole problem at once: a backend, or the eager loop."""

from typing import Any, Final

import takens

_ALWAYS: Final = ("auto", "eager")


def known_backend(_: object, __: object, value: Any) -> None:
    """Refuse a name that no installed backend has."""
    if value in _ALWAYS:
        return
    known = [*_ALWAYS, *takens.backends.names()]
    if value not in known:
        raise takens.ComponentError(
            f"backend is one of {', '.join(map(repr, known))}; got {value!r}."
        )
