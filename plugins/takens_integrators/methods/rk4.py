"""The classical Runge-Kutta method."""

from typing import Final, final

import takens
from takens_integrators.methods.fixed_step import FixedStep
from takens_integrators.settings import RK4Settings

TABLEAU: Final = takens.plugin.Tableau(
    name="rk4",
    order=4,
    c=(0.0, 0.5, 0.5, 1.0),
    a=((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
    b=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
)


@final
class RK4(FixedStep, RK4Settings):
    """The classical Runge-Kutta method, of order 4.

    Source: Kutta (1901), Z. Math. Phys. 46, 435-453.
    """

    tableau = TABLEAU
