"""From what a configuration names to components: checked, and with every default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs

from takens._defaults import CHECK_METRIC
from takens._dynamics.sampling import choice_of_integrator
from takens._near import near
from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.choice import Component
from takens._plugins.component import Kind
from takens._plugins.kind import plural
from takens._plugins.parameter import Parameter
from takens._plugins.parameters import check_parameters, check_value
from takens._plugins.registry import Registry, metrics, systems
from takens._protocols.metric import Metric
from takens._protocols.system import SupportsInterval
from takens._run.configuration import Configuration, Data, Judge
from takens._secrets import restored
from takens._training.models import SUPPLIED
from takens._training.settings import KINDS, Training
from takens.errors import ComponentError, ConfigurationError, InputError, UnknownComponentError


def resolve(configuration: Configuration) -> Configuration:
    """Check every component that is named, and fill in full names and defaults.

    Raises: InputError.
    """
    judging = configuration.judge
    return attrs.evolve(
        configuration,
        data=_data(configuration.data),
        device=complete("device", configuration.device),
        model=complete("model", configuration.model, SUPPLIED),
        scheme=complete("scheme", configuration.scheme),
        training=_training(configuration.training),
        judge=attrs.evolve(
            judging, metrics=[complete("metric", m, labelled=True) for m in judging.metrics]
        ),
        figures=[complete("figure", f, labelled=True) for f in configuration.figures],
        plugins=complete_settings(configuration.plugins, catalogue()),
    )


def complete(
    kind: Kind, choice: Any, supplied: Sequence[str] = (), *, labelled: bool = False
) -> Component:
    """Check a component against its plugin; return it with its full name and all defaults.

    Parameters in ``supplied`` are given by the run itself.

    Raises: ComponentError, UnknownComponentError, AmbiguousComponentError.
    """
    if not isinstance(choice, (str, Component)):
        raise ConfigurationError(
            f"A configuration names its {kind}; got {choice!r}. Objects are for takens.fit."
        )
    component, registry = Component.of(choice), Registry[Any](kind)
    parameters = component.parameters
    if component.label and not labelled:
        parameters = {"label": component.label} | parameters
    spec = registry.spec(component.name)
    parameters = {
        key: restored(component.name, key, value) for key, value in parameters.items()
    }
    given = {p.name: None for p in spec.parameters if p.name in supplied}
    check_parameters(spec, given | parameters)
    defaults = {
        p.name: p.default
        for p in spec.parameters
        if not p.required and p.default is not None and p.name not in supplied
    }
    name = registry.qualified_name(component.name)
    return Component(name, defaults | parameters, component.label)


def by_label(registry: Registry[Any], components: Sequence[Component]) -> dict[str, Component]:
    """Return components by their labels, else by the shortest names that mean them.

    Raises: InputError where two are called the same.
    """
    found: dict[str, Component] = {}
    for component in components:
        name = component.label or registry.shortest_name(component.name)
        if name in found:
            raise InputError(
                f"Two of the {plural(registry.kind)} are called {name!r}, so that one is asked "
                f'for twice; leave one out, or tell them apart by a label: {{name = "{name}", '
                f'label = "other"}}.'
            )
        found[name] = component
    return found


def metrics_of(judging: Judge) -> dict[str, Metric]:
    """Make the metrics that judge, by label or name.

    Raises: InputError where two have one name, or a reference is for none of them.
    """
    named = {name: metrics.get(c) for name, c in by_label(metrics, judging.metrics).items()}
    for name in judging.reference:
        if name not in named:
            raise ConfigurationError(
                f"judge.reference names {name!r}, which is not among judge.metrics: "
                f"{', '.join(named)}.{near(name, named)}"
            )
    return named


def _data(data: Data) -> Data:
    """Fill in what a system says of its sampling where the user says nothing."""
    form = None if data.format is None else complete("dataset", data.format)
    data = attrs.evolve(data, prepare=[complete("preparation", p) for p in data.prepare])
    if data.source is not None:
        data = attrs.evolve(data, source=complete("source", data.source))
    if data.system is None:
        return attrs.evolve(data, format=form, integrator=None)
    named = complete("system", data.system)
    system, integrator, dt = systems.get(named), data.integrator, data.dt
    if integrator is None:
        choice = choice_of_integrator(system)
        # One that a system has made already cannot be written to a file.
        nameable = isinstance(choice, (str, Mapping, Component))
        integrator = Component.of(cast(Any, choice)) if nameable else None
    if dt is None and isinstance(system, SupportsInterval):
        dt = system.dt
    return attrs.evolve(
        data, system=named, dt=dt, integrator=integrator and complete("integrator", integrator)
    )


def _training(training: Training) -> Training:
    found: dict[str, Any] = {}
    for key, kind in KINDS.items():
        named = getattr(training, key)
        try:
            found[key] = complete(kind, named)
        except UnknownComponentError:
            # The usual one need not be there where other metrics are installed in its place.
            if named != CHECK_METRIC:
                raise
    return attrs.evolve(training, **found)


def complete_settings(
    given: Mapping[str, Mapping[str, Any]], catalogue: Catalogue
) -> dict[str, dict[str, Any]]:
    """Check the tables ``[plugins.NAME]`` and fill in the defaults of those that are given.

    Raises: ConfigurationError naming the table, the key and the nearest valid name.
    """
    known = {
        plugin.name: catalogue.ask(plugin, "takens_settings", Parameter)
        for plugin in catalogue.plugins
        if plugin.state == "loaded"
    }
    known = {name: parameters for name, parameters in known.items() if parameters}
    for name in given:
        if name not in known:
            raise ConfigurationError(
                f"[plugins.{name}]: no loaded plugin of this name has settings."
                f"{near(name, known)} Those that have: {', '.join(known) or 'none'}."
            )
    return {name: _complete(name, table, known[name]) for name, table in given.items()}


def _complete(
    plugin: str, table: Mapping[str, Any], parameters: tuple[Parameter, ...]
) -> dict[str, Any]:
    named = {parameter.name: parameter for parameter in parameters}
    table = {key: restored(plugin, key, value) for key, value in table.items()}
    for key, value in table.items():
        if key not in named:
            raise ConfigurationError(
                f"unknown key 'plugins.{plugin}.{key}'; [plugins.{plugin}] has "
                f"{', '.join(named)}.{near(key, named)}"
            )
        try:
            check_value(f"plugins.{plugin}.{key}", named[key], value)
        except ComponentError as error:
            raise ConfigurationError(str(error)) from error
    missing = [p.name for p in parameters if p.required and p.name not in table]
    if missing:
        raise ConfigurationError(f"[plugins.{plugin}] needs {', '.join(missing)}.")
    return {p.name: p.default for p in parameters if not p.required} | dict(table)
