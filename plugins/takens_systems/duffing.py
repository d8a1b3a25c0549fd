"""The Duffing oscillator."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import DuffingSettings, published
from takens_systems.variables import mechanical


@final
class Duffing(DuffingSettings):
    """A spring with a cubic term: by default two wells between which the drive throws.

    `x' = v`, `v' = -damping v - linear x - cubic x^3 + amplitude cos p`. Where it is driven
    (any amplitude but the number zero) the phase `p' = frequency` is the third state.
    With ``input_dim = 1`` an input is a force that is added.
    Everything is dimensionless.

    Source: Guckenheimer and Holmes (1983), Nonlinear Oscillations, eq. 2.2.1.
    """

    time = takens.plugin.Time.CONTINUOUS
    interpolation: takens.plugin.Interpolation = "linear"

    @property
    def driven(self) -> bool:
        """Whether the phase of a drive is part of the state."""
        return isinstance(self.amplitude, Tensor) or self.amplitude != 0.0

    @property
    def dim(self) -> int:
        """2, or 3 with the phase of the drive."""
        return 3 if self.driven else 2

    @property
    def variables(self) -> tuple[takens.plugin.Variable, ...]:
        """Position and velocity, and the phase of the drive."""
        return mechanical("x", "v", self.driven)

    def __call__(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the velocity at `x: (..., 3)`, or `(..., 2)` without drive, and a force u."""
        q, v = x[..., 0], x[..., 1]
        pull = -self.damping * v - q * (self.linear + self.cubic * q * q)
        if u is not None:
            pull = pull + u[..., 0]
        if not self.driven:
            return torch.stack((v, pull), -1)
        phase = x[..., 2]
        turn = torch.zeros_like(phase) + self.frequency
        return torch.stack((v, pull + self.amplitude * torch.cos(phase), turn), -1)

    def jacobian(self, t: Tensor, x: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the derivative of the velocity: `(..., d) -> (..., d, d)`."""
        q = x[..., 0]
        stiffness = -self.linear - 3 * self.cubic * q * q
        if not self.driven:
            return matrix(q, ((0.0, 1.0), (stiffness, -self.damping)))
        drive = -self.amplitude * torch.sin(x[..., 2])
        rows = ((0.0, 1.0, 0.0), (stiffness, -self.damping, drive), (0.0, 0.0, 0.0))
        return matrix(q, rows)

    def initial(self) -> tuple[float, ...]:
        """Return a point near the attractor."""
        return (0.2, 0.0, 0.0) if self.driven else (0.2, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents, which are known for the standard parameters.

        The last one is what the divergence, minus the damping, leaves to the others.
        """
        source = "Sprott (2003), Chaos and Time-Series Analysis, appendix A.4.6"
        return published(self, (0.1572, 0.0, -0.4072), source)
