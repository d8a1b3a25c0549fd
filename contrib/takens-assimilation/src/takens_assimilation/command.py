"""``takens assimilate``."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

    from takens_assimilation.forecaster import Dynamics
    from takens_assimilation.ranks import RankHistogram
    from takens_assimilation.result import Assimilation


@click.command("assimilate")
@click.argument("run_or_system")
@click.option(
    "--observations",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="A .csv or .npz file; empty fields and NaN are gaps.",
)
@click.option(
    "--observed",
    metavar="A,B=COLUMN,...",
    required=True,
    help="Variables that are observed, and their columns where these are called otherwise.",
)
@click.option(
    "--noise",
    metavar="S[,S...]",
    required=True,
    help="Standard deviation of the observations' errors, or one for each.",
)
@click.option("--time", default="t", show_default=True, help="The column of times.")
@click.option("--dt-observed", type=float, help="The interval, without a column of times.")
@click.option("--members", type=int, default=50, show_default=True, help="Of the ensemble.")
@click.option(
    "--method", type=click.Choice(["etkf", "enkf"]), default="etkf", show_default=True
)
@click.option("--inflation", default="1.02", show_default=True, help="A factor, or adaptive.")
@click.option(
    "--model-noise",
    type=float,
    default=0.0,
    show_default=True,
    help="Standard deviation after a unit of time, in the units of the latent state.",
)
@click.option(
    "--ring",
    metavar="HALF_WIDTH",
    type=float,
    help="Localise: variables lie on a circle at distances of 1.",
)
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Of a system.")
@click.option("--dt", type=float, help="The step; 0.01 for a system, a model has its own.")
@click.option("--integrator", default="rk4", show_default=True, help="Of a system.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--after", type=float, help="Judge without what is before this time.")
@click.option(
    "--truth",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The true states at those times, with the variables' names as columns.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("filtered.csv"),
    show_default=True,
    help="A file that ends in .csv or .npz; pictures go beside it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(
    run_or_system: str,
    file: Path,
    observed: str,
    noise: str,
    time: str,
    dt_observed: float | None,
    members: int,
    method: str,
    inflation: str,
    model_noise: float,
    ring: float | None,
    changes: tuple[str, ...],
    dt: float | None,
    integrator: str,
    seed: int,
    after: float | None,
    truth: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Filter noisy, partial observations through a model or a system.

    RUN_OR_SYSTEM is the folder of a run, a checkpoint, or the name of a system. The filtered
    mean and its standard deviation are written, a picture of them beside the file, and one of
    the rank histogram.

    \b
    Examples:
      takens assimilate lorenz63 --observations x.csv --observed x1 --noise 1
      takens assimilate runs/mine --observations new.csv --observed x,y=north --noise 0.5,2
      takens assimilate lorenz96 --dt 0.05 --ring 6 --members 10 --observations some.npz
        --observed x1,x2,x3 --noise 1 --inflation adaptive --out state.npz
    """  # noqa: D301 - click's mark for lines to leave alone
    import takens
    from takens_assimilation.figures import draw_filter, draw_rank_histogram
    from takens_assimilation.filtering import assimilate
    from takens_assimilation.localisation import Localisation
    from takens_assimilation.reading import read_observations

    if out.suffix.lower() not in (".csv", ".npz"):
        raise takens.InputError(f"{out} must end in .csv or .npz.")
    pairs = [one.strip().partition("=") for one in observed.split(",")]
    variables = [variable for variable, _, _ in pairs]
    columns = [column or variable for variable, _, column in pairs]
    given = read_observations(file, columns, time=time, dt=dt_observed)
    dynamics = _dynamics(run_or_system, changes)
    if isinstance(dynamics, takens.plugin.Model):
        state_dim = dynamics.latent_dim
    else:
        state_dim = dynamics.dim if isinstance(dynamics, takens.plugin.System) else 0
    result = assimilate(
        dynamics,
        given,
        observed=variables,
        noise=_deviations(noise),
        members=members,
        method=method,
        inflation=inflation if inflation == "adaptive" else _number(inflation, "inflation"),
        model_noise=model_noise,
        localisation=None if ring is None else Localisation.ring(state_dim, ring),
        dt=dt,
        integrator=integrator,
        seed=seed,
    )
    true = None
    if truth is not None:
        read = read_observations(truth, result.columns, time=time, dt=dt_observed)
        true = takens.TimeSeries(read.t, read.y, result.columns)
    judged = result if after is None else result.after(after)
    summary, histogram = _summary(judged, true)
    written = {
        out: _encoded(result, out),
        out.with_name(f"{out.stem}-filter.png"): _png(draw_filter(result, true)),
    }
    if histogram is not None:
        written[out.with_name(f"{out.stem}-ranks.png")] = _png(draw_rank_histogram(histogram))
    for path, content in written.items():
        takens.plugin.write_whole(path, content)
    if as_json:
        summary["files"] = [str(path) for path in written]
        click.echo(json.dumps(summary, indent=2, allow_nan=False))
        return
    for sentence in summary["sentences"]:
        click.echo(sentence)
    click.echo(f"Written: {', '.join(map(str, written))}.", err=True)


