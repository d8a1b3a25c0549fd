"""Models by name, made for the data that they are to learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from takens._data.time_series import TimeSeries
from takens._plugins.choice import Component
from takens._plugins.registry import models
from takens._protocols.model import Model

_KNOWN: Final[Mapping[str, Callable[[TimeSeries], Any]]] = {
    "obs_dim": lambda data: data.dim,
    "dt": lambda data: data.dt if data.regular else None,
    "columns": lambda data: list(data.columns),
    "time_unit": lambda data: data.time_unit or None,
}
# Parameters that are not asked of the user.
SUPPLIED: Final = (*_KNOWN, "seed")


def model_for(
    data: TimeSeries, choice: str | Mapping[str, Any] | Component, *, seed: int
) -> Model:
    """Create a model, and give it what the data know where it asks for that.

    It asks by parameters called ``obs_dim``, ``dt`` (where the samples are equally spaced),
    ``columns``, ``time_unit`` or ``seed``.

    Raises: ComponentError, UnknownComponentError, AmbiguousComponentError.
    """
    named = Component.of(choice)
    wanted = {parameter.name for parameter in models.spec(named.name).parameters}
    found = {name: read(data) for name, read in _KNOWN.items() if name in wanted}
    supplied = {name: value for name, value in found.items() if value is not None}
    if "seed" in wanted:
        supplied["seed"] = seed
    return models.create(named.name, **(supplied | named.parameters))
