"""Systems given by equations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_systems.double_pendulum import DoublePendulum as DoublePendulum
    from takens_systems.duffing import Duffing as Duffing
    from takens_systems.electrocardiogram import Electrocardiogram as Electrocardiogram
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

_SYSTEMS: Final = {
    "lorenz63:Lorenz63": "jacobian",
    "lorenz96:Lorenz96": "jacobian",
    "rossler:Rossler": "jacobian",
    "van_der_pol:VanDerPol": "jacobian",
    "lotka_volterra:LotkaVolterra": "jacobian",
    "harmonic_oscillator:HarmonicOscillator": "jacobian",
    "pendulum:Pendulum": "jacobian",
    "duffing:Duffing": "jacobian",
    "double_pendulum:DoublePendulum": "jacobian",
    "fitzhugh_nagumo:FitzHughNagumo": "jacobian",
    "electrocardiogram:Electrocardiogram": "",
    "henon:Henon": "tangent",
    "logistic:Logistic": "tangent",
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the systems of this package."""
    for place, derivative in _SYSTEMS.items():
        name, _, system = place.partition(":")
        yield takens.plugin.ComponentSpec(
            kind="system",
            name=name,
            target=f"takens_systems.{place}",
            settings=f"takens_systems.settings:{system}Settings",
            supports=(derivative,) if derivative else (),
            example={"dim": 6} if name == "lorenz96" else {},
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
