"""How a system is sampled where a user says nothing."""

from __future__ import annotations

from takens._defaults import INTEGRATOR
from takens._plugins.choice import Choice
from takens._plugins.registry import integrators
from takens._protocols.integrator import Integrator
from takens._protocols.system import SupportsIntegrator, SupportsInterval, System


def interval_of(system: System, otherwise: float) -> float:
    """Return the sampling interval that a system names, or another one."""
    return system.dt if isinstance(system, SupportsInterval) else otherwise


def choice_of_integrator(system: System) -> Choice:
    """Return the integrator that a system names, or the default one."""
    return system.integrator if isinstance(system, SupportsIntegrator) else INTEGRATOR


def integrator_of(system: System) -> Integrator:
    """Make the integrator that a system names, or the default one.

    Raises: ComponentError where it names none that can be made.
    """
    return integrators.get(choice_of_integrator(system))
