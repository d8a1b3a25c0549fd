"""``takens doctor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from takens._data.recordings import Recordings
    from takens._protocols.backend import Backend
    from takens._protocols.device import DevicePolicy


@click.command("doctor")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", help="How FILE is read, where its name does not tell.")
@click.option(
    "--columns", help='Variables of FILE, as in "x,y"; all but the others if not given.'
)
@click.option("--inputs", help='Columns of FILE that act on the system, as in "u".')
@click.option(
    "--time", help='The column of times in FILE, where it is not called "t" or "time".'
)
@click.option("--dt", help='Sampling interval of FILE, as 0.01 or "4 ms".')
@click.option("--rate", help='Samples of FILE for each second or other unit, as "250 Hz".')
@click.option("--id", "id_", help="The column of FILE that tells recordings apart.")
@click.option("--missing", help='What stands for missing numbers in FILE, as in "-999,off".')
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
    inputs: str | None,
    time: str | None,
    dt: str | None,
    rate: str | None,
    id_: str | None,
    missing: str | None,
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
      takens doctor my.csv --time when --columns x,y --plot pictures
      takens doctor trials.csv --id subject --missing -999
      takens doctor my.npy --rate "250 Hz" --json
    """  # noqa: D301 - click's mark for lines to leave alone
    how: dict[str, Any] = {
        "format": form,
        "columns": _listed(columns),
        "inputs": _listed(inputs),
        "time": time,
        "dt": dt,
        "rate": rate,
        "id": id_,
        "missing": _listed(missing),
    }
    how = {name: value for name, value in how.items() if value is not None}
    if file is not None:
        _examine(file, how, plot, as_json)
        return
    for option in (*how, *(() if plot is None else ("plot",))):
        raise click.UsageError(f"--{option} goes with a FILE.")
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


def _listed(given: str | None) -> list[str] | None:
    return None if given is None else [name.strip() for name in given.split(",")]


def _examine(file: Path, how: Mapping[str, Any], plot: Path | None, as_json: bool) -> None:
    """Print what is found in a file, and draw it where that is asked for."""
    from takens._examining.examine import examine
    from takens._run.sources import shown
    from takens.cli.portraits import write_portraits

    data = _read(file, how)
    found = examine(data)
    written = [] if plot is None else write_portraits(shown(data), plot)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2))
        return
    click.echo(str(found).replace("Examination", str(file), 1))
    for remark in data.remarks:
        click.echo(f"\n{remark}")
    for number, finding in enumerate(found.findings, 1):
        click.echo(f"\n{number}. {finding}")
    if found.prepare.count("name =") > 1:
        click.echo(f"\nAll that prepares data, in its order:\n    {found.prepare}")
    for path in written:
        click.echo(f"Wrote {path}.")


def _read(file: Path, how: Mapping[str, Any]) -> Recordings:
    """Read a file; where nothing says when samples were taken, they are counted.

    Raises: InputError.
    """
    from takens._data.selection import NoClockError
    from takens._run.records import read_recordings

    try:
        return read_recordings(file, **how)
    except NoClockError:
        click.echo(
            "takens: times are not known and counted in samples; give --dt or --rate.", err=True
        )
        counted: dict[str, Any] = {**how, "dt": 1.0}
        return read_recordings(file, **counted)


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
