"""Solvers of ordinary differential equations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens.backend import Crossings as Crossings, Solution as Solution, Status as Status
    from takens.errors import IntegrationError as IntegrationError
    from takens_integrators.adapters.scipy_adapter import SciPy as SciPy
    from takens_integrators.adapters.torchdiffeq_adapter import TorchDiffEq as TorchDiffEq
    from takens_integrators.adaptive.events import Event as Event
    from takens_integrators.adaptive.path import Path as Path
    from takens_integrators.methods.bosh3 import Bosh3 as Bosh3
    from takens_integrators.methods.dop853 import Dop853 as Dop853
    from takens_integrators.methods.dopri5 import Dopri5 as Dopri5
    from takens_integrators.methods.euler import Euler as Euler
    from takens_integrators.methods.fixed_step import solve_fixed as solve_fixed
    from takens_integrators.methods.heun import Heun as Heun
    from takens_integrators.methods.leapfrog import Leapfrog as Leapfrog
    from takens_integrators.methods.midpoint import Midpoint as Midpoint
    from takens_integrators.methods.rk4 import RK4 as RK4
    from takens_integrators.methods.rk38 import RK38 as RK38
    from takens_integrators.methods.rodas4 import Rodas4 as Rodas4
    from takens_integrators.methods.tsit5 import Tsit5 as Tsit5

TAKENS_API = 2

_FIXED: Final = ("step", "adjoint")
_PAIR: Final = ("adaptive", "path", "events", "adjoint")
_INTEGRATORS: Final = {
    "euler": ("methods.euler:Euler", _FIXED),
    "midpoint": ("methods.midpoint:Midpoint", _FIXED),
    "heun": ("methods.heun:Heun", _FIXED),
    "rk4": ("methods.rk4:RK4", _FIXED),
    "rk38": ("methods.rk38:RK38", _FIXED),
    "leapfrog": ("methods.leapfrog:Leapfrog", _FIXED),
    "bosh3": ("methods.bosh3:Bosh3", _PAIR),
    "dopri5": ("methods.dopri5:Dopri5", _PAIR),
    "tsit5": ("methods.tsit5:Tsit5", _PAIR),
    "dop853": ("methods.dop853:Dop853", _PAIR),
    "rodas4": ("methods.rodas4:Rodas4", ("adaptive", "path", "events", "stiff")),
    "scipy": ("adapters.scipy_adapter:SciPy", ()),
    "torchdiffeq": ("adapters.torchdiffeq_adapter:TorchDiffEq", ("adjoint",)),
}
_EXCUSED: Final = {
    "scipy": {"integrator_gradient": "scipy's solvers are not differentiable"},
    "torchdiffeq": {"integrator_batch_is_pointwise": "it has one step size for a whole batch"},
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the integrators of this package."""
    for name, (place, supports) in _INTEGRATORS.items():
        yield takens.plugin.ComponentSpec(
            kind="integrator",
            name=name,
            target=f"takens_integrators.{place}",
            settings=f"takens_integrators.settings:{place.partition(':')[2]}Settings",
            supports=supports,
            excused=_EXCUSED.get(name, {}),
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
