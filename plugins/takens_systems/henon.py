"""The Henon map."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import HenonSettings, published
from takens_systems.variables import named


@final
class Henon(HenonSettings):
    """A plane, folded and pressed: `x' = 1 - a x^2 + y`, `y' = b x`; dimensionless.

    Source: Henon (1976), A two-dimensional mapping with a strange attractor, Commun. Math.
    Phys. 50, eq. 4.
    """

    dim = 2
    time = takens.plugin.Time.DISCRETE
    variables = named("x", "y")

    def __call__(self, x: Tensor, /) -> Tensor:
        """Return the state that follows `x: (..., 2)`."""
        u, v = x.unbind(-1)
        return torch.stack((1 - self.a * u * u + v, self.b * u), -1)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the next state, and the tangent vectors `v: (..., 2, k)` carried along."""
        u = x[..., 0]
        return self(x), matrix(u, ((-2 * self.a * u, 1.0), (self.b, 0.0))) @ v

    def initial(self) -> tuple[float, ...]:
        """Return a point near the attractor."""
        return (0.1, 0.1)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents per step, which are known for the standard parameters."""
        source = "Sprott (2003), Chaos and Time-Series Analysis, appendix A.2.1"
        return published(self, (0.41922, -1.62319), source)
