"""``takens judge``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from takens._judging.verdict import Aspect
    from takens._protocols.metric import Metric
    from takens._run.configuration import Configuration, Judge

_FROM_DATA: Final = "lyapunov_from_data"


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
@click.option("--columns", metavar="A,B,...", help="Those of the file, as in the run.")
@click.option("--time", metavar="COLUMN", help="The column of times.")
@click.option("--dt", type=float, help="The sampling interval, without a column of times.")
@click.option("--runs", type=click.IntRange(1), default=8, show_default=True, help="Free runs.")
@click.option(
    "--fail-on",
    metavar="ASPECTS",
    help="Aspects that decide the exit code, as in geometry,spectrum; all by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(
    run: Path,
    file: Path,
    named: tuple[str, ...],
    columns: str | None,
    time: str | None,
    dt: float | None,
    runs: int,
    fail_on: str | None,
    as_json: bool,
) -> int:
    """Judge a model against data, and say whether it is right.

    RUN is the folder of a run, or a checkpoint. Free runs of the model are compared with the
    data, the floor is that between halves of the data, and linear surrogates of the data show
    what a wrong model would score. Exit code 0 where every aspect is right, 1 where one is
    wrong, 2 where something given cannot be used.

    \b
    Examples:
      takens judge runs/lorenz63-seed0 --against fresh.csv
      takens judge runs/mine --against my.npz --fail-on geometry,spectrum
      takens judge runs/mine/checkpoint.pt --against my.csv --json
    """  # noqa: D301 - click's mark for lines to leave alone
    import attrs

    from takens._errors import InputError
    from takens._judging.evaluate import judge
    from takens._judging.verdict import verdict
    from takens._run.configuration import Judge
    from takens._run.sources import read_series
    from takens._training.checkpoint import load_model
    from takens.cli.tables import print_scores

    decisive = _aspects(fail_on)
    model = load_model(run / "checkpoint.pt" if run.is_dir() else run)
    settings = _configuration(run)
    stored = settings.data if settings is not None and settings.data.file else None
    if stored is not None and columns is None and time is None and dt is None:
        chosen, time, dt = stored.columns, stored.time, stored.dt
    else:
        chosen = columns.split(",") if columns is not None else None
    if time is None and dt is None:
        dt = model.dt
    series = read_series(file, columns=chosen, time=time, dt=dt)
    judging = settings.judge if settings is not None else Judge()
    metrics = _metrics(judging if settings is not None else None, named)
    judgement = judge(
        model,
        series,
        metrics,
        second=None,
        truth=None,
        references={n: value for n, value in judging.reference.items() if n in metrics},
        runs=runs,
        starts=judging.starts,
        context=judging.context,
    )
    found = verdict(judgement.scores)
    unjudged = [a.value for a in decisive if a not in found.findings]
    if fail_on is not None and unjudged:
        raise InputError(
            f"No metric says whether the {' and the '.join(unjudged)} is right; leave it out "
            "of --fail-on, or choose metrics that do with --metric."
        )
    right = all(one.right for aspect, one in found.findings.items() if aspect in decisive)
    right = right and bool(found.findings)
    if as_json:
        table = {
            "right": right,
            "sentence": found.sentence,
            "aspects": {a.value: attrs.asdict(f) for a, f in found.findings.items()},
            "scores": {name: attrs.asdict(s) for name, s in judgement.scores.items()},
        }
        click.echo(json.dumps(table, indent=2, allow_nan=False))
    else:
        print_scores(judgement.scores)
        click.echo(found.sentence)
        for finding in found.findings.values():
            click.echo(f"  {finding.sentence}")
    return 0 if right else 1


def _aspects(fail_on: str | None) -> set[Aspect]:
    from takens._errors import InputError, near
    from takens._judging.verdict import Aspect

    known = {aspect.value: aspect for aspect in Aspect}
    if fail_on is None:
        return set(Aspect)
    wanted = [name.strip() for name in fail_on.split(",")]
    for name in wanted:
        if name not in known:
            raise InputError(
                f"--fail-on names aspects of {', '.join(known)}; got {name!r}."
                f"{near(name, known)}"
            )
    return {known[name] for name in wanted}


def _configuration(run: Path) -> Configuration | None:
    """Give the configuration of a run, if there is one."""
    from takens._run.job import resolve
    from takens._run.reading import read_configuration

    file = run / "config.toml"
    return resolve(read_configuration(file)) if file.is_file() else None


def _metrics(judging: Judge | None, named: tuple[str, ...]) -> dict[str, Metric]:
    """Make the metrics that are named, or those of the run, or the usual ones."""
    from takens._judging.evaluate import STANDARD_METRICS
    from takens._plugins.registry import metrics

    if named:
        return {name: metrics.create(name) for name in named}
    made = {name: metrics.create(name) for name in STANDARD_METRICS}
    if judging is not None:
        made = {c.name: metrics.create(c.name, **c.parameters) for c in judging.metrics}
    # Without equations, exponents are judged by those of the data.
    if _FROM_DATA in metrics.names() and _FROM_DATA not in made:
        made[_FROM_DATA] = metrics.create(_FROM_DATA)
    return made
