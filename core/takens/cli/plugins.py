"""``takens plugins``."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from takens._plugins.catalogue import Catalogue
    from takens._plugins.plugin import Plugin

# What is shown of a plugin beside its hooks.
_ASKED: Final = ("kinds", "components", "commands")


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print a list for scripts.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a plugin failed to load.")
def command(as_json: bool, strict: bool) -> None:
    """List the plugins that are installed, and what became of them.

    \b
    Examples:
      takens plugins
      takens plugins --json
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._plugins.catalogue import catalogue
    from takens.cli.tables import print_table
    from takens.errors import TakensError

    known = catalogue()
    plugins = known.plugins
    if as_json:
        table = [
            {
                "name": plugin.name,
                "distribution": plugin.distribution,
                "version": plugin.version,
                "state": plugin.state,
                "reason": plugin.reason,
                "remarks": list(plugin.remarks),
                "kinds": [spec.name for spec in plugin.kinds],
                "components": [
                    {"kind": spec.kind, "name": spec.name, "summary": spec.summary}
                    for spec in plugin.components
                ],
                "commands": _commands(known, plugin),
                "hooks": _hooks(known, plugin),
            }
            for plugin in plugins
        ]
        click.echo(json.dumps(table, indent=2))
    else:
        rows = [
            (
                plugin.name,
                plugin.distribution,
                plugin.version,
                plugin.state,
                plugin.reason or _offers(known, plugin),
            )
            for plugin in plugins
        ]
        print_table(("plugin", "distribution", "version", "state", "offers"), rows)
    failed = [plugin.name for plugin in plugins if plugin.state == "failed"]
    if strict and failed:
        raise TakensError(f"These plugins failed to load: {', '.join(failed)}.")


def _offers(known: Catalogue, plugin: Plugin) -> str:
    kinds = Counter(spec.kind for spec in plugin.components)
    what = [f"the kind {spec.name}" for spec in plugin.kinds]
    what += [f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items()]
    what += [f"the command {name}" for name in _commands(known, plugin)]
    hooks = set(_hooks(known, plugin)) - {f"takens_{what}" for what in _ASKED}
    if "takens_settings" in hooks:
        what.append("settings")
    if hooks - {"takens_settings"}:
        what.append("hooks of runs and trainings")
    return "; ".join([", ".join(what) or "a module to import", *plugin.remarks])


def _commands(known: Catalogue, plugin: Plugin) -> list[str]:
    from takens._plugins.component import CommandSpec

    return [spec.name for spec in known.ask(plugin, "takens_commands", CommandSpec)]


def _hooks(known: Catalogue, plugin: Plugin) -> list[str]:
    from takens._plugins.hooks import HOOKS

    asked = known.manager.implementations
    return [hook for hook in HOOKS if any(True for _ in asked(hook, plugin.name))]
