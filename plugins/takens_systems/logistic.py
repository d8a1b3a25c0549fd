"""The logistic map."""

import math
from typing import final

from torch import Tensor

import takens
from takens_systems.settings import LogisticSettings, published
from takens_systems.variables import named


@final
class Logistic(LogisticSettings):
    """Growth that limits itself: `x' = r x (1 - x)` on the unit interval.

    Source: May (1976), Simple mathematical models with very complicated dynamics, Nature
    261, eq. 3.
    """

    dim = 1
    time = takens.plugin.Time.DISCRETE
    variables = named("x")

    def __call__(self, x: Tensor, /) -> Tensor:
        """Return the state that follows `x: (..., 1)`."""
        return self._rate() * x * (1 - x)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the next state, and the tangent vectors `v: (..., 1, k)` carried along."""
        return self(x), (self._rate() * (1 - 2 * x)).unsqueeze(-1) * v

    def initial(self) -> tuple[float, ...]:
        """Return a point of the unit interval."""
        return (0.3,)

    def facts(self) -> takens.plugin.Facts:
        """Return the exponent per step, which has a closed form where `r` is 4."""
        source = "Ott (2002), Chaos in Dynamical Systems, 2nd edition, section 2.5"
        return published(self, (math.log(2),), source)

    def _rate(self) -> float | Tensor:
        r = self.r
        return r.unsqueeze(-1) if isinstance(r, Tensor) and r.dim() else r
