"""``takens show``."""

import json
from typing import Any

import click


@click.command("show")
@click.argument("kind")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(kind: str, name: str, as_json: bool) -> None:
    """Describe the component NAME of a KIND: parameters, units, source, what it supports.

    \b
    Examples:
      takens show system lorenz63
      takens show model shallow_plrnn --json
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._plugins.catalogue import catalogue
    from takens.cli.tables import print_table

    known = catalogue()
    plugin, spec = known.find(known.find_kind(kind).name, name)
    parameters = [
        {
            "name": p.name,
            "default": None if p.required else p.default,
            "required": p.required,
            "unit": p.unit,
            "summary": p.summary,
            "choices": list(p.choices),
            "limits": p.limits,
        }
        for p in spec.parameters
    ]
    if as_json:
        described: dict[str, Any] = {
            "kind": spec.kind,
            "name": spec.name,
            "plugin": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "summary": spec.summary,
            "target": spec.target,
            "source": spec.source,
            "supports": list(spec.supports),
            "excused": dict(spec.excused),
            "deprecated": spec.deprecated,
            "parameters": parameters,
        }
        click.echo(json.dumps(described, indent=2, default=list))
        return
    click.echo(f"{spec.kind} {plugin.name}:{spec.name}")
    click.echo(spec.summary)
    for label, text in (
        ("to go", spec.deprecated),
        ("source", spec.source),
        ("supports", ", ".join(spec.supports)),
        ("from", f"{plugin.distribution} {plugin.version}, {spec.target}"),
    ):
        if text:
            click.echo(f"{label}: {text}")
    for check, reason in spec.excused.items():
        click.echo(f"excused from {check}: {reason}")
    if parameters:
        click.echo()
        rows = [
            (
                p.name,
                "required" if p.required else repr(p.default),
                p.unit,
                p.summary
                + (f" (or {', '.join(p.choices)})" if p.choices else "")
                + (f" ({p.limits})" if p.limits else ""),
            )
            for p in spec.parameters
        ]
        print_table(("parameter", "default", "unit", "meaning"), rows)
