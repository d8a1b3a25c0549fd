"""Which checks apply to a component, by its kind and by what it can do."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any, Final, cast

from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens._plugins.kind import OURS
from takens._plugins.plugin import Plugin
from takens._protocols.backend import Backend
from takens._protocols.dataset import Dataset
from takens._protocols.device import DevicePolicy
from takens._protocols.figure import Figure
from takens._protocols.integrator import Integrator
from takens._protocols.metric import DynamicsMetric, SeriesMetric
from takens._protocols.model import Model
from takens._protocols.optimiser import Optimiser
from takens._protocols.schedule import Schedule
from takens._protocols.scheme import TrainingScheme
from takens._protocols.system import System
from takens.errors import InputError
from takens.testing import plugins
from takens.testing.check import Check, Checks
from takens.testing.making import Unmade

_KINDS: Final[tuple[tuple[Any, Kind], ...]] = (
    (Model, "model"),
    (TrainingScheme, "scheme"),
    (SeriesMetric | DynamicsMetric, "metric"),
    (Optimiser, "optimiser"),
    (Schedule, "schedule"),
    (DevicePolicy, "device"),
    (Dataset, "dataset"),
    (Backend, "backend"),
    (System, "system"),
)


@Check.of
def check_can_be_made(component: Unmade) -> None:
    """Check that it can be made, from its defaults or its example."""
    raise component.error


def checks_for(component: object, kind: Kind | None = None) -> Iterator[Check]:
    """Return the checks that apply to a component, or to a whole ``takens.plugin.Plugin``.

    The kind follows from the component where it is registered or satisfies a protocol.

    Raises: InputError where it does neither.
    """
    if isinstance(component, Unmade):
        yield check_can_be_made
    elif isinstance(component, Plugin):
        yield from plugins.CHECKS(component)
    else:
        found = checks_of(kind or kind_of(component))
        for check in found(component):
            yield check if isinstance(check, Check) else Check.of(check)


def checks_of(kind: Kind) -> Any:
    """Return what gives the checks of a component of a kind, as whoever brings the kind says.

    Raises: InputError where there is no such kind.
    """
    spec = catalogue().find_kind(kind)
    if spec.checks:
        return _imported(spec.checks)
    return Checks(_imported(spec.protocol), "protocol")


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
    ours = {spec.name for spec in OURS}
    for spec in catalogue().kinds.values():
        if spec.name not in ours and isinstance(component, _imported(spec.protocol)):
            return spec.name
    raise InputError(
        f"{type(component).__name__} satisfies no protocol of takens; say its kind to see what "
        "it lacks."
    )


def _imported(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
