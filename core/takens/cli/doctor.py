"""``takens doctor``."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from takens._data.time_series import TimeSeries
    from takens._protocols.backend import Backend
    from takens._protocols.device import DevicePolicy

# What columns of times are called.
_CLOCKS: Final = ("t", "time", "times", "timestamp")


@click.command("doctor")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", help="How FILE is read, where its name does not tell.")
@click.option(
    "--columns", help='Variables of FILE, as in "x,y"; all but the time if not given.'
)
@click.option("--time", help="The column of times in FILE.")
@click.option("--dt", type=float, help="Sampling interval of FILE, where it has no times.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Draw portraits of the data into a folder, as PNG.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(
    file: Path | None,
    form: str | None,
    columns: str | None,
    time: str | None,
    dt: float | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say what data are like and what they can bear, or what this installation can do.

    With FILE: what was read, its clock and gaps, noise, periods, embedding, the largest
    exponent, whether it can be forecast, and what to do about it in a configuration.

    \b
    Examples:
      takens doctor
      takens doctor my.csv
      takens doctor my.csv --time t --columns x,y --plot pictures
      takens doctor my.npy --dt 0.01 --json
    """  # noqa: D301 - click's mark for lines to leave alone
    if file is not None:
        _examine(file, form, columns, time, dt, plot, as_json)
        return
    given = {"--format": form, "--columns": columns, "--time": time, "--dt": dt, "--plot": plot}
    for option, value in given.items():
        if value is not None:
            raise click.UsageError(f"{option} goes with a FILE.")
    import os
    import platform

    import torch

    from takens._plugins.catalogue import catalogue
    from takens._plugins.registry import backends, devices
    from takens._versions import versions
    from takens.cli.tables import print_table

    facts: dict[str, str] = versions()
    facts["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    facts["torch threads"] = str(torch.get_num_threads())
    for device in devices.candidates(_choice):
        facts[f"device {device.name}"] = device.answer
    for backend in backends.candidates(_diagnosis):
        facts |= {str(what): str(found) for what, found in backend.answer.items()}
    plugins = catalogue().plugins
    for state in ("loaded", "disabled", "failed"):
        names = [plugin.name for plugin in plugins if plugin.state == state]
        facts[f"plugins {state}"] = ", ".join(names) or "none"
    for plugin in plugins:
        if plugin.remarks:
            facts[f"plugin {plugin.name}"] = "; ".join(plugin.remarks)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        print_table(("what", "found"), list(facts.items()))


def _examine(
    file: Path,
    form: str | None,
    columns: str | None,
    time: str | None,
    dt: float | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Print what is found in a file, and draw it where that is asked for."""
    from takens._examining.examine import examine
    from takens.cli.portraits import write_portraits

    names = None if columns is None else [name.strip() for name in columns.split(",")]
    series = _read(file, form, names, time, dt)
    found = examine(series)
    written = [] if plot is None else write_portraits(series, plot)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2))
        return
    click.echo(str(found).replace("Examination", str(file), 1))
    for number, finding in enumerate(found.findings, 1):
        click.echo(f"\n{number}. {finding}")
    if found.prepare.count("name =") > 1:
        click.echo(f"\nAll that prepares data, in its order:\n    {found.prepare}")
    for path in written:
        click.echo(f"Wrote {path}.")


def _read(
    file: Path, form: str | None, names: list[str] | None, time: str | None, dt: float | None
) -> TimeSeries:
    """Read a file; where nothing is said of times, by a column of that name, or count samples.

    Raises: InputError.
    """
    from takens._run.records import read
    from takens.errors import DataError

    if time is not None or dt is not None:
        return read(file, format=form, columns=names, time=time, dt=dt)
    for clock in (None, *_CLOCKS):
        with contextlib.suppress(DataError):
            return read(file, format=form, columns=names, time=clock)
    series = read(file, format=form, columns=names, dt=1.0)
    click.echo("takens: times are not known and counted in samples; give --dt.", err=True)
    return series


def _choice(policy: DevicePolicy) -> str:
    from takens._protocols.device import Precision
    from takens.errors import DeviceError

    try:
        placement = policy.choose(precision=Precision.SINGLE)
    except DeviceError as error:
        return f"no: {error}"
    return f"{placement.device}: {placement.reason}"


def _diagnosis(backend: Backend) -> Mapping[str, str]:
    from takens._protocols.backend import SupportsDiagnosis

    return backend.diagnose() if isinstance(backend, SupportsDiagnosis) else {}
