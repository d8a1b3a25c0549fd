"""The double pendulum."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import DoublePendulumSettings


@final
class DoublePendulum(DoublePendulumSettings):
    """Two point masses on massless rods; both angles are measured from hanging down.

    The state is `(q1, q2, w1, w2)`, in rad and rad / s; parameters are in kg, m and m / s^2.
    Energy is conserved, and large deflections are chaotic.

    Source: Landau and Lifshitz, Mechanics, 3rd edition, section 5, problem 1, solved for the
    accelerations.
    """

    dim = 4
    time = takens.plugin.Time.CONTINUOUS
    variables = (
        takens.plugin.Variable("q1", "rad", angle=True),
        takens.plugin.Variable("q2", "rad", angle=True),
        takens.plugin.Variable("w1", "rad/s"),
        takens.plugin.Variable("w2", "rad/s"),
    )

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 4)`."""
        q1, q2, w1, w2 = x.unbind(-1)
        m, m2, g = self.mass1 + self.mass2, self.mass2, self.gravity
        sine, cosine = torch.sin(q1 - q2), torch.cos(q1 - q2)
        pull1, pull2 = self.length1 * w1 * w1, self.length2 * w2 * w2
        inertia = self.mass1 + m2 * sine * sine
        down = g * torch.sin(q1)
        top = m2 * cosine * (g * torch.sin(q2) - pull1 * sine) - m * down - m2 * pull2 * sine
        low = (
            m * (cosine * down - g * torch.sin(q2) + pull1 * sine) + m2 * cosine * pull2 * sine
        )
        return torch.stack(
            (w1, w2, top / (self.length1 * inertia), low / (self.length2 * inertia)), -1
        )

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 4) -> (..., 4, 4)`."""
        q1, q2, w1, w2 = x.unbind(-1)
        m, m2, g = self.mass1 + self.mass2, self.mass2, self.gravity
        sine, cosine = torch.sin(q1 - q2), torch.cos(q1 - q2)
        pull1, pull2 = self.length1 * w1 * w1, self.length2 * w2 * w2
        inertia = self.mass1 + m2 * sine * sine
        sin1, cos1 = g * torch.sin(q1), g * torch.cos(q1)
        sin2, cos2 = g * torch.sin(q2), g * torch.cos(q2)
        top = m2 * cosine * (sin2 - pull1 * sine) - m * sin1 - m2 * pull2 * sine
        low = m * (cosine * sin1 - sin2 + pull1 * sine) + m2 * cosine * pull2 * sine
        # Derivatives by the difference of the angles alone, then by each angle.
        double = cosine * cosine - sine * sine
        by_top = -m2 * sine * sin2 - m2 * pull1 * double - m2 * pull2 * cosine
        by_low = m * (-sine * sin1 + pull1 * cosine) + m2 * pull2 * double
        growth = 2 * m2 * sine * cosine / inertia
        ((top1, top2), (low1, low2)) = (
            (by_top - growth * top - m * cos1, -by_top + growth * top + m2 * cosine * cos2),
            (by_low - growth * low + m * cosine * cos1, -by_low + growth * low - m * cos2),
        )
        first, second = self.length1 * inertia, self.length2 * inertia
        turn1, turn2 = 2 * self.length1 * w1 * sine, 2 * self.length2 * w2 * sine
        rows = (
            (0.0, 0.0, 1.0, 0.0),
            (0.0, 0.0, 0.0, 1.0),
            (top1 / first, top2 / first, -m2 * cosine * turn1 / first, -m2 * turn2 / first),
            (low1 / second, low2 / second, m * turn1 / second, m2 * cosine * turn2 / second),
        )
        return matrix(q1, rows)

    def energy(self, x: Tensor, /) -> Tensor:
        """Return kinetic and potential energy at `x: (..., 4)`, in joule: `(...)`."""
        q1, q2, w1, w2 = x.unbind(-1)
        v1, v2 = self.length1 * w1, self.length2 * w2
        joint = v1 * v1 + v2 * v2 + 2 * v1 * v2 * torch.cos(q1 - q2)
        height1 = -self.length1 * torch.cos(q1)
        height2 = height1 - self.length2 * torch.cos(q2)
        moving = (self.mass1 * v1 * v1 + self.mass2 * joint) / 2
        return moving + self.gravity * (self.mass1 * height1 + self.mass2 * height2)

    def initial(self) -> tuple[float, ...]:
        """Return both rods level and at rest, from where the motion is chaotic."""
        return (1.57, 1.57, 0.0, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: exponents depend on the energy, and none are standard."""
        return takens.plugin.Facts()
