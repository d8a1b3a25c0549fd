"""The Roessler system."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import RosslerSettings, published
from takens_systems.variables import named


@final
class Rossler(RosslerSettings):
    """One folded band; time and states are dimensionless.

    `x' = -y - z`, `y' = x + a y`, `z' = b + z (x - c)`.

    Source: Roessler (1976), An equation for continuous chaos, Phys. Lett. A 57, eq. 2.
    """

    dim = 3
    time = takens.plugin.Time.CONTINUOUS
    variables = named("x", "y", "z")

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 3)`."""
        u, v, w = x.unbind(-1)
        return torch.stack((-v - w, u + self.a * v, self.b + w * (u - self.c)), -1)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 3) -> (..., 3, 3)`."""
        u, _, w = x.unbind(-1)
        return matrix(u, ((0.0, -1.0, -1.0), (1.0, self.a, 0.0), (w, 0.0, u - self.c)))

    def initial(self) -> tuple[float, ...]:
        """Return a point near the attractor."""
        return (-9.0, 0.0, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents, which are known for the standard parameters."""
        source = "Sprott (2003), Chaos and Time-Series Analysis, appendix A.5.2"
        return published(self, (0.0714, 0.0, -5.3943), source)
