"""Commands that plugins add to ``takens``."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import attrs

from takens._errors import PluginWarning, TakensError
from takens._plugins.catalogue import Catalogue
from takens._plugins.component import like, one_line
from takens._plugins.loading import Plugin
from takens._plugins.warn import warn_outside

if TYPE_CHECKING:
    import click


@final
@attrs.frozen(kw_only=True)
class CommandSpec:
    """A promise: ``target`` can be imported and is a ``click`` command called ``name``."""

    name: str = attrs.field(validator=like(r"[a-z][a-z0-9-]*", "tune", "command"))
    target: str = attrs.field(
        validator=like(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", "package.module:command", "command")
    )
    summary: str = attrs.field(default="", validator=one_line)


@functools.cache
def commands_of(
    catalogue: Catalogue, ours: Sequence[str]
) -> Mapping[str, tuple[Plugin, CommandSpec]]:
    """Give the commands of all plugins by name; what breaks or is taken is left out, warned of.

    Raises: what a plugin raises, or TakensError, where ``TAKENS_STRICT_PLUGINS`` is set.
    """
    found: dict[str, tuple[Plugin, CommandSpec]] = {}
    for plugin in catalogue.plugins:
        for spec in catalogue.ask(plugin, "takens_commands", CommandSpec):
            taken = "takens itself" if spec.name in ours else None
            if spec.name in found:
                taken = f"plugin {found[spec.name][0].name!r}"
            if taken is None:
                found[spec.name] = (plugin, spec)
                continue
            message = (
                f"takens: the command {spec.name!r} of plugin {plugin.name!r} "
                f"({plugin.distribution} {plugin.version}) is left out: {taken} has one of "
                f"this name. TAKENS_DISABLE_PLUGINS={plugin.name} silences this."
            )
            if catalogue.strict:
                raise TakensError(message.removeprefix("takens: "))
            warn_outside(message, PluginWarning)
    return found


def import_command(plugin: Plugin, spec: CommandSpec) -> click.Command:
    """Import a plugin's command, made to blame the plugin for what goes wrong in it.

    Raises: TakensError naming plugin and distribution where it cannot be imported.
    """
    import click

    module, _, attribute = spec.target.partition(":")
    try:
        command = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise TakensError(_blamed(plugin, spec, "cannot be imported", error)) from error
    if not isinstance(command, click.Command):
        raise TakensError(
            f"The command {spec.name!r} of plugin {plugin.name!r} ({plugin.distribution} "
            f"{plugin.version}) is {command!r}, not a click command."
        )
    if command.callback is not None:
        command.callback = _guarded(command.callback, plugin, spec)
    return command


def _guarded(
    callback: Callable[..., Any], plugin: Plugin, spec: CommandSpec
) -> Callable[..., Any]:
    import click

    @functools.wraps(callback)
    def guarded(*arguments: Any, **options: Any) -> Any:
        try:
            return callback(*arguments, **options)
        except (click.ClickException, click.exceptions.Exit, click.Abort, TakensError):
            raise
        except Exception as error:
            from takens._plugins.catalogue import catalogue

            if catalogue().strict:
                raise
            raise TakensError(_blamed(plugin, spec, "failed", error)) from error

    return guarded


def _blamed(plugin: Plugin, spec: CommandSpec, verb: str, error: Exception) -> str:
    return (
        f"The command {spec.name!r} of plugin {plugin.name!r} ({plugin.distribution} "
        f"{plugin.version}) {verb}: {type(error).__name__}: {error}. "
        "TAKENS_STRICT_PLUGINS=1 shows where; tell its authors."
    )
