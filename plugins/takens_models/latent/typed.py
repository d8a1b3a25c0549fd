"""Operations whose types torch leaves open."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def split(x: Tensor, sizes: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Cut the last axis into parts of these sizes."""
    return x.split(sizes, -1)


def unflatten(x: Tensor, sizes: Sequence[int]) -> Tensor:
    """Return the last axis a shape."""
    return x.unflatten(-1, sizes)


def pseudo_inverse(a: Tensor) -> Tensor:
    """Return Moore and Penrose's inverse: `(..., n, m) -> (..., m, n)`."""
    return torch.linalg.pinv(a)


def solve_linear(a: Tensor, b: Tensor) -> Tensor:
    """Return x of `a x = b`: `(..., m, m)` and `(..., m, k) -> (..., m, k)`."""
    return torch.linalg.solve(a, b)


def solve_if_regular(a: Tensor, b: Tensor) -> Tensor | None:
    """Return x of `a x = b`, `(m, m)` and `(m,)`, or None where a is singular."""
    x, singular = torch.linalg.solve_ex(a, b)
    return None if bool(singular) else x


def distinct(rows: Tensor) -> tuple[Tensor, ...]:
    """Return the rows of `(count, n)` that differ, in order."""
    return torch.unique(rows, dim=0).unbind(0)


def eigenvalues(a: Tensor) -> Tensor:
    """Return the complex eigenvalues: `(..., m, m) -> (..., m)`."""
    return torch.linalg.eigvals(a)


def weight_of(layer: nn.Module) -> Tensor:
    """Return the weights of a linear layer."""
    return layer.weight  # pyright: ignore[reportReturnType]
