"""``takens simulate``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from takens._defaults import INTEGRATOR

if TYPE_CHECKING:
    from torch import Tensor


@click.command("simulate")
@click.argument("system")
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Set a parameter.")
@click.option("--dt", type=float, help="Sampling interval; 0.01, or what the system names.")
@click.option("--steps", type=int, default=10_000, show_default=True, help="Samples.")
@click.option("--noise", type=float, default=0.0, help="Fraction of each standard deviation.")
@click.option("--integrator", help=f"Its name; {INTEGRATOR}, or what the system names.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of start and noise.")
@click.option("--trajectories", type=int, help="How many, from starts drawn at random.")
@click.option("--initial", metavar="STATES", help='Starts instead, as in "1,2;3,4".')
@click.option("--transient", type=int, help="Samples dropped first; 1000, or 0 with --initial.")
@click.option("--plot", is_flag=True, help="Draw portraits, as PNG beside the output file.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file that ends in .csv, .npy or .npz; with --plot it may be left out.",
)
def command(
    system: str,
    changes: tuple[str, ...],
    dt: float | None,
    steps: int,
    noise: float,
    integrator: str | None,
    seed: int,
    trajectories: int | None,
    initial: str | None,
    transient: int | None,
    plot: bool,
    out: Path | None,
) -> None:
    """Sample a known system, on its attractor or from given states.

    \b
    Examples:
      takens simulate lorenz63 --set rho=20 --dt 0.01 --steps 5000 --out lorenz.csv
      takens simulate lorenz63 --plot
      takens simulate pendulum --initial "1,0;2,0;3,0;0,7" --steps 1000 --plot
      takens simulate rossler --trajectories 20 --out many.npz --plot

    With --plot and no --out, the pictures are called after the system.
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._dynamics.sampling import integrator_of, interval_of
    from takens._dynamics.simulate import simulate
    from takens._files import write_whole
    from takens._plugins.registry import integrators, systems
    from takens._run.reading import apply_change
    from takens._run.series_file import encode_series
    from takens.errors import InputError

    if out is None and not plot:
        raise click.UsageError("Missing option '--out' (or give --plot for pictures alone).")
    if initial is not None and trajectories is not None:
        raise InputError(
            "--initial and --trajectories exclude each other: there is one trajectory from "
            "each state that --initial gives."
        )
    parameters: dict[str, object] = {}
    for change in changes:
        apply_change(parameters, change)
    made = systems.create(system, **parameters)
    solver = integrator_of(made) if integrator is None else integrators.create(integrator)
    starts = None if initial is None else _read_states(initial, made.dim)
    # The ending is checked before the work is done.
    encode = None if out is None else encode_series(out)
    many = trajectories is not None or (starts is not None and starts.ndim == 2)
    if out is not None and many and out.suffix.lower() == ".csv":
        raise InputError(
            f"{out} would be a table, which holds one trajectory; give several a name that "
            "ends in .npy or .npz."
        )
    series = simulate(
        made,
        dt=interval_of(made, 0.01) if dt is None else dt,
        steps=steps,
        noise=noise,
        seed=seed,
        trajectories=trajectories,
        initial=starts,
        transient=transient,
        integrator=solver,
    )
    # Everything is made before anything is written.
    stem = out.with_suffix("") if out else Path(system.rpartition(":")[2])
    files = {} if out is None or encode is None else {out: encode(series)}
    if plot:
        from takens.cli.portraits import draw_portraits

        for name, png in draw_portraits(made, series).items():
            files[stem.with_name(f"{stem.name}-{name}.png")] = png
    for path, content in files.items():
        write_whole(path, content)
    count = f"{len(series.x)} trajectories of " if many else ""
    paths = ", ".join(str(path) for path in files)
    shown = series.columns if series.dim <= 6 else (*series.columns[:6], "...")
    columns = ", ".join(shown)
    click.echo(f"{count}{len(series)} samples of {columns} in {paths}.", err=True)


def _read_states(text: str, dim: int) -> Tensor:
    """Read states `(d,)` or `(trajectories, d)` from a text such as ``1,2;3,4``."""
    import torch

    from takens.errors import InputError

    try:
        rows = [[float(number) for number in row.split(",")] for row in text.split(";")]
    except ValueError:
        rows = []
    if not rows or any(len(row) != dim or not all(map(math.isfinite, row)) for row in rows):
        example = ",".join(str(i + 1) for i in range(min(dim, 5))) + (",..." if dim > 5 else "")
        raise InputError(
            f"--initial takes states of {dim} finite number{'s' if dim > 1 else ''} each for "
            f'this system, parted by ";", as in "{example};{example}"; got {text!r}.'
        )
    states = torch.tensor(rows, dtype=torch.float64)
    return states[0] if len(rows) == 1 else states
