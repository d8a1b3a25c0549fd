"""Readers of files with one fault each."""

# pyright: basic

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import torch
from torch import Tensor

import takens
from takens.testing import samples
from takens_datasets import Csv

from .fault import Fault, faulty


class Reader:
    """Reads text as our own reader does; the faulty ones change what it gives."""

    suffixes = (".csv",)

    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        return Csv().read(path, **options)


class DropsTheLastRow(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        found = super().read(path, **options)
        return found.between(0, len(found) - 1) if len(found) > 2 else found


class IgnoresOrder(Reader):
    """Gives columns in the order of the file."""

    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        columns = options["columns"]
        return super().read(path, **options | {"columns": columns and sorted(columns)})


class TakesAll(Reader):
    """Gives all columns, whichever are asked for."""

    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        found = super().read(path, **options)
        return super().read(path, **options | {"columns": None}) if len(found) else found


class MisscalesTime(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        found = super().read(path, **options)
        return attrs.evolve(found, t=found.t * 1000) if options["time"] else found


class CountsRows(Reader):
    """Numbers samples, whatever ``dt`` is."""

    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        found = super().read(path, **options)
        return found if options["time"] else attrs.evolve(found, t=torch.arange(len(found)))


class FillsGaps(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        text = path.read_bytes() if path.is_file() else b""
        if b",nan" not in text:
            return super().read(path, **options)
        filled = path.with_name(f"filled{path.suffix}")
        filled.write_bytes(text.replace(b",nan", b",0.0"))
        return super().read(filled, **options)


class ReadsSingle(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        found = super().read(path, **options)
        return attrs.evolve(found, x=found.x.float())


class ReadsNothing(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        raise takens.errors.DataError(f"{path} holds no data.")


class Writes(Reader):
    """Reads files of a form of its own, and writes them."""

    suffixes = (".own",)

    def write(self, path: Path, columns: dict[str, Tensor], /) -> None:
        rows = torch.stack(tuple(columns.values()), -1).tolist()
        lines = (",".join(map(repr, row)) for row in rows)
        path.write_text("\n".join((",".join(columns), *lines)))


class CannotBeRead(Reader):
    """Reads files that nobody can make."""

    suffixes = (".own",)


class ReadsAnything(Reader):
    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        return samples.record(10)


GOOD = [Reader(), Writes()]
FAULTS = [
    Fault("an ending has no dot", "dataset_protocol", faulty(Reader(), suffixes=("csv",))),
    Fault("what is no data is read", "dataset_refuses_what_is_no_data", ReadsAnything()),
    Fault("there is no file to read", "dataset_reads", CannotBeRead()),
    Fault("the last row is dropped", "dataset_reads", DropsTheLastRow()),
    Fault("columns come in the order of the file", "dataset_reads_columns", IgnoresOrder()),
    Fault("all columns come, whichever are asked for", "dataset_reads_columns", TakesAll()),
    Fault("the times are a thousand times too long", "dataset_reads", MisscalesTime()),
    Fault("the sampling interval is ignored", "dataset_reads", CountsRows()),
    Fault("gaps are filled in silence", "dataset_refuses_gaps", FillsGaps()),
    Fault("numbers are rounded to single precision", "dataset_reads", ReadsSingle()),
    Fault("no file is ever read", "dataset_reads", ReadsNothing()),
]  # fmt: skip
