"""The rational quadratic kernel."""

from typing import final

import torch
from torch import Generator, Tensor

from takens_gp.kernels.distances import squared_distance
from takens_gp.kernels.radial import Radial, total
from takens_gp.kernels.values import like
from takens_gp.settings import RationalQuadraticSettings


@final
class RationalQuadratic(RationalQuadraticSettings, Radial):
    """`k = variance (1 + r^2 / (2 shape))^-shape`: smooth functions of many lengthscales.

    r is the distance in lengthscales; as ``shape`` grows this becomes the squared exponential.
    ``variance`` is in squared units of y, ``lengthscale`` in units of x, one or one for each
    dimension; ``shape`` has no unit.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.19.
    """

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        # By the logarithm, which stays exact where the shape is large.
        shape = like(self.shape, squared)
        return torch.exp(-shape * torch.log1p(squared / (2 * shape)))

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        return -0.5 * profile / (1 + squared / (2 * like(self.shape, squared)))

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivatives of `sum(weight * k(x, y))`, in the order of ``bounds``."""
        shape = like(self.shape, x)
        share = squared_distance(x, y, self.lengthscale) / (2 * shape)
        grown = torch.log1p(share)
        change = torch.exp(-shape * grown) * (share / (1 + share) - grown)
        by_shape = like(self.variance, x) * total(weight, change)
        return (*super().vjp(x, y, weight), by_shape)

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw from the spectrum, normal with a gamma-distributed precision: `(count, dim)`."""
        from scipy.special import gammaincinv

        normal = torch.randn(count, dim, generator=generator, dtype=torch.float64)
        uniform = torch.rand(count, 1, generator=generator, dtype=torch.float64)
        # By inversion: the distributions of torch take no generator.
        shape = float(self.shape)
        gamma = torch.from_numpy(gammaincinv(shape, uniform.numpy())) / shape
        return normal * gamma.sqrt() / like(self.lengthscale, normal)
