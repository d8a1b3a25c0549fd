"""The kernel of Brownian motion."""

from typing import final

from torch import Tensor

import takens
from takens_gp.kernels.composition import Composable
from takens_gp.kernels.radial import total
from takens_gp.kernels.values import like
from takens_gp.settings import BrownianSettings


@final
class Brownian(BrownianSettings, Composable):
    """`k = variance min(x, y)` for times `x, y: (..., n, 1)` that are not negative.

    For times of either sign `k = variance (|x| + |y| - |x - y|) / 2`: two independent motions
    that leave from 0 in either direction. ``variance`` is in squared units of y per unit of x.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, B.2.1.
    """

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, 1), (..., m, 1) -> (..., n, m)`.

        Raises: InputError where points have more than one coordinate.
        """
        x, y = _time(x).unsqueeze(-1), _time(y).unsqueeze(-2)
        return like(self.variance, x) / 2 * (x.abs() + y.abs() - (x - y).abs())

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivative of `sum(weight * k(x, y))` by the variance."""
        return (total(weight, self(x, y)) / like(self.variance, x),)

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, 1) -> (..., n)`."""
        return like(self.variance, x) * _time(x).abs()


def _time(x: Tensor) -> Tensor:
    if x.shape[-1] != 1:
        raise takens.InputError(
            f"Brownian motion goes along one time; got points of {x.shape[-1]} coordinates."
        )
    return x[..., 0]
