"""What all compiled solves share: states and times in, kernels called, gradients out."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, cast

import torch
from torch import Tensor

import takens
from takens_native.tracing.captured import Captured, unpack
from takens_native.unsupported import UnsupportedError

# A second thread waits for its turn where other programs keep the cores busy: below this many
# operations each, some five milliseconds, it took up to three times as long as one alone.
_WORTH: Final = 200_000_000
_C_TYPES: Final[Mapping[Any, Any]] = {int: ctypes.c_long, float: ctypes.c_double}


class CompiledSolve(Protocol):
    """A request with its kernels, ready to run; states stand in the order of the kernel."""

    @property
    def captured(self) -> Sequence[Captured]:
        """What the functions hold, of every member."""
        ...

    @property
    def eager(self) -> Callable[[], Tensor] | None:
        """The same solve in eager torch."""
        ...

    def forward(self, x0: Tensor, keep: bool, /) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the states and, to ``keep``, what ``backward`` needs.

        Raises: UnsupportedError where a kernel, or the one for ``backward``, is not compiled.
        """
        ...

    def backward(self, kept: Sequence[Tensor], gout: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the gradients to the start, and to the parameters of every member."""
        ...

    def arranged(self, out: Tensor, /) -> Tensor:
        """Return states, or their gradients, in the order that was asked for."""
        ...


def run(solve: CompiledSolve, x0: Tensor) -> Tensor:
    """Return the states of a solve, which has a gradient where one is asked for."""
    tensors = [tensor for found in solve.captured for tensor in found.tensors]
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (x0, *tensors)):
        out = cast(Callable[..., Tensor], _Solve.apply)(solve, x0, *tensors)
    else:
        out, _ = solve.forward(x0, False)
    return solve.arranged(out)


class _Solve(torch.autograd.Function):
    """The derivative of the steps that were taken; choosing them is no part of it."""

    @staticmethod
    def forward(ctx: Any, solve: CompiledSolve, x0: Tensor, *tensors: Tensor) -> Tensor:
        out, kept = solve.forward(x0, True)
        ctx.solve, ctx.count = solve, len(kept)
        ctx.save_for_backward(*kept, x0, *tensors)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        solve: CompiledSolve = ctx.solve
        kept, (x0, *tensors) = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]
        if torch.is_grad_enabled():
            return None, *_by_eager(solve, solve.arranged(grads[0]), (x0, *tensors))
        gx0, gu = solve.backward(kept, grads[0])
        rows = gu.view(len(solve.captured), -1)
        parts = (unpack(one, row) for one, row in zip(solve.captured, rows, strict=True))
        return None, gx0.view(x0.shape), *itertools.chain.from_iterable(parts)


def _by_eager(
    solve: CompiledSolve, gout: Tensor, wanted: tuple[Tensor, ...]
) -> tuple[Tensor | None, ...]:
    """Return gradients that can be differentiated once more, from the solve in eager torch."""
    if solve.eager is None:
        raise takens.InputError(
            "Second derivatives of this solve need the eager integrator; ask for "
            "backend='eager'."
        )
    needed = [tensor for tensor in wanted if tensor.requires_grad]
    grads = iter(
        torch.autograd.grad(solve.eager(), needed, gout, create_graph=True, allow_unused=True)
    )
    return tuple(next(grads) if tensor.requires_grad else None for tensor in wanted)


def launch(
    function: Any,
    parts: Sequence[tuple[int, int]],
    *arguments: Any,
    gradient_of: Tensor | None = None,
) -> Tensor:
    """Call a function of a kernel for all parts of a batch; ctypes lets go of the interpreter.

    It takes where a part begins and ends, the arguments (whole numbers as long, others as
    double, all else as pointers) and where the gradient of some parameters is added up, which
    is returned as a sum over the parts.

    Raises: MemoryError where it found no memory.
    """
    if function.argtypes is None:
        kinds = [_C_TYPES.get(kind, ctypes.c_void_p) for kind in map(type, (0, 0, *arguments))]
        kinds += [] if gradient_of is None else [ctypes.c_void_p]
        function.argtypes, function.restype = kinds, ctypes.c_int
    given = [a.data_ptr() if isinstance(a, Tensor) else a for a in arguments]
    if gradient_of is None:
        total, rows = _NOTHING, [()] * len(parts)
    else:
        total = gradient_of.new_zeros((len(parts), *gradient_of.shape))
        rows = [(row.data_ptr(),) for row in total]

    def call(part: tuple[int, int], row: tuple[int, ...]) -> None:
        if function(*part, *given, *row):
            raise MemoryError("A compiled solve found no memory for its work space.")

    if len(parts) == 1:
        call(parts[0], rows[0])
        return total if gradient_of is None else total[0]
    for _ in _pool(os.getpid()).map(call, parts, rows):
        pass
    return total if gradient_of is None else total.sum(0)


_NOTHING: Final = torch.empty(0)


def parts_of(samples: int, lanes: int, work: Callable[[], float]) -> list[tuple[int, int]]:
    """Cut a batch into the parts that threads take, whole blocks of lanes each.

    ``work`` counts the operations of all samples, where there is something to share.
    """
    threads = min(torch.get_num_threads(), samples // lanes)
    if threads > 1:
        threads = min(threads, int(work() / _WORTH))
    if threads < 2:
        return [(0, samples)]
    blocks = -(-samples // lanes)
    cuts = [blocks * i // threads * lanes for i in range(threads)] + [samples]
    return list(itertools.pairwise(cuts))


@functools.lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    # Threads do not survive a fork: each process has a pool of its own.
    del process
    return ThreadPoolExecutor(thread_name_prefix="takens-native")


def samples(x0: Tensor) -> Tensor:
    """Return a state `(..., d)` as samples `(b, d)` that stand side by side in memory."""
    return (x0 if x0.ndim == 2 else x0.reshape(-1, x0.shape[-1])).contiguous()


def by_sample(out: Tensor, x0: Tensor) -> Tensor:
    """Return states `(n, b, d)` as `(..., n, d)`, for a start `x0: (..., d)`."""
    if x0.ndim == 2:
        return out.transpose(0, 1)
    return out.view(len(out), *x0.shape).movedim(0, -2)


def times(ts: Tensor) -> tuple[Tensor, int]:
    """Return `(n,)` or `(b, n)` side by side in float64, and how far samples are apart.

    Raises: UnsupportedError where they need a gradient.
    """
    if ts.requires_grad:
        raise UnsupportedError("the times need a gradient")
    if ts.ndim > 1:
        ts = ts.reshape(-1, ts.shape[-1])
    if ts.dtype != torch.float64 or not ts.is_contiguous():
        ts = ts.to(torch.float64).contiguous()
    return ts, 0 if ts.ndim == 1 else ts.shape[-1]


def check_state(x0: Tensor) -> None:
    """Raise: UnsupportedError for a state that kernels do not take."""
    if type(x0) is not Tensor and type(x0) is not torch.nn.Parameter:
        raise UnsupportedError(f"the state is a {type(x0).__name__}")
    if x0.device.type != "cpu":
        raise UnsupportedError(f"the state is on {x0.device}")
    if x0.dtype not in (torch.float32, torch.float64):
        raise UnsupportedError(f"the state is {x0.dtype}")
    if x0.ndim == 0 or x0.numel() == 0:
        raise UnsupportedError(f"the state has the shape {tuple(x0.shape)}")
