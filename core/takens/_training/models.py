"""The models that are trained: by name, made for the data, and the members of an ensemble."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from takens._data.entrance import as_recordings
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._examining.scales import scales_of
from takens._plugins.catalogue import catalogue
from takens._plugins.choice import Component
from takens._plugins.registry import models
from takens._protocols.model import Model, SupportsFromData
from takens.errors import InputError

_KNOWN: Final[Mapping[str, Callable[[TimeSeries | Recordings], Any]]] = {
    "obs_dim": lambda data: data.dim,
    "dt": lambda data: data.dt if data.regular else None,
    "columns": lambda data: list(data.columns),
    "time_unit": lambda data: data.time_unit or None,
    "input_dim": lambda data: _inputs(data) or None,
    "recordings": lambda data: list(as_recordings(data).names),
}
# Parameters that are not asked of the user.
SUPPLIED: Final = (*_KNOWN, "seed")


def _inputs(data: TimeSeries | Recordings) -> int:
    one = data if isinstance(data, TimeSeries) else data.series[0]
    return 0 if one.inputs is None else one.inputs.dim


def model_for(
    data: TimeSeries | Recordings, choice: str | Mapping[str, Any] | Component, *, seed: int
) -> Model:
    """Create a model, and give it what the data know where it asks for that.

    It asks by parameters called ``obs_dim``, ``dt`` (where the samples are equally spaced),
    ``columns``, ``time_unit``, ``input_dim``, ``recordings`` or ``seed``.

    Raises: ComponentError, UnknownComponentError, AmbiguousComponentError.
    """
    named = Component.of(choice)
    wanted = {parameter.name for parameter in models.spec(named.name).parameters}
    found = {name: read(data) for name, read in _KNOWN.items() if name in wanted}
    supplied = {name: value for name, value in found.items() if value is not None}
    if "seed" in wanted:
        supplied["seed"] = seed
    return models.create(named.name, **(supplied | named.parameters))


def sized(
    data: Recordings | TimeSeries, choice: str | Mapping[str, Any] | Component
) -> tuple[Component, tuple[str, ...]]:
    """Return a choice of model with numbers for what is "auto", and why they are so.

    Raises: as ``model_for``.
    """
    named = Component.of(choice)
    spec = models.spec(named.name)
    # What is "auto" by itself, the model finds out by itself.
    own = {parameter.name for parameter in spec.parameters if parameter.default == "auto"}
    given = named.parameters.items()
    wanted = [name for name, value in given if value == "auto" and name not in own]
    settings = spec.settings_class() if wanted else None
    if not isinstance(settings, SupportsFromData):
        return named, ()
    records = [data] if isinstance(data, TimeSeries) else list(data)
    found = settings.from_data(scales_of([one.x for one in records]), named.parameters)
    chosen = {name: found[name] for name in wanted if name in found}
    values = {name: value for name, (value, _) in chosen.items()}
    reasons = tuple(f"model.{name} = {value}: {why}." for name, (value, why) in chosen.items())
    return attrs.evolve(named, parameters=named.parameters | values), reasons


def members_of(model: Model | Sequence[Model], count: int) -> tuple[Model, ...]:
    """Return the models that are trained: those given, or ``count`` that differ by their seed.

    The first is the model itself; the others start from its ``seed`` plus 1, 2, ...

    Raises: InputError where others cannot be made.
    """
    if not isinstance(model, Model):
        if count not in (1, len(model)) or not model:
            raise InputError(
                f"fit was given {len(model)} models and members = {count}; leave out members."
            )
        return tuple(model)
    if count == 1:
        return (model,)
    name = catalogue().qualified_name("model", type(model))
    settings = attrs.asdict(model.config)
    if name is None or "seed" not in settings:
        raise InputError(
            f"{type(model).__name__} cannot be made again with another seed, since "
            + ("no plugin offers it" if name is None else "its settings have no seed")
            + f"; give fit a list of {count} models."
        )
    others = (
        models.create(name, **(settings | {"seed": settings["seed"] + i}))
        for i in range(1, count)
    )
    return (model, *others)
