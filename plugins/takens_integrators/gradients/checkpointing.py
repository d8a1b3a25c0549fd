"""Long loops in segments, so that a gradient needs memory for one segment at a time."""

import math
from collections.abc import Callable
from typing import Final, TypeAlias

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from takens_integrators.under_transforms import is_plain

Run: TypeAlias = Callable[[Tensor, int, int], list[Tensor]]
"""Runs the steps from one number to another; returns what is to be kept, and last the state."""

_KEPT_WHOLE: Final = 128
_BUDGET: Final = 2**24


def checkpointed(
    run: Run, x: Tensor, steps: int, *, per_step: int
) -> tuple[list[Tensor], Tensor]:
    """Run a loop of ``steps`` steps from `x`; give all that it kept, and the last state.

    Where a gradient may be asked for, the states between segments are kept and the rest is
    recomputed, so that memory grows like the square root of ``steps``. Short loops, of which
    a step keeps about ``per_step`` numbers, are kept whole.
    """
    length = max(math.isqrt(steps), min(_KEPT_WHOLE, _BUDGET // max(per_step, 1)), 1)
    split = (
        length < steps
        and torch.is_grad_enabled()
        and (first := _first_state(run, x)) is not None
        and first.requires_grad
        # What is recomputed after a transform has ended would miss it.
        and is_plain(first)
    )
    if not split:
        *kept, x = run(x, 0, steps)
        return kept, x
    kept = list[Tensor]()
    for start in range(0, steps, length):
        *some, x = _recomputed(run, x, start, min(start + length, steps))
        kept += some
    return kept, x


def _recomputed(run: Run, x: Tensor, start: int, stop: int) -> list[Tensor]:
    """Run a segment, whose intermediate tensors are computed anew when a gradient asks.

    ``torch.utils.checkpoint`` does the same, but its first call imports the compiler of
    torch, which takes seconds.
    """
    count = 0
    again: dict[int, Tensor] = {}
    # Until the segment has ended, a field that calls autograd inside needs them itself.
    meanwhile: dict[int, Tensor] = {}

    def forget(saved: Tensor) -> int:
        nonlocal count
        count += 1
        meanwhile[count - 1] = saved.detach()
        return count - 1

    def recall(number: int) -> Tensor:
        if number in meanwhile:
            return meanwhile[number]
        if number not in again:
            fresh: list[Tensor] = []

            def keep(saved: Tensor) -> Tensor:
                fresh.append(saved.detach())
                return saved

            with torch.enable_grad(), saved_tensors_hooks(keep, lambda saved: saved):
                run(x.detach().requires_grad_(x.requires_grad), start, stop)
            if len(fresh) != count:
                raise RuntimeError(
                    "The field did something else when it was evaluated once more for its "
                    "gradient: it must depend on time and state alone."
                )
            again.update(enumerate(fresh))
        return again.pop(number)

    with saved_tensors_hooks(forget, recall):
        ended = run(x, start, stop)
    meanwhile.clear()
    return ended


def _first_state(run: Run, x: Tensor) -> Tensor | None:
    """Return the state after one step, or None where hooks are refused.

    ``torch.func.grad`` and its kin, around a solve or inside of its field, refuse those that
    recomputation rests on.
    """
    try:
        with saved_tensors_hooks(lambda saved: saved, lambda saved: saved):
            return run(x, 0, 1)[-1]
    except RuntimeError as error:
        if "saved tensor hooks" in str(error):
            return None
        raise
