"""The settings of every integrator, which are its parameters: imported without torch."""

from typing import Any, Final, Literal, TypeAlias

import attrs

import takens

Gradient: TypeAlias = Literal["direct", "adjoint"]
AdaptiveMethod: TypeAlias = Literal["adaptive_heun", "bosh3", "dopri5", "dopri8", "fehlberg2"]
FixedMethod: TypeAlias = Literal["euler", "midpoint", "rk4"]


def _known_backend(_: object, __: object, value: Any) -> None:
    """Refuse a name that no installed backend has."""
    always = ("auto", "eager")
    if value not in always and value not in (names := takens.backends.names()):
        known = ", ".join(map(repr, (*always, *names)))
        raise takens.errors.ComponentError(f"backend is one of {known}; got {value!r}.")


_SUBSTEPS: Final = takens.plugin.parameter(
    1, summary="steps between two saved times", at_least=1
)
_GRADIENT: Final = takens.plugin.parameter(
    "direct", summary="through the steps, or by the adjoint equation"
)
_BACKEND: Final = takens.plugin.parameter(
    "auto",
    summary="what runs it: 'auto', 'eager', or the name of a backend",
    validator=_known_backend,
)
_CONTROLLER: Final = takens.backend.StepController()
_RTOL: Final = takens.plugin.parameter(
    _CONTROLLER.rtol, summary="tolerance relative to the state", above=0, finite=True
)
_ATOL: Final = takens.plugin.parameter(
    _CONTROLLER.atol, unit="of the state", summary="tolerance near zero", above=0, finite=True
)
_MAX_STEPS: Final = takens.plugin.parameter(
    _CONTROLLER.max_steps, summary="steps after which a solve gives up", at_least=1
)
_MAX_STEP: Final = takens.plugin.parameter(
    _CONTROLLER.max_step,
    unit="time",
    summary="length of the longest step",
    above=0,
    finite=False,
)
_BATCH_DIMS: Final = takens.plugin.parameter(
    None,
    summary="leading dimensions that number samples; else found: rows that act on one "
    "another are one sample",
    at_least=0,
)


@attrs.frozen
class FixedStepSettings:
    """What explicit methods of fixed step have in common."""

    substeps: int = _SUBSTEPS
    gradient: Gradient = _GRADIENT
    backend: str = _BACKEND


@attrs.frozen
class EulerSettings(FixedStepSettings):
    """Euler's method, order 1.

    Source: Euler (1768), Institutiones calculi integralis, part 1, section 2, chapter 7.
    """


@attrs.frozen
class MidpointSettings(FixedStepSettings):
    """The explicit midpoint rule, order 2.

    Source: Runge (1895), Math. Ann. 46, 167-178.
    """


@attrs.frozen
class HeunSettings(FixedStepSettings):
    """Heun's method (explicit trapezoidal rule), order 2.

    Source: Heun (1900), Z. Math. Phys. 45, 23-38.
    """


@attrs.frozen
class RK4Settings(FixedStepSettings):
    """The classical Runge-Kutta method, order 4.

    Source: Kutta (1901), Z. Math. Phys. 46, 435-453.
    """


@attrs.frozen
class RK38Settings(FixedStepSettings):
    """Kutta's 3/8 rule, order 4.

    Source: Kutta (1901), Z. Math. Phys. 46, 435-453.
    """


@attrs.frozen
class LeapfrogSettings:
    """Kick, drift, kick; symplectic, order 2, for positions and velocities.

    Source: Hairer, Lubich and Wanner (2003), Acta Numerica 12, 399-450, eq. 1.6.
    """

    substeps: int = _SUBSTEPS
    gradient: Gradient = _GRADIENT


@attrs.frozen(kw_only=True)
class FirstStepSettings:
    """How long the first step is."""

    first_step: float | None = takens.plugin.parameter(
        _CONTROLLER.first_step, unit="time", summary="else it follows from the field", above=0
    )


