"""Kernels of the distance in lengthscales, and their derivatives."""

import torch
from torch import Tensor

from takens_gp.kernels.composition import Composable
from takens_gp.kernels.distances import FEW, constant_diagonal, squared_distance
from takens_gp.kernels.values import like
from takens_gp.settings import RadialSettings


class Radial(RadialSettings, Composable):
    """A kernel `variance profile(r^2)`, with r the distance in lengthscales."""

    __slots__ = ()

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        raise NotImplementedError

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        raise NotImplementedError

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        squared = squared_distance(x, y, self.lengthscale)
        return like(self.variance, x) * self.profile(squared)

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return constant_diagonal(self.variance, x)

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivatives of `sum(weight * k(x, y))` by variance and lengthscale.

        `x: (n, d)`, `y: (m, d)`, `weight: (n, m)`; the second has the shape of the lengthscale.
        """
        squared = squared_distance(x, y, self.lengthscale)
        profile = self.profile(squared)
        by_variance = total(weight, profile)
        change = self.slope(squared, profile).mul_(weight)
        scale = like(self.lengthscale, x)
        factor = -2 * like(self.variance, x)
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
