"""The periodic kernel."""

import math
from typing import final

import torch
from torch import Generator, Tensor

from takens_gp.kernels.composition import Composable
from takens_gp.kernels.distances import constant_diagonal
from takens_gp.kernels.radial import total
from takens_gp.kernels.values import like
from takens_gp.settings import PeriodicSettings


@final
class Periodic(PeriodicSettings, Composable):
    """`k = variance exp(-2 sum_i sin^2(pi (x_i - y_i) / period) / lengthscale^2)`.

    Functions that repeat themselves. ``variance`` is in squared units of y, ``period`` in
    units of x; ``lengthscale`` has no unit.

    Source: MacKay (1998), Introduction to Gaussian processes, eq. 47.
    """

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        phase = math.pi / like(self.period, x)
        total = x.new_zeros(())
        for i in range(x.shape[-1]):
            apart = x[..., i].unsqueeze(-1) - y[..., i].unsqueeze(-2)
            total = total + torch.sin(phase * apart).square()
        return like(self.variance, x) * torch.exp(
            -2 * total / like(self.lengthscale, x).square()
        )

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivatives of `sum(weight * k(x, y))`, in the order of ``bounds``."""
        period, scale = like(self.period, x), like(self.lengthscale, x)
        phase = math.pi / period
        squares, turned = torch.zeros_like(weight), torch.zeros_like(weight)
        for i in range(x.shape[-1]):
            angle = phase * (x[..., i].unsqueeze(-1) - y[..., i].unsqueeze(-2))
            sine = angle.sin()
            squares.addcmul_(sine, sine)
            turned.addcmul_(sine * angle.cos(), angle, value=2)
        weighted = weight * torch.exp(-2 / scale.square() * squares)
        variance = like(self.variance, x)
        return (
            weighted.sum(),
            4 * variance / scale**3 * total(weighted, squares),
            2 * variance / (scale.square() * period) * total(weighted, turned),
        )

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return constant_diagonal(self.variance, x)

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw harmonics of the period, by their Fourier coefficients: `(count, dim)`."""
        from scipy.special import ive

        inverse = float(self.lengthscale) ** -2
        highest = int(10 + 10 * math.sqrt(inverse) + 2 * inverse)
        orders = torch.arange(-highest, highest + 1)
        weights = torch.from_numpy(ive(orders.abs().numpy(), inverse))
        picked = torch.multinomial(weights, count * dim, True, generator=generator)
        harmonics = orders[picked].view(count, dim).double()
        return harmonics * (2 * math.pi / float(self.period))
