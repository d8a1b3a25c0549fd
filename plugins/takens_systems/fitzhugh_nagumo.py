"""The FitzHugh-Nagumo model of a nerve cell."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import FitzHughNagumoSettings
from takens_systems.variables import named


@final
class FitzHughNagumo(FitzHughNagumoSettings):
    """Voltage `v` and recovery `w` of an excitable cell; dimensionless.

    `v' = v - v^3 / 3 - w + current`, `w' = (v + a - b w) / tau`. It fires periodically for
    currents between about 0.33 and 1.42. With ``input_dim = 1`` an input is added to the
    current.

    Source: FitzHugh (1961), Impulses and physiological states in theoretical models of nerve
    membrane, Biophys. J. 1, eqs. 1-2; Nagumo et al. (1962), Proc. IRE 50, 2061-2070.
    """

    dim = 2
    time = takens.plugin.Time.CONTINUOUS
    variables = named("v", "w")
    interpolation: takens.plugin.Interpolation = "linear"

    def __call__(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the velocity at `x: (..., 2)`, and a stimulus `u: (..., 1)`."""
        v, w = x.unbind(-1)
        current = self.current if u is None else self.current + u[..., 0]
        return torch.stack(
            (v - v * v * v / 3 - w + current, (v + self.a - self.b * w) / self.tau), -1
        )

    def jacobian(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 2) -> (..., 2, 2)`."""
        v = x[..., 0]
        return matrix(v, ((1 - v * v, -1.0), (1 / self.tau, -self.b / self.tau)))

    def initial(self) -> tuple[float, ...]:
        """Return a point near the limit cycle of the standard parameters."""
        return (-1.0, 1.0)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: no exponents of the limit cycle are published."""
        return takens.plugin.Facts()