@attrs.frozen(kw_only=True)
class FactorSettings(FirstStepSettings):
    """By how much steps may change."""

    safety: float = takens.plugin.parameter(
        _CONTROLLER.safety,
        summary="factor below the step that the error asks for",
        above=0,
        at_most=1,
    )
    smallest: float = takens.plugin.parameter(
        _CONTROLLER.smallest,
        summary="factor by which a step shrinks at most",
        above=0,
        at_most=1,
    )
    largest: float = takens.plugin.parameter(
        _CONTROLLER.largest,
        summary="factor by which a step grows at most",
        at_least=1,
        finite=False,
    )


@attrs.frozen(kw_only=True)
class ControllerSettings(FactorSettings):
    """The constants of a step controller."""

    alpha: float = takens.plugin.parameter(
        _CONTROLLER.alpha, summary="exponent of the error, times the order", above=0
    )
    beta: float = takens.plugin.parameter(
        _CONTROLLER.beta, summary="exponent of the error before, times the order", at_least=0
    )
    max_step: float | None = _MAX_STEP


@attrs.frozen
class AdaptiveSettings(ControllerSettings):
    """What methods whose steps follow from tolerances have in common."""

    rtol: float = _RTOL
    atol: float = _ATOL
    max_steps: int = _MAX_STEPS
    batch_dims: int | None = _BATCH_DIMS


@attrs.frozen
class PairSettings(AdaptiveSettings):
    """What explicit pairs have in common."""

    gradient: Gradient = _GRADIENT
    backend: str = _BACKEND


@attrs.frozen
class Bosh3Settings(PairSettings):
    """Bogacki and Shampine's pair, order 3 with 2; for loose tolerances.

    Source: Bogacki and Shampine (1989), Appl. Math. Lett. 2, 321-325.
    """


@attrs.frozen
class Dopri5Settings(PairSettings):
    """Dormand and Prince's pair, order 5 with 4; the usual choice.

    Source: Dormand and Prince (1980), J. Comput. Appl. Math. 6, 19-26, table 2.
    """


@attrs.frozen
class Tsit5Settings(PairSettings):
    """Tsitouras' pair, order 5 with 4; a little leaner than dopri5.

    Source: Tsitouras (2011), Comput. Math. Appl. 62, 770-775, table 1.
    """


@attrs.frozen
class Dop853Settings(PairSettings):
    """Dormand and Prince's pair of order 8 with 5 and 3; for tight tolerances.

    Source: Hairer, Norsett and Wanner (1993), Solving ODEs I, section II.5.
    """


@attrs.frozen
class Rodas4Settings(AdaptiveSettings):
    """An L-stable Rosenbrock method, order 4 with 3; for stiff fields.

    Source: Hairer and Wanner (1996), Solving ODEs II, section IV.10.
    """


@attrs.frozen
class SciPySettings(FirstStepSettings):
    """The solvers of scipy: one sample after the other, without gradients.

    Source: Virtanen et al. (2020), SciPy 1.0, Nature Methods 17, 261-272.
    """

    method: Literal["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"] = (
        takens.plugin.parameter("RK45", summary="its name there")
    )
    rtol: float = _RTOL
    atol: float = _ATOL
    max_steps: int = _MAX_STEPS
    max_step: float | None = _MAX_STEP
    batch_dims: int | None = _BATCH_DIMS


@attrs.frozen
class TorchDiffEqSettings(FactorSettings):
    """The solvers of torchdiffeq: one step size for a whole batch.

    Source: Chen (2018), https://github.com/rtqichen/torchdiffeq.
    """

    method: AdaptiveMethod | FixedMethod = takens.plugin.parameter(
        "dopri5", summary="its name there; rk4 is the 3/8 rule"
    )
    rtol: float = _RTOL
    atol: float = _ATOL
    max_steps: int = _MAX_STEPS
    gradient: Gradient = _GRADIENT
    max_step: float | None = _MAX_STEP
