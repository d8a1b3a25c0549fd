"""The pair of Tsitouras."""

from typing import Final, final

from takens.plugin import Tableau
from takens_integrators.adaptive.integrator import Adaptive
from takens_integrators.settings import Tsit5Settings

_B: Final = (
    0.09646076681806523,
    0.01,
    0.4798896504144996,
    1.379008574103742,
    -3.290069515436081,
    2.324710524099774,
    0.0,
)


def _quartic(scale: float, r1: float, r0: float, s1: float, s0: float) -> tuple[float, ...]:
    """Expand `scale (r0 + r1 t + t^2) (s0 + s1 t + t^2)` from the first power on."""
    return (scale * (r0 * s1 + r1 * s0), scale * (r0 + r1 * s1 + s0), scale * (r1 + s1), scale)


TABLEAU: Final = Tableau(
    name="tsit5",
    order=5,
    c=(0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0),
    a=(
        (),
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (
            5.86145544294642,
            -12.92096931784711,
            8.159367898576159,
            -0.071584973281401,
            -0.028269050394068383,
        ),
        _B[:-1],
    ),
    b=_B,
    error=(
        (
            -0.00178001105222577714,
            -0.0008164344596567469,
            0.007880878010261995,
            -0.1447110071732629,
            0.5823571654525552,
            -0.45808210592918697,
            1 / 66,
        ),
    ),
    dense=(
        _quartic(
            -1.0530884977290216,
            -1.3299890189751412,
            0.0,
            -1.4364028541716351,
            0.7139816917074209,
        ),
        _quartic(0.1017, 0.0, 0.0, -2.1966568338249754, 1.2949852507374631),
        _quartic(2.490627285651252793, 0.0, 0.0, -2.38535645472061657, 1.57803468208092486),
        _quartic(
            -16.54810288924490272,
            0.0,
            0.0,
            -1.21712927295533244 - 0.61620406037800089,
            1.21712927295533244 * 0.61620406037800089,
        ),
        _quartic(
            47.37952196281928122,
            0.0,
            0.0,
            -1.203071208372362603 - 0.658047292653547382,
            1.203071208372362603 * 0.658047292653547382,
        ),
        _quartic(-34.87065786149660974, 0.0, 0.0, -1.2 - 2 / 3, 1.2 * 2 / 3),
        _quartic(2.5, 0.0, 0.0, -1.6, 0.6),
    ),
)


@final
class Tsit5(Adaptive, Tsit5Settings):
    """Tsitouras' pair of order 5 with 4; a little more accurate for its work than dopri5.

    Source: Tsitouras (2011), Runge-Kutta pairs of order 5(4) satisfying only the first column
    simplifying assumption, Comput. Math. Appl. 62, table 1 and eq. 10.
    """

    tableau = TABLEAU
