"""The pendulum, damped and driven if one likes."""

from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import PendulumSettings, published
from takens_systems.variables import mechanical

_CHAOTIC: Final = (1.0, 1.0, 0.05, 0.6, 0.7)


@final
class Pendulum(PendulumSettings):
    """A rigid pendulum of angle `q` and angular velocity `w`, hanging down at zero.

    `q' = w`, `w' = -(gravity / length) sin q - damping w + drive_amplitude cos p`. Where
    it is driven (any amplitude but the number zero) the phase `p' = drive_frequency` is the
    third state. Units: m / s^2, m, 1 / s, rad / s^2, rad / s.

    Source: Baker and Gollub (1996), Chaotic Dynamics: an Introduction, 2nd edition, eq. 1.1.
    """

    time = takens.plugin.Time.CONTINUOUS

    @property
    def driven(self) -> bool:
        """Whether the phase of a drive is part of the state."""
        return isinstance(self.drive_amplitude, Tensor) or self.drive_amplitude != 0.0

    @property
    def dim(self) -> int:
        """2, or 3 with the phase of the drive."""
        return 3 if self.driven else 2

    @property
    def variables(self) -> tuple[takens.plugin.Variable, ...]:
        """Angle and angular velocity, and the phase of the drive."""
        swing, speed, *phase = mechanical("q", "w", self.driven)
        angle = attrs.evolve(swing, unit="rad", angle=True)
        return (angle, attrs.evolve(speed, unit="rad/s"), *phase)

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 2)`, or `(..., 3)` where it is driven."""
        q, w = x[..., 0], x[..., 1]
        pull = -(self.gravity / self.length) * torch.sin(q) - self.damping * w
        if not self.driven:
            return torch.stack((w, pull), -1)
        phase = x[..., 2]
        turn = torch.zeros_like(phase) + self.drive_frequency
        return torch.stack((w, pull + self.drive_amplitude * torch.cos(phase), turn), -1)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., d) -> (..., d, d)`."""
        q = x[..., 0]
        stiffness = -(self.gravity / self.length) * torch.cos(q)
        if not self.driven:
            return matrix(q, ((0.0, 1.0), (stiffness, -self.damping)))
        drive = -self.drive_amplitude * torch.sin(x[..., 2])
        rows = ((0.0, 1.0, 0.0), (stiffness, -self.damping, drive), (0.0, 0.0, 0.0))
        return matrix(q, rows)

    def energy(self, x: Tensor, /) -> Tensor:
        """Return the energy of a unit mass at `x: (..., d)`, in joule: `(...)`."""
        q, w = x[..., 0], x[..., 1]
        return (self.length * w) ** 2 / 2 + self.gravity * self.length * (1 - torch.cos(q))

    def initial(self) -> tuple[float, ...]:
        """Return a deflection of one radian at rest."""
        return (1.0, 0.0, 0.0) if self.driven else (1.0, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents, which are known for one drive of the pendulum in its own units.

        That is gravity 1, length 1, damping 0.05, and a drive of 0.6 at 0.7. The last one is
        what the divergence, minus the damping, leaves to the others.
        """
        source = "Sprott (2003), Chaos and Time-Series Analysis, appendix A.4.1"
        return published(self, (0.1414, 0.0, -0.1914), source, _CHAOTIC)
