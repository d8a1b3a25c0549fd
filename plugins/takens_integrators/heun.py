"""The method of Heun."""

from typing import Final, final

import attrs

import takens
from takens_integrators.fixed_step import FixedStep

TABLEAU: Final = takens.plugin.Tableau(
    name="heun",
    order=2,
    c=(0.0, 1.0),
    a=((), (1.0,)),
    b=(0.5, 0.5),
)


@final
@attrs.frozen
class Heun(FixedStep):
    """Heun's method (explicit trapezoidal rule), of order 2.

    Source: Heun (1900), Z. Math. Phys. 45, 23-38.
    """

    tableau = TABLEAU
