"""Integrators by name, made to advance a field by one sampling interval."""

from typing import Protocol

import takens
from takens_models.settings import IntegratorChoice, name_of


class _HasIntegrator(Protocol):
    @property
    def integrator(self) -> IntegratorChoice: ...


def named_integrator(settings: _HasIntegrator) -> takens.plugin.Integrator:
    """Make the integrator that settings choose, by its name or by a table.

    Raises: ComponentError where the table has no name or the integrator cannot be made.
    """
    try:
        return takens.integrators.get(settings.integrator)
    except takens.errors.ComponentError:
        raise
    except takens.InputError as error:
        raise takens.errors.ComponentError(
            f"{name_of(settings)}: integrator is a name or a table with name = ...; "
            f"got {settings.integrator!r}."
        ) from error


def named_stepper(settings: _HasIntegrator) -> takens.plugin.Stepper:
    """Make what advances a field by one sampling interval, as settings choose it.

    Raises: ComponentError where the integrator cannot be made.
    """
    return takens.plugin.as_stepper(named_integrator(settings))
