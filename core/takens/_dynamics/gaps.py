"""Samples of which some numbers are missing, which are NaN."""

from __future__ import annotations

import itertools
from typing import Final

import torch
from torch import Tensor

from takens._protocols.model import Model

# A stretch of more samples stands for the whole record.
_ENOUGH: Final = 1_000


def has_gaps(x: Tensor) -> bool:
    """Return whether some number of `x` is missing."""
    return bool(torch.func.debug_unwrap(x.detach()).isnan().any())


def filled(x: Tensor) -> Tensor:
    """Return `x: (..., T, n)` without gaps: lines between what is known, level at the ends.

    A variable that is wholly missing becomes 0, the mean of standardised data.
    """
    known, count = ~x.isnan(), x.shape[-2]
    place = torch.arange(count, device=x.device).unsqueeze(-1)
    before = torch.where(known, place, -1).cummax(-2).values
    after = torch.where(known, place, count).flip(-2).cummin(-2).values.flip(-2)
    low = torch.where(before < 0, after, before).clamp_max(count - 1)
    high = torch.where(after == count, before, after).clamp_min(0)
    values = x.nan_to_num(0.0)
    first, second = values.gather(-2, low), values.gather(-2, high)
    share = (place - low).to(x.dtype) / (high - low).clamp_min(1)
    return torch.where(known, x, torch.lerp(first, second, share.clamp(0.0, 1.0)))


def longest_stretch(x: Tensor) -> Tensor:
    """Return the longest stretch of `x: (T, n)` without gaps, or all with lines across them."""
    if not has_gaps(x):
        return x
    lost = [-1, *map(int, x.isnan().any(1).nonzero()), len(x)]
    start, end = max(itertools.pairwise(lost), key=lambda ends: ends[1] - ends[0])
    return x[start + 1 : end] if end - start > _ENOUGH else filled(x)


def force_where_known(model: Model, z: Tensor, x: Tensor) -> Tensor:
    """Make `z: (..., m)` agree with what is known of `x: (..., n)`.

    Where all of an observation is missing the state is left alone; where some of it is, the
    model's own read-out stands for that.
    """
    if not has_gaps(x):
        return model.force(z, x)
    known = ~x.isnan()
    forced = model.force(z, torch.where(known, x, model.observe(z)))
    return torch.where(known.any(-1, keepdim=True), forced, z)
