"""The pair of Dormand and Prince."""

from typing import Final, final

from takens.plugin import Tableau
from takens_integrators.adaptive.dense import dense_weights
from takens_integrators.adaptive.integrator import Adaptive
from takens_integrators.settings import Dopri5Settings

_B: Final = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0)
_FOURTH: Final = (
    -12715105075 / 11282082432,
    0.0,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
)
TABLEAU: Final = Tableau(
    name="dopri5",
    order=5,
    c=(0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0),
    a=(
        (),
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
        _B[:-1],
    ),
    b=_B,
    error=((71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40),),
    dense=dense_weights(_B, last=6, extra=(_FOURTH,)),
)


@final
class Dopri5(Adaptive, Dopri5Settings):
    """Dormand and Prince's pair of order 5 with 4; the usual choice.

    Source: Dormand and Prince (1980), J. Comput. Appl. Math. 6, table 2; dense output of
    order 4 from Hairer, Norsett and Wanner (1993), section II.6.
    """

    tableau = TABLEAU
