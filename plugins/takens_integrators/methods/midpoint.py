"""The explicit midpoint method."""

from typing import Final, final

import takens
from takens_integrators.methods.fixed_step import FixedStep
from takens_integrators.settings import MidpointSettings

TABLEAU: Final = takens.plugin.Tableau(
    name="midpoint",
    order=2,
    c=(0.0, 0.5),
    a=((), (0.5,)),
    b=(0.0, 1.0),
)


@final
class Midpoint(FixedStep, MidpointSettings):
    """The explicit midpoint rule, of order 2.

    Source: Runge (1895), Math. Ann. 46, 167-178.
    """

    tableau = TABLEAU
