"""How many threads the algebra of matrices is worth."""

import functools
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import torch
from threadpoolctl import ThreadpoolController

# Matrices of fewer rows gain nothing from threads, which wait for each other, and on a busy
# machine for many times as long as the work takes.
_WORTH_SHARING: Final = 1000


@contextmanager
def threads_for(rows: int) -> Generator[None]:
    """Use one thread inside for small matrices, and for others as many as torch is given.

    SciPy's libraries count their threads apart from torch.
    """
    before = torch.get_num_threads()
    now = before if rows >= _WORTH_SHARING else 1
    with _controller().limit(limits=now):
        torch.set_num_threads(now)
        try:
            yield
        finally:
            torch.set_num_threads(before)


@functools.cache
def _controller() -> Any:
    return ThreadpoolController().select(user_api="blas")
