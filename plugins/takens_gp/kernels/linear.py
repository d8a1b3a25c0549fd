"""Kernels of straight lines and of constants."""

from typing import final

import torch
from torch import Generator, Tensor

import takens
from takens_gp.kernels.composition import Composable
from takens_gp.kernels.distances import constant_diagonal
from takens_gp.kernels.values import like
from takens_gp.settings import ConstantSettings, LinearSettings


@final
class Linear(LinearSettings, Composable):
    """`k = sum_i variance_i x_i y_i`: linear functions, their slopes drawn with ``variance``.

    ``variance`` is in squared units of y per squared unit of x, one or one for each
    dimension. Together with a ``Constant`` this is Bayesian linear regression.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 2.15.
    """

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        return (x * self._variance(x)) @ y.mT

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivative of `sum(weight * k(x, y))` by the variance."""
        by_dimension = (x * (weight @ y)).sum(-2)
        variance = like(self.variance, x)
        return (by_dimension if variance.numel() > 1 else by_dimension.sum(),)

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return (x.square() * self._variance(x)).sum(-1)

    def _variance(self, x: Tensor) -> Tensor:
        variance = like(self.variance, x)
        if variance.ndim and variance.shape[-1] not in (1, x.shape[-1]):
            raise takens.InputError(
                f"The points have {x.shape[-1]} dimensions and Linear has "
                f"{variance.shape[-1]} variances; give one, or {x.shape[-1]}."
            )
        return variance


@final
class Constant(ConstantSettings, Composable):
    """`k = variance`: functions that are the same everywhere.

    ``variance`` is in squared units of y.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, table 4.1.
    """

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        one = torch.ones_like(x[..., 0]).unsqueeze(-1) * torch.ones_like(y[..., 0]).unsqueeze(
            -2
        )
        return like(self.variance, x) * one

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivative of `sum(weight * k(x, y))` by the variance."""
        return (weight.sum(),)

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return constant_diagonal(self.variance, x)

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Return frequencies of zero: `(count, dim)`."""
        return torch.zeros(count, dim, dtype=torch.float64)
