"""What all of a process share, and no component may change."""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, cast

import torch

from takens.testing.asking import CheckFailedError


@contextlib.contextmanager
def left_alone() -> Generator[None]:
    """Put back what is changed inside for everyone, and fail where anything was.

    Raises: CheckFailedError.
    """
    before = {what: value for what, value, _ in _shared()}
    imported, changed = len(sys.modules), list[str]()
    try:
        yield
    finally:
        if len(sys.modules) > imported:
            # Some libraries draw from it when they are imported.
            before.pop("Python's generator")
        for what, value, put_back in _shared():
            if what in before and value != before[what]:
                changed.append(what)
                put_back(before[what])
    if changed:
        raise CheckFailedError(f"It changes {', '.join(changed)}.")


def _shared() -> Iterator[tuple[str, Any, Callable[[Any], object]]]:
    """Return what is looked after: its name, what it is now, and how it is put back."""
    yield "the working directory", os.getcwd(), os.chdir
    yield "Python's generator", random.getstate(), random.setstate
    yield "torch's generator", torch.random.get_rng_state().numpy().tobytes(), _seed_torch
    yield "torch's default dtype", torch.get_default_dtype(), torch.set_default_dtype
    yield "torch's grad mode", torch.is_grad_enabled(), torch.set_grad_enabled
    yield "torch's number of threads", torch.get_num_threads(), torch.set_num_threads
    # Modules that nobody has imported are left alone.
    if numpy := cast(Any, sys.modules.get("numpy")):
        kind, keys, *rest = numpy.random.get_state()
        yield "NumPy's generator", (kind, keys.tobytes(), *rest), _seed_numpy
    if matplotlib := cast(Any, sys.modules.get("matplotlib")):
        settings = matplotlib.rcParams
        yield "matplotlib's settings", dict(settings.copy()), settings.update
    pyplot = cast(Any, sys.modules.get("matplotlib.pyplot"))
    yield "the figures open in pyplot", pyplot.get_fignums() if pyplot else [], _close


def _seed_torch(state: bytes) -> None:
    torch.random.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _seed_numpy(state: tuple[Any, ...]) -> None:
    import numpy as np

    kind, keys, *rest = state
    np.random.set_state((kind, np.frombuffer(keys, dtype=np.uint32), *rest))


def _close(kept: Iterable[int]) -> None:
    from matplotlib import pyplot

    for number in set(pyplot.get_fignums()) - set(kept):
        pyplot.close(number)
