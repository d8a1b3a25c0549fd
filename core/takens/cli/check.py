"""``takens check``."""

import json

import click


@click.command("check")
@click.argument("plugin")
@click.option("--slow", is_flag=True, help="Also run the checks that take minutes.")
@click.option("--json", "as_json", is_flag=True, help="Print a list for scripts.")
def command(plugin: str, slow: bool, as_json: bool) -> int:
    """Check that PLUGIN and its components keep what they promise; exit with 1 where not.

    \b
    Examples:
      takens check systems
      takens check example --json
    """  # noqa: D301 - click's mark for lines to leave alone
    import attrs

    from takens.cli.tables import print_table
    from takens.testing import examine

    outcomes = list(examine(plugin, slow=slow))
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if as_json:
        click.echo(json.dumps([attrs.asdict(outcome) for outcome in outcomes], indent=2))
        return 1 if failed else 0
    subjects = dict.fromkeys((outcome.kind, outcome.component) for outcome in outcomes)
    rows: list[tuple[str, ...]] = []
    for kind, name in subjects:
        own = [each for each in outcomes if (each.kind, each.component) == (kind, name)]
        states = [outcome.state for outcome in own]
        wrong = [outcome.check for outcome in own if outcome.state == "failed"]
        asked = sum(outcome.questions for outcome in own)
        counts = (asked, states.count("passed"), states.count("excused"))
        rows.append((kind, name, *map(str, counts), ", ".join(wrong) or "none"))
    print_table(("kind", "name", "questions", "passed", "excused", "failed"), rows)
    for outcome in outcomes:
        if outcome.state != "passed":
            what = f"{outcome.component}: {outcome.check} {outcome.state}"
            click.echo(f"{what}: {outcome.message}")
    count = len(outcomes)
    click.echo(
        f"{len(failed)} of {count} checks failed." if failed else f"All {count} checks passed."
    )
    return 1 if failed else 0
