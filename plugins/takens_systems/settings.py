"""The settings of every system, which are its parameters: imported without torch.

Where a system takes a number it also takes a Tensor, for gradients and for batches; Tensors
are never looked at, so that systems work under transforms.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

import takens

if TYPE_CHECKING:
    from torch import Tensor

Number: TypeAlias = "float | Tensor"


def _number(
    default: float,
    summary: str,
    unit: str = "1",
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Any:
    return takens.plugin.parameter(
        default,
        unit=unit,
        summary=summary,
        above=above,
        at_least=at_least,
        at_most=at_most,
        finite=True,
    )


def _inputs(summary: str) -> Any:
    return takens.plugin.parameter(0, summary=summary, at_least=0, at_most=1, kw_only=True)


def equal(settings: attrs.AttrsInstance, standard: Sequence[float] = ()) -> bool:
    """Whether all parameters are numbers, and exactly these; by default the defaults."""
    fields: Sequence[Any] = attrs.fields(type(settings))
    mine = [getattr(settings, field.name) for field in fields]
    theirs = standard or [field.default for field in fields]
    return all(
        isinstance(value, float | int) and value == other
        for value, other in zip(mine, theirs, strict=True)
    )


def published(
    settings: attrs.AttrsInstance,
    spectrum: tuple[float, ...],
    source: str,
    standard: Sequence[float] = (),
) -> "takens.plugin.Facts":
    """Return the exponents that a source has for parameters, by default the defaults."""
    if not equal(settings, standard):
        return takens.plugin.Facts()
    return takens.plugin.Facts(lyapunov_spectrum=spectrum, source=source)


@attrs.frozen
class Lorenz63Settings:
    """Three modes of convection between plates; the butterfly attractor.

    Source: Lorenz (1963), J. Atmos. Sci. 20, 130-141, eqs. 25-27.
    """

    sigma: Number = _number(10.0, "Prandtl number")
    rho: Number = _number(28.0, "Rayleigh number over its critical value")
    beta: Number = _number(8 / 3, "aspect ratio of the rolls")


@attrs.frozen
class Lorenz96Settings:
    """A quantity on a circle of latitude; chaos of any size.

    Source: Lorenz (1996), Predictability: a problem partly solved, eq. 1.
    """

    dim: int = takens.plugin.parameter(40, unit="1", summary="number of sites", at_least=4)
    forcing: Number = _number(8.0, "constant forcing")


@attrs.frozen
class RosslerSettings:
    """One folded band; the simplest flow that is chaotic.

    Source: Roessler (1976), Phys. Lett. A 57, 397-398, eq. 2.
    """

    a: Number = _number(0.2, "growth of the spiral")
    b: Number = _number(0.2, "source of the third state")
    c: Number = _number(5.7, "where the band folds")


@attrs.frozen
class VanDerPolSettings:
    """A self-sustained oscillation; stiff where mu is large.

    Source: Van der Pol (1926), Phil. Mag. 2, 978-992, eq. 5.
    """

    mu: Number = _number(1.0, "strength of the damping", above=0)
    form: Literal["lienard", "textbook"] = takens.plugin.parameter(
        "lienard", summary="x' = mu (x - x^3/3 - y), y' = x / mu; or x'' = mu (1 - x^2) x' - x"
    )


@attrs.frozen
class LotkaVolterraSettings:
    """Prey and predators on closed orbits.

    Source: Lotka (1925), Elements of Physical Biology, ch. 8; Volterra (1926), Nature 118.
    """

    alpha: Number = _number(1.5, "growth rate of the prey", "1/time", above=0)
    beta: Number = _number(1.0, "loss of prey to a predator", "1/(time predator)", above=0)
    delta: Number = _number(3.0, "death rate of the predators", "1/time", above=0)
    gamma: Number = _number(1.0, "gain of predators from prey", "1/(time prey)", above=0)


@attrs.frozen
class HarmonicOscillatorSettings:
    """A mass on a spring, damped if one likes.

    Source: Landau and Lifshitz, Mechanics, 3rd edition, sections 21 and 25.
    """

    frequency: Number = _number(1.0, "angular frequency without damping", "rad/time", above=0)
    damping: Number = _number(0.0, "rate at which velocity is lost", "1/time", at_least=0)


@attrs.frozen
class PendulumSettings:
    """A rigid pendulum; damping and a periodic drive are options.

    Source: Baker and Gollub (1996), Chaotic Dynamics, 2nd edition, eq. 1.1.
    """

    gravity: Number = _number(9.81, "acceleration of gravity", "m/s^2", above=0)
    length: Number = _number(1.0, "length of the rod", "m", above=0)
    damping: Number = _number(0.0, "rate at which velocity is lost", "1/s", at_least=0)
    drive_amplitude: Number = _number(0.0, "where not 0, a phase is a state", "rad/s^2")
    drive_frequency: Number = _number(1.0, "angular frequency of the drive", "rad/s", above=0)


@attrs.frozen
class DuffingSettings:
    """A driven oscillator with two wells; the phase of the drive is a state.

    Source: Guckenheimer and Holmes (1983), Nonlinear Oscillations, eq. 2.2.1.
    """

    damping: Number = _number(0.25, "rate at which velocity is lost", at_least=0)
    linear: Number = _number(-1.0, "linear stiffness; two wells where negative")
    cubic: Number = _number(1.0, "cubic stiffness")
    amplitude: Number = _number(0.4, "of the drive; where 0, there is no phase")
    frequency: Number = _number(1.0, "angular frequency of the drive", above=0)
    input_dim: int = _inputs("1 where a force is given from outside")


@attrs.frozen
class DoublePendulumSettings:
    """Two rods in a row; conserves energy and is chaotic.

    Source: Landau and Lifshitz, Mechanics, 3rd edition, section 5, problem 1.
    """

    mass1: Number = _number(1.0, "upper mass", "kg", above=0)
    mass2: Number = _number(1.0, "lower mass", "kg", above=0)
    length1: Number = _number(1.0, "upper rod", "m", above=0)
    length2: Number = _number(1.0, "lower rod", "m", above=0)
    gravity: Number = _number(9.81, "acceleration of gravity", "m/s^2", above=0)


@attrs.frozen
class FitzHughNagumoSettings:
    """Voltage and recovery of a nerve cell that fires.

    Source: FitzHugh (1961), Biophys. J. 1, 445-466; Nagumo et al. (1962), Proc. IRE 50.
    """

    a: Number = _number(0.7, "offset of the recovery")
    b: Number = _number(0.8, "slope of the recovery")
    tau: Number = _number(12.5, "time scale of the recovery", above=0)
    current: Number = _number(0.5, "input current")
    input_dim: int = _inputs("1 where a stimulus is given from outside")


@attrs.frozen
class ElectrocardiogramSettings:
    """The beat of a heart on a circle, with the breath on another one.

    Source: McSharry, Clifford, Tarassenko, Smith (2003), IEEE Trans. Biomed. Eng. 50, eq. 1.
    """

    rate: Number = _number(1.0, "beats a second", "1/s", above=0)
    breathing: Number = _number(0.25, "breaths a second", "1/s", above=0)
    arrhythmia: Number = _number(0.1, "by how much the breath changes the rate", "1")


@attrs.frozen
class HenonSettings:
    """A map that folds and presses the plane.

    Source: Henon (1976), Commun. Math. Phys. 50, 69-77, eq. 4.
    """

    a: Number = _number(1.4, "folding")
    b: Number = _number(0.3, "pressing")


@attrs.frozen
class LogisticSettings:
    """Growth that limits itself: a map of the unit interval.

    Source: May (1976), Nature 261, 459-467, eq. 3.
    """

    r: Number = _number(4.0, "growth", at_least=0, at_most=4)
