"""Systems given by equations."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_systems.double_pendulum import DoublePendulum as DoublePendulum
    from takens_systems.duffing import Duffing as Duffing
    from takens_systems.fitzhugh_nagumo import FitzHughNagumo as FitzHughNagumo
    from takens_systems.harmonic_oscillator import HarmonicOscillator as HarmonicOscillator
    from takens_systems.henon import Henon as Henon
    from takens_systems.logistic import Logistic as Logistic
    from takens_systems.lorenz63 import Lorenz63 as Lorenz63
    from takens_systems.lorenz96 import Lorenz96 as Lorenz96
    from takens_systems.lotka_volterra import LotkaVolterra as LotkaVolterra
    from takens_systems.pendulum import Pendulum as Pendulum
    from takens_systems.rossler import Rossler as Rossler
    from takens_systems.signals import (
        CubicSignal as CubicSignal,
        Driven as Driven,
        HoldSignal as HoldSignal,
        LinearSignal as LinearSignal,
        Signal as Signal,
    )
    from takens_systems.van_der_pol import VanDerPol as VanDerPol

TAKENS_API = 2

_HOME: Final = {
    "CubicSignal": "signals",
    "DoublePendulum": "double_pendulum",
    "Driven": "signals",
    "Duffing": "duffing",
    "FitzHughNagumo": "fitzhugh_nagumo",
    "HarmonicOscillator": "harmonic_oscillator",
    "Henon": "henon",
    "HoldSignal": "signals",
    "LinearSignal": "signals",
    "Logistic": "logistic",
    "Lorenz63": "lorenz63",
    "Lorenz96": "lorenz96",
    "LotkaVolterra": "lotka_volterra",
    "Pendulum": "pendulum",
    "Rossler": "rossler",
    "Signal": "signals",
    "VanDerPol": "van_der_pol",
}


def _parameter(name: str, default: float, summary: str, unit: str = "1") -> takens.Parameter:
    return takens.Parameter(name, default, unit=unit, summary=summary)


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the systems of this package."""
    yield takens.ComponentSpec(
        kind="system",
        name="lorenz63",
        target="takens_systems.lorenz63:Lorenz63",
        summary="Three modes of convection between plates; the butterfly attractor.",
        parameters=(
            _parameter("sigma", 10.0, "Prandtl number"),
            _parameter("rho", 28.0, "Rayleigh number over its critical value"),
            _parameter("beta", 8 / 3, "aspect ratio of the rolls"),
        ),
        supports=("jacobian",),
        source="Lorenz (1963), J. Atmos. Sci. 20, 130-141, eqs. 25-27",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="lorenz96",
        target="takens_systems.lorenz96:Lorenz96",
        summary="A quantity on a circle of latitude; chaos of any size.",
        parameters=(
            takens.Parameter("dim", 40, unit="1", summary="number of sites, from 4 on"),
            _parameter("forcing", 8.0, "constant forcing"),
        ),
        supports=("jacobian",),
        source="Lorenz (1996), Predictability: a problem partly solved, eq. 1",
        example={"dim": 6},
    )
    yield takens.ComponentSpec(
        kind="system",
        name="rossler",
        target="takens_systems.rossler:Rossler",
        summary="One folded band; the simplest flow that is chaotic.",
        parameters=(
            _parameter("a", 0.2, "growth of the spiral"),
            _parameter("b", 0.2, "source of the third state"),
            _parameter("c", 5.7, "where the band folds"),
        ),
        supports=("jacobian",),
        source="Roessler (1976), Phys. Lett. A 57, 397-398, eq. 2",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="van_der_pol",
        target="takens_systems.van_der_pol:VanDerPol",
        summary="A self-sustained oscillation; stiff where mu is large.",
        parameters=(
            _parameter("mu", 1.0, "strength of the damping, above zero"),
            takens.Parameter(
                "form",
                "lienard",
                choices=("lienard", "textbook"),
                summary="x' = mu (x - x^3/3 - y), y' = x / mu; or x'' = mu (1 - x^2) x' - x",
            ),
        ),
        supports=("jacobian",),
        source="Van der Pol (1926), Phil. Mag. 2, 978-992, eq. 5",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="lotka_volterra",
        target="takens_systems.lotka_volterra:LotkaVolterra",
        summary="Prey and predators on closed orbits.",
        parameters=(
            _parameter("alpha", 1.5, "growth rate of the prey", "1/time"),
            _parameter("beta", 1.0, "loss of prey to a predator", "1/(time predator)"),
            _parameter("delta", 3.0, "death rate of the predators", "1/time"),
            _parameter("gamma", 1.0, "gain of predators from prey", "1/(time prey)"),
        ),
        supports=("jacobian",),
        source="Lotka (1925), Elements of Physical Biology, ch. 8; Volterra (1926), Nature 118",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="harmonic_oscillator",
        target="takens_systems.harmonic_oscillator:HarmonicOscillator",
        summary="A mass on a spring, damped if one likes.",
        parameters=(
            _parameter("frequency", 1.0, "angular frequency without damping", "rad/time"),
            _parameter("damping", 0.0, "rate at which velocity is lost", "1/time"),
        ),
        supports=("jacobian",),
        source="Landau and Lifshitz, Mechanics, 3rd edition, sections 21 and 25",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="pendulum",
        target="takens_systems.pendulum:Pendulum",
        summary="A rigid pendulum; damping and a periodic drive are options.",
        parameters=(
            _parameter("gravity", 9.81, "acceleration of gravity", "m/s^2"),
            _parameter("length", 1.0, "length of the rod", "m"),
            _parameter("damping", 0.0, "rate at which velocity is lost", "1/s"),
            _parameter("drive_amplitude", 0.0, "where not 0, a phase is a state", "rad/s^2"),
            _parameter("drive_frequency", 1.0, "angular frequency of the drive", "rad/s"),
        ),
        supports=("jacobian",),
        source="Baker and Gollub (1996), Chaotic Dynamics, 2nd edition, eq. 1.1",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="duffing",
        target="takens_systems.duffing:Duffing",
        summary="A driven oscillator with two wells; the phase of the drive is a state.",
        parameters=(
            _parameter("damping", 0.25, "rate at which velocity is lost"),
            _parameter("linear", -1.0, "linear stiffness; two wells where negative"),
            _parameter("cubic", 1.0, "cubic stiffness"),
            _parameter("amplitude", 0.4, "of the drive; where 0, there is no phase"),
            _parameter("frequency", 1.0, "angular frequency of the drive"),
        ),
        supports=("jacobian",),
        source="Guckenheimer and Holmes (1983), Nonlinear Oscillations, eq. 2.2.1",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="double_pendulum",
        target="takens_systems.double_pendulum:DoublePendulum",
        summary="Two rods in a row; conserves energy and is chaotic.",
        parameters=(
            _parameter("mass1", 1.0, "upper mass", "kg"),
            _parameter("mass2", 1.0, "lower mass", "kg"),
            _parameter("length1", 1.0, "upper rod", "m"),
            _parameter("length2", 1.0, "lower rod", "m"),
            _parameter("gravity", 9.81, "acceleration of gravity", "m/s^2"),
        ),
        supports=("jacobian",),
        source="Landau and Lifshitz, Mechanics, 3rd edition, section 5, problem 1",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="fitzhugh_nagumo",
        target="takens_systems.fitzhugh_nagumo:FitzHughNagumo",
        summary="Voltage and recovery of a nerve cell that fires.",
        parameters=(
            _parameter("a", 0.7, "offset of the recovery"),
            _parameter("b", 0.8, "slope of the recovery"),
            _parameter("tau", 12.5, "time scale of the recovery"),
            _parameter("current", 0.5, "input current"),
        ),
        supports=("jacobian",),
        source="FitzHugh (1961), Biophys. J. 1, 445-466; Nagumo et al. (1962), Proc. IRE 50",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="henon",
        target="takens_systems.henon:Henon",
        summary="A map that folds and presses the plane.",
        parameters=(_parameter("a", 1.4, "folding"), _parameter("b", 0.3, "pressing")),
        supports=("tangent",),
        source="Henon (1976), Commun. Math. Phys. 50, 69-77, eq. 4",
    )
    yield takens.ComponentSpec(
        kind="system",
        name="logistic",
        target="takens_systems.logistic:Logistic",
        summary="Growth that limits itself: a map of the unit interval.",
        parameters=(_parameter("r", 4.0, "growth, between 0 and 4"),),
        supports=("tangent",),
        source="May (1976), Nature 261, 459-467, eq. 3",
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"takens_systems.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
