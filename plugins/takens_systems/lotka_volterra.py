"""The predator-prey system of Lotka and Volterra."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import LotkaVolterraSettings
from takens_systems.variables import named


@final
class LotkaVolterra(LotkaVolterraSettings):
    """Prey `x` and predators `y` on closed orbits; rates are per unit of time.

    `x' = alpha x - beta x y`, `y' = -delta y + gamma x y`. The unit form, with closed orbits
    around (1, 1), has all four parameters one.

    Source: Lotka (1925), Elements of Physical Biology, chapter 8; Volterra (1926), Nature
    118, 558-560.
    """

    dim = 2
    time = takens.plugin.Time.CONTINUOUS
    variables = named("x", "y")

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 2)`."""
        prey, predators = x.unbind(-1)
        return torch.stack(
            (
                prey * (self.alpha - self.beta * predators),
                predators * (self.gamma * prey - self.delta),
            ),
            -1,
        )

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 2) -> (..., 2, 2)`."""
        prey, predators = x.unbind(-1)
        rows = (
            (self.alpha - self.beta * predators, -self.beta * prey),
            (self.gamma * predators, self.gamma * prey - self.delta),
        )
        return matrix(prey, rows)

    def invariant(self, x: Tensor, /) -> Tensor:
        """Return what stays constant along an orbit, for `x: (..., 2)` above zero: `(...)`."""
        prey, predators = x.unbind(-1)
        own = self.gamma * prey - self.delta * prey.log()
        return own + self.beta * predators - self.alpha * predators.log()

    def initial(self) -> tuple[float, ...]:
        """Return a point on a closed orbit of the standard and of the unit form."""
        return (1.0, 2.0)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: every orbit is closed, and none attracts."""
        return takens.plugin.Facts()
