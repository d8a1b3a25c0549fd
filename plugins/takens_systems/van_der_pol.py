"""The Van der Pol oscillator."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import VanDerPolSettings
from takens_systems.variables import named


@final
class VanDerPol(VanDerPolSettings):
    """A self-sustained oscillation; time and states are dimensionless.

    The two forms of `x'' = mu (1 - x^2) x' - x` have the same `x`. Lienard's is
    `x' = mu (x - x^3 / 3 - y)`, `y' = x / mu`; the textbook's second state is `x'` itself.
    Large `mu` makes it stiff.

    Source: Van der Pol (1926), On relaxation-oscillations, Phil. Mag. 2, eq. 5; Lienard
    (1928), Rev. gen. electricite 23, 901-912.
    """

    dim = 2
    time = takens.plugin.Time.CONTINUOUS
    variables = named("x", "y")

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 2)`."""
        u, v = x.unbind(-1)
        if self.form == "textbook":
            return torch.stack((v, self.mu * (1 - u * u) * v - u), -1)
        return torch.stack((self.mu * (u - u * u * u / 3 - v), u / self.mu), -1)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 2) -> (..., 2, 2)`."""
        u, v = x.unbind(-1)
        growth = self.mu * (1 - u * u)
        if self.form == "textbook":
            return matrix(u, ((0.0, 1.0), (-2 * self.mu * u * v - 1, growth)))
        return matrix(u, ((growth, -self.mu), (1 / self.mu, 0.0)))

    def initial(self) -> tuple[float, ...]:
        """Return the turning point near `x = 2`, which hardly depends on `mu`."""
        return (2.0, 0.0) if self.form == "textbook" else (2.0, -2 / 3)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: no exponents of the limit cycle are published for standard values."""
        return takens.plugin.Facts()
