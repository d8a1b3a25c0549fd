"""The largest Lyapunov exponent."""

from typing import final

from torch import Tensor

import takens
from takens_metrics.lyapunov.exponents import OrbitExponents
from takens_metrics.settings import MaxLyapunovSettings


@final
class MaxLyapunov(OrbitExponents, MaxLyapunovSettings):
    """The mean rate at which nearby orbits separate, in 1 / time unit.

    It is measured from every start on its own; the score's value is the mean over starts,
    its error their standard error (over segments of the orbits where there are fewer than
    8). ``details`` gives the shares of all starts that ``diverged`` and that are ``alive``
    (neither diverged nor at rest), the exponent of each, and the ``checks`` that it passed.

    Raises: ComponentError where a number of steps is below 1.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, Meccanica 15, 9-30.
    """

    name = "max_lyapunov"
    evidence = takens.plugin.Evidence("exponents", "estimate", "exponents")

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        """Measure a map that advances time by ``dt``, from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite.
        """
        return self.growth_rates(step, x0, dt, 1).largest("natural logarithm, per unit of time")

    def reference(self, facts: takens.plugin.Facts, /) -> float | None:
        """Return the first exponent of the published spectrum."""
        return facts.lyapunov_spectrum[0] if facts.lyapunov_spectrum else None
