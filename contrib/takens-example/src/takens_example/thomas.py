"""The cyclically symmetric system of Thomas."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_example import ThomasSettings


@final
class Thomas(ThomasSettings):
    """A particle in a lattice of wells: `x' = sin y - b x`, and so on in a circle.

    Time and states are dimensionless; ``damping`` is b.

    Source: Thomas (1999), Deterministic chaos seen in terms of feedback circuits, Int. J.
    Bifurcation Chaos 9, eq. 1.
    """

    dim = 3
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 3)`."""
        return x.roll(-1, -1).sin() - self.damping * x

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 3) -> (..., 3, 3)`."""
        one = torch.eye(3, dtype=x.dtype, device=x.device)
        return x.roll(-1, -1).cos().unsqueeze(-1) * one.roll(1, -1) - self.damping * one

    def initial(self) -> tuple[float, ...]:
        """Return a point near the attractor."""
        return (1.0, 0.5, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: no published value is known to the author of this example."""
        return takens.plugin.Facts()
