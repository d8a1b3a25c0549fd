"""The explicit Euler method."""

from typing import Final, final

import takens
from takens_integrators.methods.fixed_step import FixedStep
from takens_integrators.settings import EulerSettings

TABLEAU: Final = takens.plugin.Tableau(
    name="euler",
    order=1,
    c=(0.0,),
    a=((),),
    b=(1.0,),
)


@final
class Euler(FixedStep, EulerSettings):
    """Euler's method, of order 1.

    Source: Euler (1768), Institutiones calculi integralis, part 1, section 2, chapter 7.
    """

    tableau = TABLEAU
