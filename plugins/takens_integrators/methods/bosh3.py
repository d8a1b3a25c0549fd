"""The pair of Bogacki and Shampine."""

from typing import Final, final

from takens.plugin import Tableau
from takens_integrators.adaptive.dense import dense_weights
from takens_integrators.adaptive.integrator import Adaptive
from takens_integrators.settings import Bosh3Settings

_B: Final = (2 / 9, 1 / 3, 4 / 9, 0.0)
TABLEAU: Final = Tableau(
    name="bosh3",
    order=3,
    c=(0.0, 1 / 2, 3 / 4, 1.0),
    a=((), (1 / 2,), (0.0, 3 / 4), _B[:-1]),
    b=_B,
    error=((2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8),),
    dense=dense_weights(_B, last=3),
)


@final
class Bosh3(Adaptive, Bosh3Settings):
    """Bogacki and Shampine's pair of order 3 with 2; for loose tolerances.

    Source: Bogacki and Shampine (1989), A 3(2) pair of Runge-Kutta formulas, Appl. Math.
    Lett. 2, 321-325.
    """

    tableau = TABLEAU
