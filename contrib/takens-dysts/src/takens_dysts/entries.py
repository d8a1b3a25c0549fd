"""States as their entries."""

from collections.abc import Sequence

import torch
from torch import Tensor

Number = float | Tensor
Entries = tuple[Number, ...]


def join(like: Tensor, entries: Sequence[Number]) -> Tensor:
    """Return `(..., d)` from numbers and Tensors that broadcast with `like: (...)`."""
    zero = torch.zeros_like(like)
    return torch.stack(
        [
            entry if isinstance(entry, Tensor) and entry.shape == like.shape else zero + entry
            for entry in entries
        ],
        -1,
    )
