"""Calling a kernel: pointers to memory, and the batch shared out to the cores."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import torch
from torch import Tensor

from takens_native.leaves import Leaves
from takens_native.refusal import Refusal

# A second thread waits for its turn where other programs keep the cores busy: below this many
# operations each, some five milliseconds, it took up to three times as long as one alone.
_WORTH: Final = 200_000_000

long, real, pointer = ctypes.c_long, ctypes.c_double, ctypes.c_void_p


def bind(library: ctypes.CDLL, name: str, *types: Any) -> Callable[..., int]:
    """Return a function of a kernel; it answers 0, or 1 where memory ran out."""
    function: Any = getattr(library, name)
    if function.argtypes is None:
        function.argtypes, function.restype = types, ctypes.c_int
    return function


def check(status: int) -> None:
    """Raise: MemoryError where a kernel found no memory."""
    if status:
        raise MemoryError("A compiled solve found no memory for its work space.")


def shares(samples: int, work: float, lanes: int) -> list[tuple[int, int]]:
    """Cut a batch into the parts that threads take, whole blocks of lanes each."""
    threads = min(torch.get_num_threads(), int(work / _WORTH), samples // lanes)
    if threads < 2:
        return [(0, samples)]
    blocks = -(-samples // lanes)
    cuts = [blocks * i // threads * lanes for i in range(threads)] + [samples]
    return list(itertools.pairwise(cuts))


def run(parts: list[tuple[int, int]], task: Callable[[int, int], int]) -> None:
    """Run a task on every part; ctypes lets go of the interpreter meanwhile."""
    if len(parts) == 1:
        check(task(*parts[0]))
        return
    starts, stops = zip(*parts, strict=True)
    for status in _pool(os.getpid()).map(task, starts, stops):
        check(status)


@functools.lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    # Threads do not survive a fork: each process has a pool of its own.
    del process
    return ThreadPoolExecutor(thread_name_prefix="takens-native")


def samples(x0: Tensor) -> Tensor:
    """Return a state `(..., d)` as samples `(b, d)` that stand side by side in memory."""
    return (x0 if x0.ndim == 2 else x0.reshape(-1, x0.shape[-1])).contiguous()


def needs_gradient(x0: Tensor, numbers: Leaves) -> bool:
    """Tell whether autograd asks for a gradient to the state or to what a function holds."""
    return torch.is_grad_enabled() and (
        x0.requires_grad or any(tensor.requires_grad for tensor in numbers.tensors)
    )


def by_sample(out: Tensor, x0: Tensor) -> Tensor:
    """Return states `(n, b, d)` as `(..., n, d)`, for a start `x0: (..., d)`."""
    if x0.ndim == 2:
        return out.transpose(0, 1)
    return out.view(len(out), *x0.shape).movedim(0, -2)


def refuse_state(x0: Tensor) -> None:
    """Raise: Refusal for a state that kernels do not take."""
    if type(x0) is not Tensor and type(x0) is not torch.nn.Parameter:
        raise Refusal(f"the state is a {type(x0).__name__}")
    if x0.device.type != "cpu":
        raise Refusal(f"the state is on {x0.device}")
    if x0.dtype not in (torch.float32, torch.float64):
        raise Refusal(f"the state is {x0.dtype}")
    if x0.ndim == 0 or x0.numel() == 0:
        raise Refusal(f"the state has the shape {tuple(x0.shape)}")
