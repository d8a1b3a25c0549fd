"""What all of a process share, and no component may change."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Generator, Iterable, Iterator
from typing import Any, cast

import torch

from takens._plugins.process import Setting, put_back, settings
from takens.testing.asking import CheckFailedError


@contextlib.contextmanager
def left_alone() -> Generator[None]:
    """Put back what is changed inside for everyone, and fail where anything was.

    Raises: CheckFailedError.
    """
    before = {what: read() for what, read, *_ in _shared()}
    imported, changed = len(sys.modules), list[str]()
    try:
        yield
    finally:
        if len(sys.modules) > imported:
            # Some libraries draw from it when they are imported.
            before.pop("Python's generator")
        changed = put_back(before, _shared())
    if changed:
        raise CheckFailedError(f"It changes {', '.join(changed)}.")


def _shared() -> Iterator[Setting]:
    yield from settings()
    yield "Python's generator", random.getstate, random.setstate, None
    yield "torch's generator", _torch_state, _seed_torch, None
    if numpy := cast(Any, sys.modules.get("numpy")):
        state = lambda: _plain(*numpy.random.get_state())  # noqa: E731
        yield "NumPy's generator", state, numpy.random.set_state, None
    if matplotlib := cast(Any, sys.modules.get("matplotlib")):
        own = matplotlib.rcParams
        yield "matplotlib's settings", lambda: dict(own.copy()), own.update, None
    if pyplot := cast(Any, sys.modules.get("matplotlib.pyplot")):
        yield "the figures open in pyplot", pyplot.get_fignums, _close, []


def _torch_state() -> bytes:
    return torch.get_rng_state().numpy().tobytes()


def _seed_torch(state: bytes) -> None:
    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _plain(kind: str, keys: Any, *rest: Any) -> tuple[Any, ...]:
    return kind, keys.tolist(), *rest


def _close(kept: Iterable[int]) -> None:
    from matplotlib import pyplot

    for number in set(pyplot.get_fignums()) - set(kept):
        pyplot.close(number)
