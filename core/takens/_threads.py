"""How many threads a piece of work is worth."""

import contextlib
from collections.abc import Generator
from typing import Final

import torch

# Multiply-adds in one step below which waking a second thread costs more than it brings.
# Where other programs keep the cores busy, it costs many times the work itself.
_WORTH_SHARING: Final = 10_000_000


@contextlib.contextmanager
def threads_for(work: int) -> Generator[None]:
    """Use one thread inside, where ``work`` multiply-adds a step are too few to share.

    The choice depends on nothing but the size, so that a run can be repeated.
    """
    before = torch.get_num_threads()
    if work < _WORTH_SHARING:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
