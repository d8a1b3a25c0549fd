"""The settings of a run as a flat table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from takens._plugins.choice import Component
from takens._protocols.model import Model
from takens._secrets import blanked_value
from takens._training.events import FitStarted
from takens._training.settings import Training

# What decides nothing about the result, and the settings of trackers themselves.
_LEFT_OUT: Final = ("figures", "format", "plugins", "versions")


def of_configuration(toml: str) -> dict[str, bool | float | str]:
    """Flatten a configuration: ``model.latent_dim``, ``training.steps``, ...

    A list of components gives their names, and their parameters below each name. Names are
    those without plugins.
    """
    table = tomllib.loads(toml)
    return _flat({key: value for key, value in table.items() if key not in _LEFT_OUT})


def of_fit(event: FitStarted, toml: str) -> dict[str, bool | float | str]:
    """Flatten a configuration, or where there is none what is known of a training."""
    return of_configuration(toml) if toml else of_training(event)


def of_training(event: FitStarted) -> dict[str, bool | float | str]:
    """Flatten what is known of a training without a configuration."""
    scheme = event.scheme
    settings = attrs.asdict(scheme) if attrs.has(scheme.__class__) else {}
    return _flat(
        {
            "seed": event.seed,
            "device": str(event.placement.device),
            "model": _model(event.model),
            "scheme": {"name": scheme.__class__.__name__} | settings,
            "training": _training(event.training),
        }
    )


def _model(model: Model) -> dict[str, Any]:
    # Training wraps a model to speak the units of the data; the one inside has a name.
    inner = getattr(model, "inner", model)
    return {"name": type(inner).__name__} | attrs.asdict(model.config)


def _training(training: Training) -> dict[str, Any]:
    table = attrs.asdict(training, recurse=False)
    return {
        key: value.table if isinstance(value, Component) else value
        for key, value in table.items()
    }


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, bool | float | str]:
    found: dict[str, bool | float | str] = {}
    for key, value in table.items():
        where = prefix + key
        if isinstance(value, Mapping):
            found |= _flat(cast(Mapping[str, Any], value), f"{where}.")
        elif isinstance(value, (list, tuple)):
            found |= _listed(cast("list[Any]", value), where)
        elif isinstance(value, (bool, int, float, str)):
            found[where] = _bare(value) if key == "name" else blanked_value(value)
    return found


def _listed(values: list[Any], where: str) -> dict[str, bool | float | str]:
    found: dict[str, bool | float | str] = {}
    words: list[str] = []
    for value in values:
        table = _table(value)
        if "name" in table:
            name = str(table.pop("label", _bare(table["name"])))
            table.pop("name")
            words.append(name)
            found |= _flat(table, f"{where}.{name}.")
        else:
            words.append(str(value))
    return {where: ", ".join(words)} | found


def _bare(name: Any) -> Any:
    return name.rpartition(":")[2] if isinstance(name, str) else name


def _table(value: Any) -> dict[str, Any]:
    return dict(cast(Mapping[str, Any], value)) if isinstance(value, Mapping) else {}
