"""The Lorenz system of 1963."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import Lorenz63Settings, published
from takens_systems.variables import named


@final
class Lorenz63(Lorenz63Settings):
    """Three modes of convection; time and states are dimensionless.

    `x' = sigma (y - x)`, `y' = x (rho - z) - y`, `z' = x y - beta z`.

    Source: Lorenz (1963), Deterministic nonperiodic flow, J. Atmos. Sci. 20, eqs. 25-27.
    """

    dim = 3
    time = takens.plugin.Time.CONTINUOUS
    variables = named("x", "y", "z")

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 3)`."""
        a, b, c = x.unbind(-1)
        return torch.stack(
            (self.sigma * (b - a), a * (self.rho - c) - b, a * b - self.beta * c), -1
        )

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 3) -> (..., 3, 3)`."""
        a, b, c = x.unbind(-1)
        rows = (
            (-self.sigma, self.sigma, 0.0),
            (self.rho - c, -1.0, -a),
            (b, a, -self.beta),
        )
        return matrix(a, rows)

    def initial(self) -> tuple[float, ...]:
        """Return a point near the attractor."""
        return (1.0, 1.0, 25.0)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents, which are known for the standard parameters."""
        source = "Sprott (2003), Chaos and Time-Series Analysis, appendix A.5.1"
        return published(self, (0.9056, 0.0, -14.5723), source)
