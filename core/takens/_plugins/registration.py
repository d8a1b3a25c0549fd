"""Plugins that are registered in a process, without an entry point."""

from __future__ import annotations

import contextlib

from takens._plugins.catalogue import catalogue
from takens._plugins.loading import REGISTERED
from takens.errors import InputError


def register(plugin: object, name: str = "") -> contextlib.ExitStack:
    """Register a plugin in this process: a module, or any object with hooks.

    For notebooks, tests and frozen programs, where no installed distribution names it. It is
    called ``name``, else after the module or the class. The answer undoes the registration, by
    its ``close()`` or as a context manager.

    Raises: InputError where the plugin cannot be used, or one of its name is registered.
    """
    given = getattr(plugin, "__name__", type(plugin).__name__)
    name = name or given.rpartition(".")[2].strip("_")
    if any(each.name == name and each.state == "loaded" for each in catalogue().plugins):
        raise InputError(f"A plugin called {name!r} is there already; give another name.")
    registration = contextlib.ExitStack()
    registration.callback(_forget, name)
    REGISTERED[name] = plugin
    catalogue.cache_clear()
    try:
        catalogue()
    except BaseException:
        registration.close()
        raise
    return registration


def _forget(name: str) -> None:
    REGISTERED.pop(name, None)
    catalogue.cache_clear()
