"""The Lorenz system of 1996."""

import math
from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.settings import Lorenz96Settings


@final
class Lorenz96(Lorenz96Settings):
    """A quantity on a circle of latitude: `x_i' = (x_{i+1} - x_{i-2}) x_{i-1} - x_i + forcing`.

    Dimensionless; a unit of time stands for five days.

    Source: Lorenz (1996), Predictability: a problem partly solved, ECMWF Seminar, eq. 1.
    """

    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., dim)`."""
        ahead, behind, far = x.roll(-1, -1), x.roll(1, -1), x.roll(2, -1)
        forcing = self.forcing
        if isinstance(forcing, Tensor) and forcing.dim():
            forcing = forcing.unsqueeze(-1)
        return (ahead - far) * behind - x + forcing

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., dim) -> (..., dim, dim)`."""
        here = torch.eye(self.dim, dtype=x.dtype, device=x.device)
        ahead, behind, far = here.roll(1, 1), here.roll(-1, 1), here.roll(-2, 1)
        sides = (x.roll(-1, -1) - x.roll(2, -1)).unsqueeze(-1)
        return x.roll(1, -1).unsqueeze(-1) * (ahead - far) + sides * behind - here

    def initial(self) -> tuple[float, ...]:
        """Return a state without symmetry, of the mean and spread of the standard attractor."""
        return tuple(2.3 + 5.0 * math.sin(1.0 + 1.7 * i) for i in range(self.dim))

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: no whole spectrum is published for a standard size."""
        return takens.plugin.Facts()
