"""The method RODAS of Hairer and Wanner, for stiff fields."""

from typing import Final, final

import torch
from torch import Tensor

import takens
from takens.plugin import VectorField
from takens_integrators.adaptive.integrator import AdaptiveBase
from takens_integrators.fields import OwnTimes
from takens_integrators.methods.rosenbrock import OfJoined, Rosenbrock, linearised
from takens_integrators.settings import Rodas4Settings
from takens_integrators.step_method import StepMethod

_FIFTH: Final = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)
_ENDS: Final = (*_FIFTH, 1.0, 1.0)
_SECOND: Final = (
    10.12623508344586,
    -7.487995877610167,
    -34.80091861555747,
    -7.992771707568823,
    1.025137723295662,
    0.0,
)
_THIRD: Final = (
    -0.6762803392801253,
    6.087714651680015,
    16.43084320892478,
    24.76722511418386,
    -6.594389125716872,
    0.0,
)
METHOD: Final = Rosenbrock(
    name="rodas4",
    order=4,
    gamma=0.25,
    c=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _FIFTH,
        (*_FIFTH, 1.0),
    ),
    g=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054,
        ),
    ),
    d=(0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0),
    # theta (b + (1 - theta) (second + theta third)), expanded.
    dense=tuple(
        (whole + second, third - second, -third)
        for whole, second, third in zip(_ENDS, _SECOND, _THIRD, strict=True)
    ),
)


@final
class Rodas4(AdaptiveBase, Rodas4Settings):
    """An L-stable Rosenbrock method of order 4 with 3, for stiff fields.

    It solves linear systems with the Jacobian of the field (its own where it has one,
    else by forward differentiation) and iterates nothing, so that gradients go through its
    steps exactly as through explicit ones.

    Source: Hairer and Wanner (1996), Solving Ordinary Differential Equations II, 2nd edition,
    section IV.10 (RODAS).
    """

    order = 4
    method = METHOD

    def prepared(self, source: VectorField, f: OwnTimes, x0: Tensor) -> StepMethod:
        """Return the method with the derivatives of the field.

        Raises: InputError for states in which torch solves no linear system.
        """
        if x0.dtype not in (torch.float32, torch.float64):
            raise takens.InputError(
                f"Rodas4 solves linear systems, which torch does not in {x0.dtype}: give "
                "x0.float()."
            )
        if f.joined:
            return OfJoined.of(METHOD, f, x0)
        return linearised(METHOD, source, f.field, f.sees_time)

    def by_adjoint(self) -> None:
        """Return nothing: gradients are direct."""
