"""``takens reconstruct``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("reconstruct")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), help="The folder of all that is made.")
@click.option("--budget", default="5min", show_default=True, help="As in 90s, 5min or 1h.")
@click.option("--format", "form", help="The reader, as in takens list dataset.")
@click.option("--columns", metavar="A,B,...", help="Variables; all but the time by default.")
@click.option("--inputs", metavar="A,B,...", help="Columns that act on the system.")
@click.option("--time", metavar="COLUMN", help="The column of times.")
@click.option("--dt", type=float, help="The sampling interval, without a column of times.")
@click.option("--rate", help="The sampling rate, as in 250 Hz.")
@click.option("--id", "identity", metavar="COLUMN", help="What tells recordings apart.")
@click.option("--split", type=float, help="The fraction to learn from; 0.5 by default.")
@click.option("--test", metavar="FILE", help="Another file to judge against.")
@click.option("--recipe", "named", metavar="NAME", multiple=True, help="Only these recipes.")
@click.option("--search", default=None, metavar="NAME", help="What chooses among them.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; by default one for each core.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
def command(
    files: tuple[str, ...],
    out: Path | None,
    budget: str,
    form: str | None,
    columns: str | None,
    inputs: str | None,
    time: str | None,
    dt: float | None,
    rate: str | None,
    identity: str | None,
    split: float | None,
    test: str | None,
    named: tuple[str, ...],
    search: str | None,
    jobs: int | None,
    seed: int,
    as_json: bool,
) -> int:
    """Learn dynamics from a file, with all that has to be chosen, and judge what was learned.

    The data are looked at first, and refused where nothing can be learned from them. Several
    families of models are tried on a part of the data; the best learns from all that may be
    learned from, and is judged on the rest. The same command again goes on where it was.

    Exit codes are those of takens judge: 0 where every aspect is right, 1 where one is wrong,
    3 where one is undecided or not judged, 2 where the data cannot be used.

    \b
    Examples:
      takens reconstruct my.csv
      takens reconstruct my.csv --time t --columns x,y --budget 10min
      takens reconstruct trial1.csv trial2.csv --rate "250 Hz" --out runs/trials
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._defaults import SEARCH
    from takens._reconstructing.reconstruct import reconstruct
    from takens.cli.exit_codes import exit_code
    from takens.cli.tables import print_scores_json
    from takens.cli.verdict import print_verdict

    folder = out or Path("reconstructions") / Path(files[0]).stem.strip("*")
    made = reconstruct(
        files[0] if len(files) == 1 else list(files),
        folder,
        budget=budget,
        seed=seed,
        search=search or SEARCH,
        recipe=named or None,
        jobs=jobs,
        progress=True,
        say=lambda line: click.echo(line, err=True),
        format=form,
        columns=columns and _names(columns),
        inputs=inputs and _names(inputs),
        time=time,
        dt=dt,
        rate=rate,
        id=identity,
        split=split,
        test=test,
    )
    results = made.run.results
    if as_json:
        print_scores_json(results.scores, results.verdict)
    else:
        print_verdict(results.verdict)
        click.echo(f"Report: {made.folder / 'report.html'}")
    return exit_code(results, None, results.scores)


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",")]
