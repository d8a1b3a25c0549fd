"""Distances between points, in units of a lengthscale."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

import takens
from takens_gp.kernels.values import Numbers, like

# In few dimensions differences are as fast as a matrix product, and free of cancellation.
FEW: Final = 8


def squared_distance(x: Tensor, y: Tensor, lengthscale: Numbers) -> Tensor:
    """Return `sum_i ((x_i - y_i) / l_i)^2`: `(..., n, d), (..., m, d) -> (..., n, m)`.

    Raises: InputError where there is neither one lengthscale nor one for each dimension.
    """
    scale = like(lengthscale, x)
    d = x.shape[-1]
    if scale.ndim and scale.shape[-1] not in (1, d):
        raise takens.InputError(
            f"The points have {d} dimensions and the kernel has {scale.shape[-1]} "
            f"lengthscales; give one, or {d}."
        )
    x, y = x / scale, y / scale
    if d > FEW:
        middle = y.mean(-2, keepdim=True)
        x, y = x - middle, y - middle
        lengths = x.square().sum(-1).unsqueeze(-1) + y.square().sum(-1).unsqueeze(-2)
        return (lengths - 2 * x @ y.mT).clamp(min=0)
    squared = (x[..., 0].unsqueeze(-1) - y[..., 0].unsqueeze(-2)).square()
    for i in range(1, d):
        apart = x[..., i].unsqueeze(-1) - y[..., i].unsqueeze(-2)
        squared = torch.addcmul(squared, apart, apart)
    return squared


def root(squared: Tensor) -> Tensor:
    """Return the root of a squared distance, with the derivative 0 where points coincide."""
    return squared.clamp(min=1e-36).sqrt()


def constant_diagonal(variance: Numbers, x: Tensor) -> Tensor:
    """Return the same variance for every point of `x: (..., n, d)`: `(..., n)`."""
    return like(variance, x) * torch.ones_like(x[..., 0])