def _dynamics(name: str, changes: tuple[str, ...]) -> Dynamics:
    import takens

    path = Path(name)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise takens.InputError(f"There is no run or checkpoint {path}.")
        return takens.create("system", name, **dict(_change(text) for text in changes))
    if changes:
        raise takens.InputError("--set is for a system's parameters; a model has its own.")
    return takens.load_model(path)


def _change(text: str) -> tuple[str, Any]:
    import takens

    name, _, value = text.partition("=")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        raise takens.InputError(
            f"--set takes NAME=VALUE, as in rho=20; got {text!r}."
        ) from None


def _number(text: str, what: str) -> float:
    import takens

    try:
        return float(text)
    except ValueError:
        raise takens.InputError(f"--{what} takes numbers; got {text!r}.") from None


def _deviations(text: str) -> float | list[float]:
    found = [_number(one, "noise") for one in text.split(",")]
    return found[0] if len(found) == 1 else found


def _summary(result: Assimilation, truth: Any) -> tuple[dict[str, Any], RankHistogram | None]:
    import attrs

    import takens

    try:
        histogram, found = result.rank_histogram(), result.consistency()
        sentences = [histogram.sentence, *(one.sentence for one in found)]
    except takens.InputError as too_few:
        # What was filtered is worth having also where there is too little to judge it by.
        histogram, found, sentences = None, (), [str(too_few)]
    summary: dict[str, Any] = {
        "members": result.members,
        "times": len(result.t),
        "mean_spread": _named(result.columns, result.spread.square().mean(0).sqrt()),
        "inflation": float(result.inflation.mean()),
        "rank_histogram": histogram
        and {
            "p_value": histogram.p_value,
            "counts": _named(histogram.columns, histogram.counts),
        },
        "innovations": {one.column: attrs.asdict(one) for one in found},
    }
    if truth is not None:
        accuracy = result.accuracy(truth)
        summary["accuracy"] = {
            "rmse": accuracy.rmse,
            "spread": accuracy.spread,
            "rmse_by_variable": _named(result.columns, accuracy.rmse_by_variable),
        }
        sentences.insert(
            0,
            f"Root-mean-square error {accuracy.rmse:.3g} where the spread says "
            f"{accuracy.spread:.3g}.",
        )
    return summary | {"sentences": sentences}, histogram


def _named(columns: tuple[str, ...], values: Tensor) -> dict[str, Any]:
    # torch leaves open what a list of numbers holds.
    listed = cast(list[Any], values.tolist())  # pyright: ignore[reportUnknownMemberType]
    return dict(zip(columns, listed, strict=True))


def _encoded(result: Assimilation, path: Path) -> bytes:
    import numpy as np

    t, mean, spread = (x.numpy() for x in (result.t, result.mean, result.spread))
    if path.suffix.lower() == ".npz":
        buffer = io.BytesIO()
        np.savez(
            buffer,
            t=t,
            mean=mean,
            spread=spread,
            ensemble=result.states.numpy(),
            predicted=result.predicted.numpy(),
            inflation=result.inflation.numpy(),
            columns=np.array(result.columns),
        )
        return buffer.getvalue()
    text = io.StringIO()
    header = ",".join(("t", *result.columns, *(f"{name}_spread" for name in result.columns)))
    rows = np.column_stack((t, mean, spread))
    np.savetxt(text, rows, delimiter=",", header=header, comments="", fmt="%.17g")
    return text.getvalue().encode()


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
