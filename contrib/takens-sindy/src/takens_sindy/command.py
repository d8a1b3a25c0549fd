"""``takens equations``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import takens
    from takens_sindy.terms import Equations


@click.command("equations")
@click.argument("source", metavar="RUN_OR_FILE", type=click.Path(path_type=Path))
@click.option("--columns", metavar="A,B,...", help="Those of a data file; all by default.")
@click.option("--time", metavar="COLUMN", help="The column of times.")
@click.option("--dt", type=float, help="The sampling interval, without a column of times.")
@click.option("--map", "is_map", is_flag=True, help="Look for a map from sample to sample.")
@click.option(
    "--degree", type=click.IntRange(1), help="Of the monomials among the candidates; 2."
)
@click.option(
    "--frequencies", type=click.IntRange(0), help="Sines and cosines of 1 to so many x; 0."
)
@click.option("--threshold", type=float, help="Share below which a term is dropped; 0.02.")
@click.option(
    "--optimiser", type=click.Choice(("ssr", "stlsq", "sr3")), help="Which chooses terms; ssr."
)
@click.option(
    "--differentiation",
    type=click.Choice(("weak", "finite_difference", "smoothed")),
    help="How velocities of data are found; weak.",
)
@click.option("--window", type=float, help="Of test functions or smoothing, in time.")
@click.option("--resamples", type=click.INT, help="For errors; 20.")
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Data where a model starts its free runs, if there is no run folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def equations(
    source: Path,
    columns: str | None,
    time: str | None,
    dt: float | None,
    is_map: bool,
    against: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Print the equations of a trained run, or find those of a data file.

    RUN_OR_FILE is the folder of a run, a checkpoint, or a file of data. A run of the models
    sindy and sindy_map has equations of its own; for all other models those of the learned
    field are found, at states of its free runs.

    \b
    Examples:
      takens equations runs/lorenz63-seed0
      takens equations lorenz.csv --time t --degree 3
      takens equations positions.npy --dt 0.01 --json
    """  # noqa: D301 - click's mark for lines to leave alone
    given = {key: value for key, value in settings.items() if value is not None}
    if source.is_dir() or source.suffix == ".pt":
        found, unexplained, remarks = _of_run(source, against, columns, time, dt, given)
    else:
        from takens_sindy.identification import identify

        if is_map and time is None and dt is None:
            dt = 1.0
        series = _read(source, columns, time, dt)
        if is_map:
            for name in ("differentiation", "window"):
                given.pop(name, None)
        identified = identify(series, is_map=is_map, **given)
        found, unexplained = identified.equations, identified.unexplained
        remarks = identified.remarks
    if as_json:
        table = found.table() | {"unexplained": unexplained, "remarks": list(remarks)}
        click.echo(json.dumps(table, indent=2, allow_nan=False))
        return
    click.echo(found.with_errors())
    if unexplained is not None:
        shares = ", ".join(f"{share:.2g}" for share in unexplained)
        click.echo(f"Unexplained, as a share of each left-hand side: {shares}.")
    for remark in remarks:
        click.echo(remark)


def _of_run(
    source: Path,
    against: Path | None,
    columns: str | None,
    time: str | None,
    dt: float | None,
    given: dict[str, Any],
) -> tuple[Equations, tuple[float, ...] | None, tuple[str, ...]]:
    import takens
    from takens_sindy.identification import equations, identify
    from takens_sindy.sparse_model import SparseModel

    model = takens.load_model(source)
    if isinstance(model.inner, SparseModel):
        if given:
            raise takens.InputError(
                f"The equations of this run are found already; --{next(iter(given))} is for "
                "data, and for models of another kind."
            )
        return equations(model), None, ()
    generated = source / "generated.npz"
    if against is not None:
        data = _read(against, columns, time, model.dt if dt is None and time is None else dt)
    elif source.is_dir() and generated.is_file():
        data = _generated(generated)
    else:
        raise takens.InputError(
            "The model runs freely from data; name a file with --against, or give the folder "
            "of its run."
        )
    identified = identify(model, data, **given)
    return identified.equations, identified.unexplained, identified.remarks


def _generated(path: Path) -> takens.TimeSeries:
    import numpy as np
    import torch

    import takens

    with np.load(path, allow_pickle=False) as stored:
        t, x = torch.from_numpy(stored["t"]), torch.from_numpy(stored["x"])
    return takens.TimeSeries(t, x)


def _read(
    path: Path, columns: str | None, time: str | None, dt: float | None
) -> takens.TimeSeries:
    import takens

    names = columns.split(",") if columns is not None else None
    readers = [takens.create("dataset", name) for name in takens.datasets.names()]
    for reader in readers:
        # Where there is no such file every reader says so, with the nearest name.
        if path.suffix.lower() in reader.suffixes or not path.is_file():
            return reader.read(path, columns=names, time=time, dt=dt)
    known = ", ".join(ending for reader in readers for ending in reader.suffixes)
    raise takens.errors.DataError(
        f"{path} ends in {path.suffix or 'nothing'!r}; files are read that end in {known}. "
        "A run is a folder or its checkpoint.pt."
    )
