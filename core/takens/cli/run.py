"""``takens run``."""

from pathlib import Path

import click


@click.command("run")
@click.argument("configuration", metavar="CONFIG.toml", type=click.Path(path_type=Path))
@click.option(
    "--set", "changes", metavar="KEY=VALUE", multiple=True, help="Change one setting."
)
@click.option("--out", type=click.Path(path_type=Path), help="The run folder.")
@click.option("--device", help="auto, cpu, cuda, cuda:1 or mps.")
@click.option("--seed", type=int, help="Of data, weights and training.")
@click.option("--resume", is_flag=True, help="Go on with the run in the folder.")
@click.option("--overwrite", is_flag=True, help="Replace the run in the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
def command(
    configuration: Path,
    changes: tuple[str, ...],
    out: Path | None,
    device: str | None,
    seed: int | None,
    resume: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Learn, free-run and judge, as a configuration says.

    The folder (by default runs/CONFIG-seedN) gets the resolved configuration, the metrics,
    the history, the model, the free runs, figures and report.html.

    \b
    Examples:
      takens run examples/lorenz63.toml
      takens run examples/lorenz63.toml --set training.steps=8000 --seed 3
      takens run examples/own_data.toml --set data.file=my.csv --out runs/mine
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._run.job import run
    from takens._run.reading import read_configuration
    from takens.cli.tables import print_scores, print_scores_json
    from takens.cli.verdict import print_verdict

    # The options come last, so that they win over the file and over --set.
    overrides = list(changes)
    if device is not None:
        overrides.append(f'device="{device}"')
    if seed is not None:
        overrides.append(f"seed={seed}")
    if configuration.suffix.lower() != ".toml" and configuration.is_file():
        _refuse_data(configuration)
    settings = read_configuration(configuration, overrides)
    folder = out or Path("runs") / f"{configuration.stem}-seed{settings.seed}"
    done = run(
        settings,
        folder,
        resume=resume,
        overwrite=overwrite,
        progress=True,
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        print_scores_json(done.results.scores, done.results.verdict)
    else:
        if done.results.scores:
            print_verdict(done.results.verdict)
        print_scores(done.results.scores)
        click.echo(f"Report: {done.folder / 'report.html'}")


def _refuse_data(file: Path) -> None:
    """Say how data are learned from, where they were given for a configuration."""
    from takens._run.records import is_readable
    from takens.errors import InputError

    if is_readable(file):
        raise InputError(
            f"{file} holds data, and takens run takes a configuration that names them; write a "
            f'file run.toml with the lines [data], file = "{file}" and time = "NAME" of the '
            "column of times (or dt = 0.01), and give that."
        )
