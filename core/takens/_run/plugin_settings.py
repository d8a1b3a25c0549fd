"""The tables of a configuration that belong to plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from takens._near import near
from takens._plugins.catalogue import Catalogue
from takens._plugins.parameter import Parameter
from takens._plugins.parameters import check_value
from takens._secrets import restored
from takens.errors import ComponentError, ConfigurationError


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
