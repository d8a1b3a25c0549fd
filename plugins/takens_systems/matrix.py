"""Matrices from their entries."""

from collections.abc import Sequence

import torch
from torch import Tensor


def matrix(like: Tensor, rows: Sequence[Sequence[float | Tensor]]) -> Tensor:
    """Return `(..., r, c)` from rows of numbers and Tensors, broadcast with `like: (...)`."""
    one, zero = torch.ones_like(like), torch.zeros_like(like)

    def entry(value: float | Tensor) -> Tensor:
        if isinstance(value, Tensor):
            return value if value.shape == like.shape else value * one
        return value * one if value else zero

    entries = torch.stack([entry(value) for row in rows for value in row], -1)
    return entries.reshape(*like.shape, len(rows), len(rows[0]))
