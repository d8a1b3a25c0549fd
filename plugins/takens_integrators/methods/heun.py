"""The method of Heun."""

from typing import Final, final

import takens
from takens_integrators.methods.fixed_step import FixedStep
from takens_integrators.settings import HeunSettings

TABLEAU: Final = takens.plugin.Tableau(
    name="heun",
    order=2,
    c=(0.0, 1.0),
    a=((), (1.0,)),
    b=(0.5, 0.5),
)


@final
class Heun(FixedStep, HeunSettings):
    """Heun's method (explicit trapezoidal rule), of order 2.

    Source: Heun (1900), Z. Math. Phys. 45, 23-38.
    """

    tableau = TABLEAU
