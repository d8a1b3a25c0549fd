"""Commands that plugins add to ``takens``."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from takens._files import no_path
from takens._plugins.catalogue import Catalogue
from takens._plugins.component import CommandSpec
from takens._plugins.guard import ended, guard
from takens._plugins.plugin import Plugin
from takens._plugins.spec import imported
from takens._plugins.warn import warn_outside
from takens.errors import PluginError, PluginWarning, TakensError

if TYPE_CHECKING:
    import click

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def commands_of(
    catalogue: Catalogue, ours: Sequence[str]
) -> Mapping[str, tuple[Plugin, CommandSpec]]:
    """Return the commands of all plugins by name; warn of what breaks or is taken.

    Raises: what a plugin raises, or TakensError, where ``TAKENS_STRICT_PLUGINS`` is set.
    """
    found: dict[str, tuple[Plugin, CommandSpec]] = {}
    for plugin in catalogue.plugins:
        for spec in catalogue.ask(plugin, "takens_commands", CommandSpec):
            taken = "takens itself" if spec.name in ours else None
            if spec.name in found:
                taken = str(found[spec.name][0])
            if taken is None:
                found[spec.name] = (plugin, spec)
                continue
            message = (
                f"takens: the command {spec.name!r} of {plugin} is left out: {taken} has one "
                f"of this name. {plugin.remedy}"
            )
            if catalogue.strict:
                raise TakensError(message.removeprefix("takens: "))
            warn_outside(message, PluginWarning)
    return found


def import_command(plugin: Plugin, spec: CommandSpec, *, strict: bool) -> click.Command:
    """Import a plugin's command, made to blame the plugin for what goes wrong in it.

    Raises: PluginError naming plugin and distribution where it cannot be imported.
    """
    import click

    what = f"The command {spec.name!r} of {plugin}"
    with guard(f"{what} cannot be imported", plugin, strict=strict):
        command = imported(spec.target)
    if not isinstance(command, click.Command):
        raise PluginError(f"{what} is {command!r}, not a click command.")
    # A copy, so that the plugin's own object stays as it is.
    command = copy.copy(command)
    command.make_context = _guarded(command.make_context, what, plugin, strict)
    command.invoke = _guarded(command.invoke, what, plugin, strict)
    return command


def _guarded(work: Callable[P, R], what: str, plugin: Plugin, strict: bool) -> Callable[P, R]:
    import click

    # How a command that is written with click speaks to its user.
    spoken = (click.ClickException, click.Abort, click.exceptions.Exit)

    @functools.wraps(work)
    def guarded(*given: P.args, **named: P.kwargs) -> R:
        with guard(f"{what} failed", plugin, strict=strict, passing=spoken):
            try:
                return work(*given, **named)
            except SystemExit as stop:
                # A number is the command's own exit code; a text is for its user.
                if isinstance(stop.code, str):
                    raise PluginError(f"{what} stopped: {ended(stop.code)}") from stop
                code = stop.code if isinstance(stop.code, int) else 0
                raise click.exceptions.Exit(code) from stop
            except OSError as error:
                # Commands open what their users name.
                if refused := no_path(error):
                    raise refused from error
                raise

    return guarded
