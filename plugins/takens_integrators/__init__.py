"""Solvers of ordinary differential equations."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens.backend import Crossings as Crossings, Solution as Solution, Status as Status
    from takens.errors import IntegrationError as IntegrationError
    from takens_integrators.bosh3 import Bosh3 as Bosh3
    from takens_integrators.dop853 import Dop853 as Dop853
    from takens_integrators.dopri5 import Dopri5 as Dopri5
    from takens_integrators.euler import Euler as Euler
    from takens_integrators.events import Event as Event
    from takens_integrators.fixed_step import solve_fixed as solve_fixed
    from takens_integrators.heun import Heun as Heun
    from takens_integrators.leapfrog import Leapfrog as Leapfrog
    from takens_integrators.midpoint import Midpoint as Midpoint
    from takens_integrators.path import Path as Path
    from takens_integrators.rk4 import RK4 as RK4
    from takens_integrators.rk38 import RK38 as RK38
    from takens_integrators.rodas4 import Rodas4 as Rodas4
    from takens_integrators.scipy_adapter import SciPy as SciPy
    from takens_integrators.torchdiffeq_adapter import TorchDiffEq as TorchDiffEq
    from takens_integrators.tsit5 import Tsit5 as Tsit5

TAKENS_API = 2

_HOME: Final = {
    "Bosh3": "bosh3",
    "Dop853": "dop853",
    "Dopri5": "dopri5",
    "Euler": "euler",
    "Event": "events",
    "Heun": "heun",
    "Leapfrog": "leapfrog",
    "Midpoint": "midpoint",
    "Path": "path",
    "RK38": "rk38",
    "RK4": "rk4",
    "Rodas4": "rodas4",
    "SciPy": "scipy_adapter",
    "TorchDiffEq": "torchdiffeq_adapter",
    "Tsit5": "tsit5",
    "solve_fixed": "fixed_step",
}

_GRADIENT: Final = takens.plugin.Parameter(
    "gradient",
    "direct",
    choices=("direct", "adjoint"),
    summary="through the steps, or by the adjoint equation",
)
_BACKEND: Final = takens.plugin.Parameter(
    "backend", "auto", summary="what runs it: 'auto', 'eager', or the name of a backend"
)
_SUBSTEPS: Final = takens.plugin.Parameter(
    "substeps", 1, summary="steps between two saved times"
)
_ADAPTIVE: Final = (
    takens.plugin.Parameter("rtol", 1e-6, summary="tolerance relative to the state"),
    takens.plugin.Parameter("atol", 1e-8, unit="of the state", summary="tolerance near zero"),
    takens.plugin.Parameter("max_steps", 100_000, summary="steps after which a solve gives up"),
)
_FIRST_STEP: Final = takens.plugin.Parameter(
    "first_step", None, unit="time", types=(float,), summary="else it follows from the field"
)
_FACTORS: Final = (
    takens.plugin.Parameter(
        "safety", 0.9, summary="factor below the step that the error asks for"
    ),
    takens.plugin.Parameter("smallest", 0.2, summary="factor by which a step shrinks at most"),
    takens.plugin.Parameter("largest", 10.0, summary="factor by which a step grows at most"),
)
_CONTROLLER: Final = (
    _FIRST_STEP,
    *_FACTORS,
    takens.plugin.Parameter("alpha", 0.85, summary="exponent of the error, times the order"),
    takens.plugin.Parameter(
        "beta", 0.2, summary="exponent of the error before, times the order"
    ),
)


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the integrators of this package."""
    for name, target, summary, source in (
        (
            "euler",
            "takens_integrators.euler:Euler",
            "Euler's method, order 1.",
            "Euler (1768), Institutiones calculi integralis, part 1, section 2, chapter 7",
        ),
        (
            "midpoint",
            "takens_integrators.midpoint:Midpoint",
            "The explicit midpoint rule, order 2.",
            "Runge (1895), Math. Ann. 46, 167-178",
        ),
        (
            "heun",
            "takens_integrators.heun:Heun",
            "Heun's method (explicit trapezoidal rule), order 2.",
            "Heun (1900), Z. Math. Phys. 45, 23-38",
        ),
        (
            "rk4",
            "takens_integrators.rk4:RK4",
            "The classical Runge-Kutta method, order 4.",
            "Kutta (1901), Z. Math. Phys. 46, 435-453",
        ),
        (
            "rk38",
            "takens_integrators.rk38:RK38",
            "Kutta's 3/8 rule, order 4.",
            "Kutta (1901), Z. Math. Phys. 46, 435-453",
        ),
    ):
        yield takens.plugin.ComponentSpec(
            kind="integrator",
            name=name,
            target=target,
            summary=summary,
            parameters=(_SUBSTEPS, _GRADIENT, _BACKEND),
            supports=("step", "adjoint"),
            source=source,
        )
    yield takens.plugin.ComponentSpec(
        kind="integrator",
        name="leapfrog",
        target="takens_integrators.leapfrog:Leapfrog",
        summary="Kick, drift, kick; symplectic, order 2, for positions and velocities.",
        parameters=(_SUBSTEPS, _GRADIENT),
        supports=("step", "adjoint"),
        source="Hairer, Lubich and Wanner (2003), Acta Numerica 12, 399-450, eq. 1.6",
    )
    for name, target, summary, source in (
        (
            "bosh3",
            "takens_integrators.bosh3:Bosh3",
            "Bogacki and Shampine's pair, order 3 with 2; for loose tolerances.",
            "Bogacki and Shampine (1989), Appl. Math. Lett. 2, 321-325",
        ),
        (
            "dopri5",
            "takens_integrators.dopri5:Dopri5",
            "Dormand and Prince's pair, order 5 with 4; the usual choice.",
            "Dormand and Prince (1980), J. Comput. Appl. Math. 6, 19-26, table 2",
        ),
        (
            "tsit5",
            "takens_integrators.tsit5:Tsit5",
            "Tsitouras' pair, order 5 with 4; a little leaner than dopri5.",
            "Tsitouras (2011), Comput. Math. Appl. 62, 770-775, table 1",
        ),
        (
            "dop853",
            "takens_integrators.dop853:Dop853",
            "Dormand and Prince's pair of order 8 with 5 and 3; for tight tolerances.",
            "Hairer, Norsett and Wanner (1993), Solving ODEs I, section II.5",
        ),
    ):
        yield takens.plugin.ComponentSpec(
            kind="integrator",
            name=name,
            target=target,
            summary=summary,
            parameters=(*_ADAPTIVE, *_CONTROLLER, _GRADIENT, _BACKEND),
            supports=("adaptive", "path", "events", "adjoint"),
            source=source,
        )
    yield takens.plugin.ComponentSpec(
        kind="integrator",
        name="rodas4",
        target="takens_integrators.rodas4:Rodas4",
        summary="An L-stable Rosenbrock method, order 4 with 3; for stiff fields.",
        parameters=(*_ADAPTIVE, *_CONTROLLER),
        supports=("adaptive", "path", "events", "stiff"),
        source="Hairer and Wanner (1996), Solving ODEs II, section IV.10",
    )
    yield takens.plugin.ComponentSpec(
        kind="integrator",
        name="scipy",
        target="takens_integrators.scipy_adapter:SciPy",
        summary="The solvers of scipy: one sample after the other, without gradients.",
        parameters=(
            takens.plugin.Parameter(
                "method",
                "RK45",
                choices=("RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"),
                summary="its name there",
            ),
            *_ADAPTIVE,
            _FIRST_STEP,
        ),
        source="Virtanen et al. (2020), SciPy 1.0, Nature Methods 17, 261-272",
        excused={"integrator_gradient": "scipy's solvers are not differentiable"},
    )
    yield takens.plugin.ComponentSpec(
        kind="integrator",
        name="torchdiffeq",
        target="takens_integrators.torchdiffeq_adapter:TorchDiffEq",
        summary="The solvers of torchdiffeq: one step size for a whole batch.",
        parameters=(
            takens.plugin.Parameter(
                "method",
                "dopri5",
                choices=(
                    "adaptive_heun",
                    "bosh3",
                    "dopri5",
                    "dopri8",
                    "fehlberg2",
                    "euler",
                    "midpoint",
                    "rk4",
                ),
                summary="its name there; rk4 is the 3/8 rule",
            ),
            *_ADAPTIVE,
            _FIRST_STEP,
            *_FACTORS,
            _GRADIENT,
        ),
        supports=("adjoint",),
        source="Chen (2018), https://github.com/rtqichen/torchdiffeq",
        excused={"integrator_batch_is_pointwise": "it has one step size for a whole batch"},
    )


def __getattr__(name: str) -> Any:
    if name in ("Crossings", "IntegrationError", "Solution", "Status"):
        return getattr(takens, name)
    if name in _HOME:
        return getattr(importlib.import_module(f"takens_integrators.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
