"""What every reader of files keeps to."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._protocols.dataset import Dataset, SupportsWriting
from takens.errors import DataError
from takens.testing.asking import (
    require,
    require_close,
    require_instance,
    require_same,
    unanswered,
)
from takens.testing.check import Checks
from takens.testing.samples import DOUBLE, numbers

CHECKS = Checks(Dataset)

_DT: Final = 0.25
_ROWS: Final = 12
_BETWEEN: Final = {".csv": ",", ".tsv": "\t", ".txt": " ", ".dat": " "}


@CHECKS.add
def check_dataset_protocol(dataset: Dataset) -> None:
    """Check that ``read`` is there, and the endings of file names begin with a dot."""
    require_instance(dataset, Dataset)
    suffixes = dataset.suffixes
    require(len(suffixes) > 0, "It is for no ending of a file name.")
    for suffix in suffixes:
        right = suffix.startswith(".") and suffix == suffix.lower()
        require(right, f"{suffix!r} is no ending.")


@CHECKS.add
def check_dataset_reads(dataset: Dataset) -> None:
    """Check that every row of a good file is read, to the last digit, at its time."""
    table = _table()
    x, clock = torch.stack((table["x1"], table["x2"]), -1), table["x3"]
    for path in _files(dataset, table):
        _is(dataset.read(path, columns=None, time="x3", dt=None), x, clock)
    for path in _files(dataset, {"x1": table["x1"], "x2": table["x2"]}):
        times = _DT * torch.arange(_ROWS, dtype=DOUBLE)
        _is(dataset.read(path, columns=None, time=None, dt=_DT), x, times)


@CHECKS.add
def check_dataset_reads_columns(dataset: Dataset) -> None:
    """Check that the columns that are asked for come in that order, and no others."""
    table = _table()
    for path in _files(dataset, table):
        for names in (("x2", "x1"), ("x2",)):
            found = dataset.read(path, columns=names, time="x3", dt=None)
            require(found.columns == names, f"Asked for {names}, it gives {found.columns}.")
            x = torch.stack([table[name] for name in names], -1)
            require_same(found.x, x, f"Asked for {names}, it gives other numbers")
        _refuses(dataset, path, "has no such column", columns=("x1", "no_such_column"))


@CHECKS.add
def check_dataset_refuses_gaps(dataset: Dataset) -> None:
    """Check that what is not a number is a DataError that names the file."""
    table = _table()
    table["x2"][_ROWS // 2] = math.nan
    for path in _files(dataset, table):
        _refuses(dataset, path, "has a gap", time="x3", dt=None)


@CHECKS.add
def check_dataset_refuses_what_is_no_data(dataset: Dataset) -> None:
    """Check that what is missing, empty or garbled is a DataError that names it."""
    with tempfile.TemporaryDirectory() as name:
        for suffix in dataset.suffixes:
            for what in ("missing", "empty", "garbled", "folder"):
                path = Path(name, f"{what}{suffix}")
                if what == "folder":
                    path.mkdir()
                elif what != "missing":
                    path.write_bytes(bytes(range(256)) * 4 if what == "garbled" else b"")
                _refuses(dataset, path, f"is {what}")


def check_reading(dataset: Dataset, path: Path, expected: TimeSeries) -> None:
    """Check that a file of yours is read as what it holds; call it from a test of your own."""
    found = dataset.read(path, columns=None, time=None, dt=expected.dt)
    require_close(found.x, expected.x, "The numbers differ", rtol=1e-6)
    require_close(found.t, expected.t, "The times differ", rtol=1e-6)


def _table() -> dict[str, Tensor]:
    """Return two variables, and a clock beside them."""
    x = numbers(_ROWS, 2)
    clock = 3 + _DT * torch.arange(_ROWS, dtype=DOUBLE)
    return {"x1": x[:, 0].clone(), "x2": x[:, 1].clone(), "x3": clock}


def _files(dataset: Dataset, columns: Mapping[str, Tensor]) -> Iterator[Path]:
    """Write a table under each ending that the reader is for, where that can be done."""
    table = torch.stack(tuple(columns.values()), -1).numpy()
    with tempfile.TemporaryDirectory() as folder:
        for suffix in dataset.suffixes:
            path = Path(folder, f"good{suffix}")
            if isinstance(dataset, SupportsWriting):
                dataset.write(path, columns)
            elif between := _BETWEEN.get(suffix):
                head = between.join(columns)
                np.savetxt(path, table, "%.17g", between, header=head, comments="")
            elif suffix == ".npy":
                np.save(path, table)
            elif suffix == ".npz":
                arrays: Any = {name: column.numpy() for name, column in columns.items()}
                np.savez(path, **arrays)
            else:
                unanswered(f"there is no {suffix} file to read; give the reader a write()")
                continue
            yield path


def _is(found: TimeSeries, x: Tensor, t: Tensor) -> None:
    require(found.x.dtype == DOUBLE, f"Numbers are read as {found.x.dtype}.")
    require_same(found.x, x, "The numbers differ")
    # A clock may be made of equal steps again, or be set to zero.
    require_close(found.t - found.t[0], t - t[0], "The times differ", rtol=1e-9)


def _refuses(dataset: Dataset, path: Path, what: str, **asked: Any) -> None:
    how: dict[str, Any] = {"columns": None, "time": None, "dt": _DT, **asked}
    try:
        dataset.read(path, **how)
    except DataError as error:
        require(path.name in str(error), f"The refusal does not name the file: {error}")
        return
    require(False, f"A file that {what} was read.")
