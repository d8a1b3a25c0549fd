"""``takens simulate``."""

from pathlib import Path

import click


@click.command("simulate")
@click.argument("system")
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Set a parameter.")
@click.option("--dt", type=float, default=0.01, show_default=True, help="Sampling interval.")
@click.option("--steps", type=int, default=10_000, show_default=True, help="Samples.")
@click.option("--noise", type=float, default=0.0, help="Fraction of each standard deviation.")
@click.option("--integrator", default="rk4", show_default=True, help="As in: takens list.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of start and noise.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A file that ends in .csv, .npy or .npz.",
)
def command(
    system: str,
    changes: tuple[str, ...],
    dt: float,
    steps: int,
    noise: float,
    integrator: str,
    seed: int,
    out: Path,
) -> None:
    """Sample a known system on its attractor.

    \b
    Example:
      takens simulate lorenz63 --set rho=20 --dt 0.01 --steps 5000 --out lorenz.csv
    """  # noqa: D301 - click's mark for lines to leave alone
    from takens._dynamics.simulate import simulate
    from takens._files import write_whole
    from takens._plugins.registry import integrators, systems
    from takens._run.reading import apply_change
    from takens._run.series_file import encode_series

    parameters: dict[str, object] = {}
    for change in changes:
        apply_change(parameters, change)
    made = systems.create(system, **parameters)
    solver = integrators.create(integrator)
    # The ending is checked before the work is done.
    encode = encode_series(out)
    series = simulate(made, dt=dt, steps=steps, noise=noise, seed=seed, integrator=solver)
    write_whole(out, encode(series))
    click.echo(f"{len(series)} samples of {', '.join(series.columns)} in {out}.", err=True)
