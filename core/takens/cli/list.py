"""``takens list``."""

import json

import click


@click.command("list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a list for scripts.")
def command(kind: str | None, as_json: bool) -> None:
    """List the components that are installed, of one KIND or of all.

    \b
    Examples:
      takens list
      takens list systems
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._plugins.catalogue import catalogue
    from takens.cli.tables import print_table

    known = catalogue()
    wanted = None if kind is None else known.find_kind(kind).name
    found = sorted(
        (each for each in known if wanted in (None, each[1].kind) and not each[1].deprecated),
        key=lambda pair: (pair[1].kind, pair[1].name, pair[0].name),
    )
    if as_json:
        table = [
            {"kind": s.kind, "name": s.name, "plugin": p.name, "summary": s.summary}
            for p, s in found
        ]
        click.echo(json.dumps(table, indent=2))
        return
    rows = [(s.kind, s.name, p.name, s.summary) for p, s in found]
    print_table(("kind", "name", "plugin", "summary"), rows)
