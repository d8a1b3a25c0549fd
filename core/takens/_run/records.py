"""Recordings of files: one, several, or those of a folder."""

from __future__ import annotations

import glob
import hashlib
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import attrs

from takens._arguments import arguments
from takens._data.assembly import Part, Wanted, assemble
from takens._data.provenance import Provenance
from takens._data.rates import interval
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._files import path_of
from takens._near import near
from takens._plugins.candidate import pick
from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import datasets
from takens._protocols.dataset import Dataset, SupportsTables
from takens._run.configuration import Data
from takens.errors import DataError

Format = str | Mapping[str, Any] | Component | None
# Endings of compressed files, below which the ending is that of their kind.
_COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zst")


@arguments()
def read(
    path: str | Path,
    *,
    format: Format = None,  # noqa: A002 - as in a configuration
    columns: Sequence[str] | None = None,
    inputs: Sequence[str] = (),
    time: str | None = None,
    dt: float | str | None = None,
    rate: float | str | None = None,
    missing: Sequence[float | str] = (),
) -> TimeSeries:
    """Read one series `x: (..., T, n)` from a file, as ``takens run`` does.

    The reader is that for the ``format``, else for the ending of the name. ``columns`` are all
    but the one of times, ``time`` or one that is called so; without one the samples are ``dt``
    apart. What is missing is masked; see ``read_recordings`` for files that hold several
    recordings.

    Raises: DataError; AmbiguousComponentError where several readers claim the ending.
    """
    found = read_recordings(
        path,
        format=format,
        columns=columns,
        inputs=inputs,
        time=time,
        dt=dt,
        rate=rate,
        missing=missing,
    )
    return found.only if len(found) == 1 else found.stacked()


@arguments()
def read_recordings(
    path: str | Path | Sequence[str | Path],
    *,
    format: Format = None,  # noqa: A002 - as in a configuration
    columns: Sequence[str] | None = None,
    inputs: Sequence[str] = (),
    time: str | None = None,
    dt: float | str | None = None,
    rate: float | str | None = None,
    id: str | None = None,  # noqa: A002 - as in a configuration
    group: str | None = None,
    missing: Sequence[float | str] = (),
    units: Mapping[str, str] | None = None,
) -> Recordings:
    """Read the recordings of a file, of several, of a pattern (``trial*.csv``) or of a folder.

    Recordings are called by their file, sheet and ``id``, where there are several. The
    arguments are those of ``Recordings.of``.

    Raises: DataError; AmbiguousComponentError where several readers claim the ending.
    """
    step, unit = interval(dt, rate)
    wanted = Wanted(
        columns=None if columns is None else list(columns),
        inputs=list(inputs),
        time=time,
        dt=step,
        time_unit=unit,
        id=id,
        group=group,
        missing=list(missing),
        units=units or {},
    )
    files = _files(path)
    parts: list[Part] = []
    for file in files:
        # A digest takes about as long as parsing does on several cores.
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(_digest, file)
            found = _parts(_reader(file, format), file, wanted)
        for name, group, series in found:
            of_file = _stem(file) if len(files) > 1 else ""
            label = " ".join(filter(None, (of_file, name)))
            inputs = () if series.inputs is None else series.inputs.columns
            source = attrs.evolve(
                series.source or Provenance(file=str(file)),
                columns=(*series.columns, *inputs),
                digest=digest.result(),
            )
            parts.append((label, group, attrs.evolve(series, source=source)))
    names = tuple(name for name, _, _ in parts)
    if not all(names) or len(set(names)) < len(names):
        names = ()
    groups = tuple(group for _, group, _ in parts)
    return Recordings([series for _, _, series in parts], names, groups)


def read_data(data: Data, path: str | Path | Sequence[str | Path] | None) -> Recordings:
    """Read a file as a configuration says.

    Raises: InputError where it cannot be read so.
    """
    return read_recordings(
        [] if path is None else path,
        format=data.format,
        columns=data.columns,
        inputs=data.inputs,
        time=data.time,
        dt=data.dt,
        rate=data.rate,
        id=data.id,
        group=data.group,
        missing=data.missing,
    )


