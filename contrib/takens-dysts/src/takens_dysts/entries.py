"""States as their entries."""

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor

# Of equations: a coordinate and a parameter, and what they give.
X: TypeAlias = Tensor
P: TypeAlias = float | Tensor
Entries: TypeAlias = tuple[P, ...]


def join(like: Tensor, entries: Sequence[P]) -> Tensor:
    """Return `(..., d)` from numbers and Tensors that broadcast with `like: (...)`."""
    zero = torch.zeros_like(like)
    return torch.stack(
        [
            entry if isinstance(entry, Tensor) and entry.shape == like.shape else zero + entry
            for entry in entries
        ],
        -1,
    )
