"""Derivatives of kernels of the distance in lengthscales, without automatic differentiation."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from takens_gp.kernels.distances import FEW, squared_distance
from takens_gp.kernels.values import Number, like


class Radial(Protocol):
    """A kernel `variance profile(r^2)`, with r the distance in lengthscales."""

    @property
    def variance(self) -> Number:
        """The variance at every point."""
        ...

    @property
    def lengthscale(self) -> Any:
        """One lengthscale, or one for each dimension."""
        ...

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation at a squared distance."""
        ...

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return its derivative, the profile being known there."""
        ...


def pull_back_radial(
    kernel: Radial, x: Tensor, y: Tensor, weight: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the derivatives of `sum(weight * k(x, y))` by variance and lengthscale.

    `x: (n, d)`, `y: (m, d)`, `weight: (n, m)`; the second has the shape of the lengthscale.
    """
    squared = squared_distance(x, y, kernel.lengthscale)
    profile = kernel.profile(squared)
    by_variance = total(weight, profile)
    change = kernel.slope(squared, profile).mul_(weight)
    scale = like(kernel.lengthscale, x)
    factor = -2 * like(kernel.variance, x)
    if scale.numel() == 1:
        return by_variance, (factor * total(change, squared) / scale).reshape(scale.shape)
    return by_variance, factor * _by_dimension(change, x, y) / scale**3


def total(weight: Tensor, values: Tensor) -> Tensor:
    """Return `sum(weight * values)` of `(n, m)` without the product in between: `()`."""
    return torch.dot(weight.reshape(-1), values.reshape(-1))


def _by_dimension(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the weighted sums of squared differences, `(d,)`."""
    if x.shape[-1] > FEW:
        middle = y.mean(0)
        x, y = x - middle, y - middle
        own = weight.sum(1) @ x.square() + weight.sum(0) @ y.square()
        return own - 2 * (x * (weight @ y)).sum(0)
    sums = [
        total(weight, (x[:, i].unsqueeze(-1) - y[:, i]).square_()) for i in range(x.shape[-1])
    ]
    return torch.stack(sums)
