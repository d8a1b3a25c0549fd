"""The harmonic oscillator."""

import math
from typing import final

import torch
from torch import Tensor

import takens
from takens_systems.matrix import matrix
from takens_systems.settings import HarmonicOscillatorSettings
from takens_systems.variables import named


@final
class HarmonicOscillator(HarmonicOscillatorSettings):
    """A mass on a spring: `x' = v`, `v' = -frequency^2 x - damping v`.

    ``frequency`` is the angular one, in rad per unit of time; ``damping`` is a rate.

    Source: Landau and Lifshitz, Mechanics, 3rd edition, sections 21 and 25.
    """

    dim = 2
    time = takens.plugin.Time.CONTINUOUS
    variables = named("x", "v")

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 2)`."""
        q, v = x.unbind(-1)
        return torch.stack((v, -(self.frequency**2) * q - self.damping * v), -1)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., 2) -> (..., 2, 2)`."""
        rows = ((0.0, 1.0), (-(self.frequency**2), -self.damping))
        return matrix(x[..., 0], rows)

    def energy(self, x: Tensor, /) -> Tensor:
        """Return the energy of a unit mass at `x: (..., 2)`: `(...)`."""
        q, v = x.unbind(-1)
        return (v * v + self.frequency**2 * q * q) / 2

    def initial(self) -> tuple[float, ...]:
        """Return a unit deflection at rest."""
        return (1.0, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponents in closed form: the real parts of the roots of the equation."""
        if isinstance(self.frequency, Tensor) or isinstance(self.damping, Tensor):
            return takens.plugin.Facts()
        half = self.damping / 2
        spread = math.sqrt(max(half**2 - self.frequency**2, 0.0))
        return takens.plugin.Facts(
            lyapunov_spectrum=(spread - half, -spread - half),
            source="Landau and Lifshitz, Mechanics, 3rd edition, section 25",
        )
