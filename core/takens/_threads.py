"""How many threads a piece of work is worth."""

import contextlib
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, ContextVar, copy_context
from typing import Final, TypeVar

import torch

# Multiply-adds in one step below which waking a second thread costs more than it brings.
# Where other programs keep the cores busy, it costs many times the work itself.
_WORTH_SHARING: Final = 10_000_000
_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")
_BEFORE: Final[ContextVar[int]] = ContextVar("threads before they were limited", default=0)


@contextlib.contextmanager
def threads_for(work: int) -> Generator[None]:
    """Use one thread inside, where ``work`` multiply-adds a step are too few to share.

    The choice depends on nothing but the size, so that a run can be repeated.
    """
    before = torch.get_num_threads()
    token = None
    if work < _WORTH_SHARING and before > 1:
        token = _BEFORE.set(_BEFORE.get() or before)
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if token is not None:
            _BEFORE.reset(token)
            torch.set_num_threads(before)


def with_all_threads(work: Callable[[_Given], _Answer], given: _Given) -> _Answer:
    """Return what ``work`` makes of ``given``, by the threads that ``threads_for`` has taken.

    Many steps at once are worth the threads that a single one is not.
    """
    before = _BEFORE.get()
    if not before:
        return work(given)
    now = torch.get_num_threads()
    torch.set_num_threads(before)
    try:
        return work(given)
    finally:
        torch.set_num_threads(now)


def side_by_side(
    work: Callable[[_Given], _Answer], given: Sequence[_Given], threads: int
) -> Sequence[_Answer]:
    """Return what ``work`` makes of each, in so many threads at the most.

    Each has a thread to itself. The first is done alone, so that what all need and one
    prepares, such as a compiled kernel, is there for the others.
    """
    before, grad = torch.get_num_threads(), torch.is_grad_enabled()
    threads = min(threads, len(given) - 1)
    if threads < 2:
        return [work(one) for one in given]

    def task(context: Context, one: _Given) -> _Answer:
        torch.set_num_threads(1)
        with torch.set_grad_enabled(grad):
            return context.run(work, one)

    first = work(given[0])
    rest = given[1:]
    with ThreadPoolExecutor(threads) as pool:
        try:
            return [first, *pool.map(task, [copy_context() for _ in rest], rest)]
        finally:
            # New threads begin with what was set last, in whichever thread.
            torch.set_num_threads(before)
