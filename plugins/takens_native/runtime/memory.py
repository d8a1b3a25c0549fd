"""Memory for large results, used again when nothing refers to a result any more.

A page that the system hands out for the first time costs more than the solve that fills it.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import weakref
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor

# Smaller results are as well served by the allocator of torch.
_LARGE: Final = 1 << 21
_MOST: Final = 1 << 28
_PAGE: Final = 1 << 21
_FREE: list[mmap.mmap] = []


def result(shape: Sequence[int], dtype: torch.dtype) -> tuple[Tensor, bool]:
    """Return a tensor of any contents, and whether its memory was in use before."""
    count = math.prod(shape)
    size = count * dtype.itemsize
    if size < _LARGE or not hasattr(mmap, "MAP_PRIVATE"):
        return torch.empty(shape, dtype=dtype), False
    block, again = _block(size)
    base = ctypes.addressof(ctypes.c_char.from_buffer(block))
    whole = ctypes.c_char * size
    memory = whole.from_buffer(block, -base % _PAGE)
    # The tensor keeps `memory`, and with it the block, for as long as anything views it.
    weakref.finalize(memory, _give_back, block).atexit = False
    buffer: Any = memory
    return torch.frombuffer(buffer, dtype=dtype, count=count).view(shape), again


def _block(size: int) -> tuple[mmap.mmap, bool]:
    needed = -(-size // _PAGE) * _PAGE + _PAGE
    fitting = [block for block in tuple(_FREE) if needed <= len(block) <= 2 * needed]
    for block in sorted(fitting, key=len):
        try:
            _FREE.remove(block)
        except ValueError:
            continue  # Another thread was faster.
        return block, True
    block = mmap.mmap(-1, needed, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        block.madvise(mmap.MADV_HUGEPAGE)
    return block, False


def _give_back(block: mmap.mmap) -> None:
    if hasattr(mmap, "MADV_FREE"):
        # The system may take the pages where it runs short, and leaves them otherwise.
        block.madvise(mmap.MADV_FREE)
        if sum(map(len, tuple(_FREE))) + len(block) <= _MOST:
            _FREE.append(block)
