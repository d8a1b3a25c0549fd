"""The 3/8 rule of Kutta."""

from typing import Final, final

import takens
from takens_integrators.methods.fixed_step import FixedStep
from takens_integrators.settings import RK38Settings

TABLEAU: Final = takens.plugin.Tableau(
    name="rk38",
    order=4,
    c=(0.0, 1 / 3, 2 / 3, 1.0),
    a=((), (1 / 3,), (-1 / 3, 1.0), (1.0, -1.0, 1.0)),
    b=(1 / 8, 3 / 8, 3 / 8, 1 / 8),
)


@final
class RK38(FixedStep, RK38Settings):
    """Kutta's 3/8 rule, of order 4.

    Source: Kutta (1901), Z. Math. Phys. 46, 435-453.
    """

    tableau = TABLEAU
