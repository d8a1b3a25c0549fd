"""A dynamical model of the electrocardiogram."""

import math
from typing import Final, final

import torch
from torch import Tensor

import takens
from takens_systems.settings import ElectrocardiogramSettings

# Of the waves P, Q, R, S and T: where on the circle, how high and how wide.
_ANGLES: Final = (-math.pi / 3, -math.pi / 12, 0.0, math.pi / 12, math.pi / 2)
_HEIGHTS: Final = (1.2, -5.0, 30.0, -7.5, 0.75)
_WIDTHS: Final = (0.25, 0.1, 0.1, 0.1, 0.4)
# The base line moves by so much with each breath.
_BASE: Final = 0.15


@final
class Electrocardiogram(ElectrocardiogramSettings):
    """A point runs round a circle `(x, y)`, once a beat, and bumps on its way move `z`.

    `z' = -sum_i a_i d_i exp(-d_i^2 / (2 b_i^2)) - (z - z0)`, where `d_i` is the angle from the
    i-th of the waves P, Q, R, S and T; `z` is the signal. Two more states `(u, v)` are a second
    circle, the breath, which moves the base line `z0` and, by ``arrhythmia``, the rate. In the
    published form rates are drawn at random; here they follow the breath, and all is a flow.

    Source: McSharry, Clifford, Tarassenko, Smith (2003), A dynamical model for generating
    synthetic electrocardiogram signals, IEEE Trans. Biomed. Eng. 50, 289-294, eq. 1, table I.
    """

    dim = 5
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., 5)`."""
        a, b, z, u, v = x.unbind(-1)
        beat = 2 * math.pi * self.rate * (1 + self.arrhythmia * u)
        breath = 2 * math.pi * self.breathing
        angle = torch.atan2(b, a)
        pushed = torch.zeros_like(z)
        for at, height, width in zip(_ANGLES, _HEIGHTS, _WIDTHS, strict=True):
            off = angle - at
            off = torch.atan2(off.sin(), off.cos())
            pushed = pushed - height * off * (-off * off / (2 * width**2)).exp()
        round_heart, round_breath = 1 - (a * a + b * b).sqrt(), 1 - (u * u + v * v).sqrt()
        return torch.stack(
            (
                round_heart * a - beat * b,
                round_heart * b + beat * a,
                pushed - (z - _BASE * u),
                round_breath * u - breath * v,
                round_breath * v + breath * u,
            ),
            -1,
        )

    def initial(self) -> tuple[float, ...]:
        """Return a point between two beats."""
        return (-1.0, 0.0, 0.0, 1.0, 0.0)

    def facts(self) -> takens.plugin.Facts:
        """Return nothing: no exponents are published."""
        return takens.plugin.Facts()
