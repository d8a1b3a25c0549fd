"""Files of observations, which may have gaps."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

import takens
from takens_assimilation.observations import Observations

Columns: TypeAlias = Mapping[str, "np.ndarray[Any, np.dtype[np.float64]]"]

_GAPS = ("", "nan", "na", "none", "null", "-")


def read_observations(
    path: Path, names: Sequence[str], *, time: str, dt: float | None
) -> Observations:
    """Read named columns of a table: a .csv file with a header, or an .npz file of arrays.

    In text a field that is empty, ``nan`` or ``NA`` is a gap. The .npz file holds `t: (T,)`
    and `x: (T, n)`, as ``takens simulate`` writes it, whose variables are x1, x2, ..., or one
    array `(T,)` for each column. Times come from the column ``time``, or are multiples of
    ``dt``.

    Raises: takens.errors.DataError where the file or a column is missing or is no table.
    """
    if not path.is_file():
        raise takens.errors.DataError(f"There is no file {path}.")
    readers = {".csv": _read_csv, ".npz": _read_npz}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise takens.errors.DataError(
            f"Observations are read from files that end in {' or '.join(readers)}; got {path}."
        )
    columns = reader(path)
    wanted = names if dt is not None else (time, *names)
    for name in wanted:
        if name not in columns:
            hint = " Name the column of times with --time, or give --dt-observed."
            raise takens.errors.DataError(
                f"{path} has no column {name!r}; it has {', '.join(columns)}."
                f"{hint if name == time and name not in names else ''}"
            )
    y = np.stack([columns[name] for name in names], -1)
    t = columns[time] if dt is None else dt * np.arange(len(y))
    return Observations(torch.from_numpy(t), torch.from_numpy(y))


def _read_csv(path: Path) -> Columns:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except (ValueError, UnicodeDecodeError, csv.Error):
        raise takens.errors.DataError(f"{path} is no table of text with a header.") from None
    names = [name.strip() for name in header]
    values = np.empty((len(rows), len(names)))
    for i, row in enumerate(rows):
        if len(row) != len(names):
            raise takens.errors.DataError(
                f"{path}: row {i + 2} has {len(row)} fields, and the header {len(names)}."
            )
        for j, field in enumerate(row):
            values[i, j] = _number(field, f"{path}: row {i + 2}, column {names[j]!r}")
    return {name: values[:, j] for j, name in enumerate(names)}


def _number(field: str, where: str) -> float:
    if field.strip().lower() in _GAPS:
        return float("nan")
    try:
        return float(field)
    except ValueError:
        raise takens.errors.DataError(
            f"{where} holds {field!r}, which is no number; leave a gap empty."
        ) from None


def _read_npz(path: Path) -> Columns:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name], dtype=np.float64) for name in file.files}
    except (OSError, ValueError, EOFError):
        raise takens.errors.DataError(f"{path} is no .npz file of numbers.") from None
    columns = dict[str, "np.ndarray[Any, np.dtype[np.float64]]"]()
    for name, array in arrays.items():
        if array.ndim == 2:
            columns |= {f"{name}{i + 1}": array[:, i] for i in range(array.shape[1])}
        elif array.ndim == 1:
            columns[name] = array
    if len({len(column) for column in columns.values()}) != 1:
        raise takens.errors.DataError(
            f"{path} holds arrays of different lengths, or none of time."
        )
    return columns
