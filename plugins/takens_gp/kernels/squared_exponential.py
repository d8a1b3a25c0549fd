"""The squared exponential kernel."""

from typing import final

import torch
from torch import Generator, Tensor

from takens_gp.kernels.radial import Radial
from takens_gp.kernels.values import like
from takens_gp.settings import SquaredExponentialSettings


@final
class SquaredExponential(SquaredExponentialSettings, Radial):
    """`k = variance exp(-r^2 / 2)`, with r the distance in lengthscales: smooth functions.

    ``variance`` is in squared units of y, ``lengthscale`` in units of x; a tuple gives a
    lengthscale to each dimension.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.9.
    """

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        return torch.exp(-0.5 * squared)

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        return -0.5 * profile

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw from the spectrum, a normal distribution: `(count, dim)`."""
        normal = torch.randn(count, dim, generator=generator, dtype=torch.float64)
        return normal / like(self.lengthscale, normal)
