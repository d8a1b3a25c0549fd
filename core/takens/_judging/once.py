"""What is made once for all who ask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, final

import attrs

T = TypeVar("T")


@final
@attrs.frozen(eq=False)
class Once:
    """Values by what they are about; of several threads that ask, one makes a value."""

    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _locks: dict[Hashable, threading.RLock] = attrs.field(
        factory=dict[Hashable, "threading.RLock"], init=False
    )
    _made: dict[Hashable, Any] = attrs.field(factory=dict[Hashable, Any], init=False)

    def of(self, make: Callable[[], T], *about: Hashable) -> T:
        """Return what is known ``about`` this, made at the first time; errors are not kept."""
        with self._lock:
            lock = self._locks.setdefault(about, threading.RLock())
        with lock:
            if about not in self._made:
                self._made[about] = make()
            return self._made[about]