@isolated
def _parts(reader: Dataset, path: Path, wanted: Wanted) -> list[Part]:
    if isinstance(reader, SupportsTables):
        tables = reader.tables(path)
        found: list[Part] = []
        for sheet, table in tables.items():
            for name, group, series in assemble(table, wanted):
                found.append((" ".join(filter(None, (sheet, name))), group, series))
        return found
    if wanted.id or wanted.group or wanted.missing:
        raise DataError(
            f"The reader of {path} knows no id, group or missing; read it in Python, and give "
            "the frame to takens.Recordings.of."
        )
    asked = None if wanted.columns is None else [*wanted.columns, *wanted.inputs]
    series = reader.read(path, columns=asked, time=wanted.time, dt=wanted.dt)
    inputs = series[list(wanted.inputs)] if wanted.inputs else None
    kept = [name for name in series.columns if name not in wanted.inputs]
    series = attrs.evolve(series[kept] if inputs else series, inputs=inputs)
    whole = Recordings.of(series)
    names = whole.names if len(whole) > 1 else ("",)
    return [(name, "", one) for name, one in zip(names, whole, strict=True)]


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or nothing for a store that is a folder."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(given: str | Path | Sequence[str | Path]) -> list[Path]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        if not given:
            raise DataError("The list of files is empty; name at least one.")
        return [file for each in given for file in _files(each)]
    if not str(given):
        raise DataError("The name of the file is empty; name one, a pattern or a folder.")
    path = path_of(given)
    if path.is_dir() and not _claims(path):
        found = [file for file in path.iterdir() if file.is_file() and _claims(file)]
        if not found:
            raise DataError(
                f"The folder {path} holds no file of data; files are read that end in "
                f"{', '.join(_known())}."
            )
        return sorted(found, key=_natural)
    if glob.has_magic(str(path)) and not path.exists():
        found = [Path(file) for file in glob.glob(str(path), recursive=True)]
        if not found:
            raise DataError(
                f"No file is called as in {path}; look at the folder and the ending."
            )
        return sorted(found, key=_natural)
    return [path]


def _natural(path: Path) -> list[Any]:
    """Order trial2 before trial10."""
    parts = re.split(r"(\d+)", path.name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _stem(path: Path) -> str:
    name = path.name
    for ending in _COMPRESSED:
        name = name.removesuffix(ending)
    return Path(name).stem


def _reader(path: Path, form: Format) -> Dataset:
    if form is not None:
        return datasets.get(form)
    suffix = _suffix(path)
    if claims := _claims(path):
        return pick(claims, f"files that end in {suffix!r}", "data.format (or --format)")
    readers = datasets.candidates(lambda reader: tuple(map(str, reader.suffixes)))
    if readers and not path.exists():
        # Where there is no such file every reader says so, with the nearest name.
        return readers[0].component
    if path.is_dir():
        raise DataError(f"{path} is a folder; name a file in it.")
    known = _known()
    raise DataError(
        f"{path} ends in {suffix or 'nothing'!r}; files are read that end in "
        f"{', '.join(known) or 'nothing, since no reader is installed'}.{near(suffix, known)} "
        "Export it as one of these, or name its format in data.format (or --format)."
    )


def is_readable(path: Path) -> bool:
    """Whether there is a reader for the ending of a file's name."""
    return bool(_claims(path))


def _claims(path: Path) -> list[Any]:
    readers = datasets.candidates(lambda reader: tuple(map(str, reader.suffixes)))
    return [each for each in readers if _suffix(path) in each.answer]


def _known() -> list[str]:
    readers = datasets.candidates(lambda reader: tuple(map(str, reader.suffixes)))
    return [ending for reader in readers for ending in reader.answer]


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in _COMPRESSED else suffix
