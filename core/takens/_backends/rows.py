"""Rows of a state that act on one another, found by what a function makes of changed ones."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Final, TypeAlias

import torch
from torch import Tensor

_Function: TypeAlias = Callable[[Tensor], Tensor]
# Ten probes tell 252 rows apart, each from each; more share what they are changed with.
_MOST_PROBES: Final = 10


def coupled_dims(function: _Function, x: Tensor, *, within: float = 0.0) -> int:
    """Return how many dimensions before the last of `x: (..., d)` act on one another.

    Those are counted from the first that does, as 1 for particles `(batch, particles, d)`; 0
    says that every row goes its own way. ``function`` is called about ten times, with rows
    moved near others and with rows of NaN, and works under the transforms of ``torch.func``.
    Answers of one row are the same ``within`` this part of the largest: none for a field, more
    for a solve, whose rounding depends on which rows are still under way.
    """
    lead = x.shape[:-1]
    if lead.numel() < 2:
        return 0
    with torch.inference_mode(False), torch.no_grad():
        x = x.detach().clone()
        before = _called(function, x)
        if before is None or before.shape[:-1] != lead:
            return 0
        for axis, size in enumerate(lead):
            if size > 1 and _coupled(function, x, before, axis, within):
                # One that draws random numbers differs from itself.
                again = _called(function, x.clone())
                same = again is not None and not _differs(before, again, within)
                return len(lead) - axis if same else 0
    return 0


def _coupled(function: _Function, x: Tensor, before: Tensor, axis: int, within: float) -> bool:
    size, shape = x.shape[axis], (-1, *[1] * (x.dim() - 1 - axis))
    scale = x.abs() + 1e-3 * x.abs().amax()
    scale = torch.where(scale > 0, scale, 1.0)
    along = torch.linspace(0.5, 1, x.shape[-1], dtype=x.dtype, device=x.device)
    for number, (moved, source, share) in enumerate(_changes(size)):
        mask, source = moved.view(shape).to(x.device), source.to(x.device)
        aside = scale.index_select(axis, source) * share.view(shape).to(x) * along
        tries = [x.index_select(axis, source) + aside]
        # Not by a factor of zero, as of a coupling that is still to be trained, either.
        tries += [torch.full_like(x, torch.nan)] if number < 2 else []
        for other in tries:
            after = _called(function, torch.where(mask, other, x))
            if after is None or after.shape != before.shape:
                continue
            if _differs(torch.where(mask, before, after), before, within):
                return True
    return False


@functools.lru_cache(maxsize=64)
def _changes(size: int) -> tuple[tuple[Tensor, Tensor, Tensor], ...]:
    """Return groups of rows to move, so that of any two each is once moved alone.

    With each go the rows that it moves to, one of those that stay, since a cutoff may hide what
    is far apart; and how far aside, in sizes of a state: some a thousandth, the others a third.
    """
    counts = range(2, _MOST_PROBES + 1, 2)
    count = next((k for k in counts if math.comb(k, k // 2) >= size), _MOST_PROBES)
    codes = list(itertools.combinations(range(count), count // 2))
    found = list[tuple[Tensor, Tensor, Tensor]]()
    for probe in range(count):
        moved = [probe in codes[row % len(codes)] for row in range(size)]
        kept = [row for row in range(size) if not moved[row]]
        if kept and len(kept) < size:
            source = [kept[row % len(kept)] for row in range(size)]
            shares = [(0.3 if row % 2 else 1e-3) * (1 + row % 7 / 7) for row in range(size)]
            share = torch.tensor(shares, dtype=torch.float64)
            found.append((torch.tensor(moved), torch.tensor(source), share))
    return tuple(found)


def _called(function: _Function, x: Tensor) -> Tensor | None:
    try:
        found = function(x)
    except Exception:
        # What it cannot do here says nothing about its rows.
        return None
    if not isinstance(found, Tensor) or found.dtype is torch.bool:  # pyright: ignore[reportUnnecessaryIsInstance]
        return None
    return found.clone()


def _differs(a: Tensor, b: Tensor, within: float) -> bool:
    # Where one is NaN or infinite and the other is not, they differ in any case.
    largest = torch.where(b.isfinite(), b.abs(), 0.0).amax()
    alike = (a == b) | ((a - b).abs() <= within * largest)
    differs = ~alike & ~(a.isnan() & b.isnan())
    return bool(torch.func.debug_unwrap(differs).any())
