"""The Matern kernels of half-integer smoothness."""

import math
from typing import ClassVar, final

import torch
from torch import Generator, Tensor

from takens_gp.kernels.distances import root
from takens_gp.kernels.radial import Radial
from takens_gp.kernels.values import like
from takens_gp.settings import Matern12Settings, Matern32Settings, Matern52Settings


class _Matern(Radial):
    """A kernel whose spectrum is Student's distribution of so many ``degrees``."""

    __slots__ = ()
    degrees: ClassVar[int]

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw from the spectrum: `(count, dim)`."""
        normal = torch.randn(count, dim, generator=generator, dtype=torch.float64)
        chi = torch.randn(count, self.degrees, generator=generator, dtype=torch.float64)
        scale = (self.degrees / chi.square().sum(-1, keepdim=True)).sqrt()
        return normal * scale / like(self.lengthscale, normal)


@final
class Matern12(Matern12Settings, _Matern):
    """`k = variance exp(-r)`, with r the distance in lengthscales: continuous, rough functions.

    In one dimension these are Ornstein-Uhlenbeck processes. ``variance`` is in squared units
    of y, ``lengthscale`` in units of x, one or one for each dimension.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.18.
    """

    degrees = 1

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        return torch.exp(-root(squared))

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        return profile / (-2 * root(squared))


@final
class Matern32(Matern32Settings, _Matern):
    """`k = variance (1 + s) exp(-s)`, s = sqrt(3) r: functions with one derivative.

    r is the distance in lengthscales. ``variance`` is in squared units of y, ``lengthscale``
    in units of x, one or one for each dimension.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.17.
    """

    degrees = 3

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        s = math.sqrt(3) * root(squared)
        return (1 + s) * torch.exp(-s)

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        return -1.5 * torch.exp(-math.sqrt(3) * root(squared))


@final
class Matern52(Matern52Settings, _Matern):
    """`k = variance (1 + s + s^2 / 3) exp(-s)`, s = sqrt(5) r: two derivatives.

    r is the distance in lengthscales. ``variance`` is in squared units of y, ``lengthscale``
    in units of x, one or one for each dimension.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.17.
    """

    degrees = 5

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation of points with so large a squared distance in lengthscales."""
        s = math.sqrt(5) * root(squared)
        return (1 + s + s.square() / 3) * torch.exp(-s)

    def slope(self, squared: Tensor, profile: Tensor, /) -> Tensor:
        """Return the derivative of the profile by the squared distance."""
        s = math.sqrt(5) * root(squared)
        return -5 / 6 * (1 + s) * torch.exp(-s)
