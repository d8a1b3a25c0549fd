"""``takens judge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from takens._protocols.metric import Metric
    from takens._run.configuration import Configuration, Judge


@click.command("judge")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--against",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="Data that the model was not trained on.",
)
@click.option(
    "--metric", "named", metavar="NAME", multiple=True, help="Instead of those of the run."
)
@click.option(
    "--format", "form", metavar="NAME", help="The reader, as in takens list datasets."
)
@click.option(
    "--recording", metavar="NAME", help="Of a model of several, and of the file: that one."
)
@click.option("--columns", metavar="A,B,...", help="Those of the file, as in the run.")
@click.option("--time", metavar="COLUMN", help="The column of times.")
@click.option("--dt", type=float, help="The sampling interval, without a column of times.")
@click.option("--runs", type=click.IntRange(1), default=8, show_default=True, help="Free runs.")
@click.option(
    "--fail-on",
    metavar="ASPECTS",
    help="Aspects that decide the exit code, as in geometry,spectrum; all by default.",
)
@click.option(
    "--tolerance",
    "tolerances",
    metavar="KIND=VALUE",
    multiple=True,
    help="As in exponents=0.1; those of the run, or of the metrics, by default.",
)
@click.option("--level", type=float, help="Share of true models that may be called wrong.")
@click.option("--noise", metavar="LEVEL", help="Of the file, in standard deviations; estimate.")
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(
    run: Path,
    file: Path,
    named: tuple[str, ...],
    form: str | None,
    recording: str | None,
    columns: str | None,
    time: str | None,
    dt: float | None,
    runs: int,
    fail_on: str | None,
    tolerances: tuple[str, ...],
    level: float | None,
    noise: str | None,
    as_json: bool,
) -> int:
    """Judge a model, all members of it, against data, and say whether it is right.

    RUN is the folder of a run, or a checkpoint. Free runs of the model are compared with the
    data, the floor is that between halves of the data, and linear surrogates of the data show
    what a wrong model would score.

    Exit code 0 where every aspect is right, 1 where one is wrong, 3 where none is wrong and
    one is undecided or could not be judged, 2 where something given cannot be used.

    \b
    Examples:
      takens judge runs/lorenz63-seed0 --against fresh.csv
      takens judge runs/mine --against my.npz --fail-on geometry,spectrum
      takens judge runs/mine --against my.csv --tolerance exponents=0.1 --noise estimate
      takens judge runs/mine/checkpoint.pt --against my.csv --json
    """  # noqa: D301 - click's mark for lines to leave alone
    import attrs

    from takens._dynamics.checkpoint import load_members
    from takens._judging.judge import judge
    from takens._judging.noise import WORDS, as_learned
    from takens._judging.rehearsal import without_equations
    from takens._run.configuration import Judge
    from takens._run.folder import RunFolder
    from takens._run.records import read_data, read_recordings
    from takens._run.scores_file import scores_table, to_text
    from takens.cli.exit_codes import decisive_aspects, exit_code
    from takens.cli.tables import print_scores
    from takens.cli.verdict import print_verdict

    members = load_members(run)
    if recording is not None and members[0].recordings:
        members = tuple(member.for_recording(recording) for member in members)
    model = members[0]
    settings = _configuration(run)
    stored = settings.data if settings is not None and settings.data.file else None
    if stored is not None and columns is None and time is None and dt is None:
        found = read_data(attrs.evolve(stored, format=form or stored.format), file)
    else:
        if time is None and dt is None:
            dt = model.preparations.dt if model.preparations else model.dt
        chosen = columns.split(",") if columns is not None else None
        found = read_recordings(file, format=form, columns=chosen, time=time, dt=dt)
    if recording is not None and len(found) > 1:
        found = found[[recording]]
    series = found.only if len(found) == 1 and found.complete else found
    judging = settings.judge if settings is not None else Judge()
    asked = _metrics(judging, named)
    metrics = asked
    if not named:
        metrics = asked | without_equations(
            model, series, asked, second=None, context=judging.context
        )
    decisive = decisive_aspects(fail_on, metrics)
    judgement = judge(
        members,
        series,
        metrics,
        references={n: value for n, value in judging.reference.items() if n in metrics},
        runs=runs,
        starts=judging.starts,
        context=judging.context,
        noise=as_learned(
            judging.noise if noise is None else _number(noise, "--noise", *WORDS),
            RunFolder(run if run.is_dir() else run.parent).learned(),
        ),
        tolerance=dict(judging.tolerance) | _tolerances(tolerances),
        level=judging.level if level is None else level,
        power=judging.power,
        progress=not as_json,
    )
    found = judgement.verdict
    code = exit_code(judgement, decisive, asked)
    if as_json:
        table = scores_table(judgement.scores, found)
        click.echo(to_text({**table["verdict"], **table, "right": code == 0}), nl=False)
    else:
        print_verdict(found)
        print_scores(judgement.scores)
    return code


def _tolerances(given: Sequence[str]) -> dict[str, float]:
    """Read tolerances by kind."""
    read = [one.partition("=") for one in given]
    return {kind.strip(): float(_number(value, "--tolerance")) for kind, _, value in read}


def _number(text: str, option: str, *words: str) -> float | str:
    """Read a number, or one of the words that may stand for it."""
    from takens.errors import InputError

    try:
        return text if text in words else float(text)
    except ValueError:
        other = f", or {' or '.join(map(repr, words))}" if words else ", as in exponents=0.1"
        raise InputError(f"{option} takes a number{other}; got {text!r}.") from None


def _configuration(run: Path) -> Configuration | None:
    """Return the configuration of a run, if there is one."""
    from takens._run.reading import read_configuration
    from takens._run.resolution import resolve

    file = run / "config.toml"
    return resolve(read_configuration(file)) if file.is_file() else None


def _metrics(judging: Judge, named: Sequence[str]) -> dict[str, Metric]:
    """Create the metrics that are named, or those of the run, or the usual ones."""
    from takens._judging.naming import name_metrics
    from takens._run.resolution import metrics_of

    return name_metrics(named) if named else metrics_of(judging)
