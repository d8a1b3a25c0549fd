"""Which checks apply to a component, by its kind and by what it can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, Final, cast

import attrs

from takens._errors import InputError
from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens._plugins.plugin import Plugin
from takens._protocols.backend import Backend
from takens._protocols.dataset import Dataset
from takens._protocols.device import DevicePolicy
from takens._protocols.dynamics import SupportsJacobian, SupportsTangent
from takens._protocols.figure import Figure
from takens._protocols.integrator import Integrator, Stepper
from takens._protocols.kernel import Kernel
from takens._protocols.metric import DynamicsMetric, SeriesMetric, SupportsReference
from takens._protocols.model import Model
from takens._protocols.optimiser import Optimiser
from takens._protocols.schedule import Schedule
from takens._protocols.scheme import DirectScheme, LayerScheme, TrainingScheme
from takens._protocols.system import System
from takens._training.loss import draws_random_numbers
from takens.testing import (
    backends,
    datasets,
    devices,
    figures,
    integrators,
    kernels,
    metrics,
    models,
    optimisers,
    plugins,
    schemes,
    systems,
)
from takens.testing.failure import Check
from takens.testing.making import Unmade

_KINDS: Final[tuple[tuple[type, Kind], ...]] = (
    (Model, "model"),
    (TrainingScheme, "scheme"),
    (SeriesMetric, "metric"),
    (DynamicsMetric, "metric"),
    (Optimiser, "optimiser"),
    (Schedule, "schedule"),
    (DevicePolicy, "device"),
    (Dataset, "dataset"),
    (Backend, "backend"),
    (Kernel, "kernel"),
    (System, "system"),
)
_SIMPLE: Final[dict[Kind, tuple[Check, ...]]] = {
    "optimiser": optimisers.CHECKS,
    "schedule": optimisers.SCHEDULE_CHECKS,
    "device": devices.CHECKS,
    "dataset": datasets.CHECKS,
    "figure": figures.CHECKS,
    "portrait": figures.PORTRAIT_CHECKS,
    "backend": backends.CHECKS,
    "kernel": kernels.CHECKS,
}


def check_can_be_made(component: Unmade) -> None:
    """Check that it can be made, from its defaults or its example."""
    raise component.error


def checks_for(component: object, kind: Kind | None = None) -> Iterator[Check]:
    """Give the checks that apply to a component, or to a whole ``takens.Plugin``.

    The kind follows from the component where it is registered or satisfies a protocol.

    Raises: InputError where it does neither.
    """
    if isinstance(component, Unmade):
        yield check_can_be_made
        return
    if isinstance(component, Plugin):
        # There is nothing to look at in a plugin that is not loaded.
        loaded = component.state == "loaded"
        yield from plugins.CHECKS if loaded else (plugins.check_plugin_is_loaded,)
        return
    kind = kind or kind_of(component)
    found = {
        "system": _for_system,
        "integrator": _for_integrator,
        "model": _for_model,
        "scheme": _for_scheme,
        "metric": _for_metric,
    }
    yield from found[kind](component) if kind in found else _SIMPLE[kind]


def kind_of(component: object) -> Kind:
    """Tell what kind of component this is.

    Raises: InputError where it is none.
    """
    target = f"{type(component).__module__}:{type(component).__qualname__}"
    for _, spec in catalogue():
        if spec.target == target:
            return spec.kind
    for protocol, kind in _KINDS:
        if isinstance(component, protocol):
            return kind
    # Protocols do not look at arguments, and these share the names of their methods.
    if isinstance(component, Integrator):
        asked = inspect.signature(component.solve).parameters
        return "scheme" if "times" in asked else "integrator"
    if isinstance(component, Figure):
        asked = inspect.signature(cast(Any, component).draw).parameters
        return "figure" if len(asked) == 1 else "portrait"
    raise InputError(
        f"{type(component).__name__} satisfies no protocol of takens; say its kind to see what "
        "it lacks."
    )


def _for_system(component: object) -> Iterator[Check]:
    if not isinstance(component, System):
        yield systems.check_system_protocol
        return
    yield from systems.CHECKS
    if isinstance(component, SupportsJacobian):
        yield systems.check_jacobian
    if isinstance(component, SupportsTangent):
        yield systems.check_tangent


def _for_integrator(component: object) -> Iterator[Check]:
    if not isinstance(component, Integrator):
        yield integrators.check_integrator_protocol
        return
    yield from integrators.CHECKS
    if isinstance(component, Stepper):
        yield from integrators.STEPPER_CHECKS
    if attrs.has(type(component)) and "gradient" in attrs.fields_dict(type(component)):
        yield integrators.check_integrator_gradient_modes_agree


def _for_model(component: object) -> Iterator[Check]:
    if not isinstance(component, Model):
        yield models.check_model_protocol
        return
    yield from models.CHECKS
    yield from (check for protocol, check in models.CAPABILITIES if _is(component, protocol))


def _for_scheme(component: object) -> Iterator[Check]:
    yield schemes.check_scheme_protocol
    if _is(component, TrainingScheme):
        # Where each window has noise of its own, another order of windows gives another loss.
        noisy = draws_random_numbers(cast(TrainingScheme[Any], component))
        unlike = (schemes.check_scheme_order_of_windows, schemes.check_scheme_ensembles)
        can = (check for protocol, check in schemes.CAPABILITIES if _is(component, protocol))
        yield from (c for c in (*schemes.CHECKS, *can) if not (noisy and c in unlike))
    elif _is(component, DirectScheme):
        yield from schemes.DIRECT_CHECKS
    elif _is(component, LayerScheme):
        yield from schemes.LAYER_CHECKS


def _for_metric(component: object) -> Iterator[Check]:
    yield metrics.check_metric_protocol
    if isinstance(component, SeriesMetric):
        yield from metrics.CHECKS
    if isinstance(component, DynamicsMetric):
        yield from metrics.DYNAMICS_CHECKS
    if isinstance(component, SupportsReference):
        yield metrics.check_metric_reference
        if isinstance(component, DynamicsMetric):
            yield metrics.check_dynamics_metric_agrees_with_facts


def _is(component: object, protocol: type) -> bool:
    return isinstance(component, protocol)
