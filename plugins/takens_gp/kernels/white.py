"""The kernel of white noise."""

from typing import final

from torch import Tensor

from takens_gp.kernels.composition import Composable
from takens_gp.kernels.distances import constant_diagonal
from takens_gp.kernels.radial import total
from takens_gp.kernels.values import like
from takens_gp.settings import WhiteSettings


@final
class White(WhiteSettings, Composable):
    """`k = variance` where two points coincide, else 0.

    It is a part of the function: two measurements at one point share it, where noise of the
    measurement (``noise_variance`` of a ``GaussianProcess``) differs between them.
    ``variance`` is in squared units of y.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, 4.2.3.
    """

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        same = (x.unsqueeze(-2) == y.unsqueeze(-3)).all(-1)
        return like(self.variance, x) * same.to(x.dtype)

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivative of `sum(weight * k(x, y))` by the variance."""
        return (total(weight, self(x, y)) / like(self.variance, x),)

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return constant_diagonal(self.variance, x)
