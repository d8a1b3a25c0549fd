"""What is judged, made ready for it."""

from __future__ import annotations

import copy
from typing import cast

import torch

from takens._dynamics.system_model import SystemModel
from takens._errors import InputError
from takens._plugins.registry import integrators
from takens._protocols.integrator import Stepper
from takens._protocols.model import Model
from takens._protocols.system import System


def as_model(subject: Model | System) -> Model:
    """Give a copy of a model in float64 on the CPU; a system is wrapped.

    Raises: InputError for anything else.
    """
    if isinstance(subject, Model):
        return copy.deepcopy(subject).to(torch.device("cpu"), torch.float64)
    if isinstance(subject, System):  # pyright: ignore[reportUnnecessaryIsInstance]
        return system_model(subject)
    raise InputError(f"A model or a system can be judged; got {type(subject).__name__}.")


def system_model(system: System) -> SystemModel:
    """See a system as a model that is integrated by the classical Runge-Kutta method."""
    return SystemModel(system, cast(Stepper, integrators.create("rk4")))
