"""``takens plugins``."""

import json
from collections import Counter

import click


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
    from takens._errors import TakensError
    from takens._plugins.catalogue import catalogue
    from takens.cli.tables import print_table

    plugins = catalogue().plugins
    if as_json:
        table = [
            {
                "name": plugin.name,
                "distribution": plugin.distribution,
                "version": plugin.version,
                "state": plugin.state,
                "reason": plugin.reason,
                "components": [
                    {"kind": spec.kind, "name": spec.name, "summary": spec.summary}
                    for spec in plugin.components
                ],
            }
            for plugin in plugins
        ]
        click.echo(json.dumps(table, indent=2))
    else:
        rows: list[tuple[str, ...]] = []
        for plugin in plugins:
            kinds = Counter(spec.kind for spec in plugin.components)
            what = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items())
            rows.append(
                (
                    plugin.name,
                    plugin.distribution,
                    plugin.version,
                    plugin.state,
                    plugin.reason or what,
                )
            )
        print_table(("plugin", "distribution", "version", "state", "offers"), rows)
    failed = [plugin.name for plugin in plugins if plugin.state == "failed"]
    if strict and failed:
        raise TakensError(f"These plugins failed to load: {', '.join(failed)}.")
