"""The reader of spreadsheets."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_datasets.array_table import columns_table
from takens_datasets.csv_layout import units_in, units_of_row
from takens_datasets.files import head_of, library
from takens_datasets.settings import ExcelSettings
from takens_datasets.table_reader import TableReader


@final
class Excel(ExcelSettings, TableReader):
    """Reads the sheets of an Excel file (.xlsx, .xlsm).

    A sheet has a row of names, a row of units below it if any, and rows of numbers; rows above
    that hold less are left out. Several sheets are several recordings, by their names, unless
    ``sheet`` names one.
    """

    suffixes = (".xlsx", ".xlsm")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables of the sheets by name.

        Raises: DataError where the file is no spreadsheet, or has no such sheet.
        """
        if not head_of(path).startswith(b"PK"):
            raise takens.errors.DataError(
                f"{path} is no spreadsheet of Excel's format .xlsx, whatever its name; save it "
                "as .xlsx, or export it as CSV."
            )
        openpyxl = library("openpyxl", path, "excel")
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            rows = {s.title: [*s.iter_rows(values_only=True)] for s in book.worksheets}
            book.close()
        except Exception as error:  # openpyxl answers damage with almost any exception
            raise takens.errors.DataError(
                f"{path} cannot be read; it may be damaged or cut short, so save it again."
            ) from error
        if self.sheet is not None and self.sheet not in rows:
            raise takens.errors.DataError(
                f"{path} has no sheet {self.sheet!r}; it has {', '.join(map(repr, rows))}."
            )
        wanted = {self.sheet: rows[self.sheet]} if self.sheet is not None else rows
        found = {name: _table(path, name, cells) for name, cells in wanted.items()}
        known = {name: table for name, table in found.items() if table is not None}
        if not known:
            raise takens.errors.DataError(f"{path} has no sheet with rows of numbers.")
        return known

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each, to one sheet."""
        book = library("openpyxl", path, "excel").Workbook()
        book.active.append(list(columns))
        for row in torch.stack(tuple(columns.values()), -1):
            book.active.append(
                [None if math.isnan(value) else value for value in map(float, row)]
            )
        book.save(path)


def _table(path: Path, name: str, rows: list[tuple[Any, ...]]) -> takens.plugin.Table | None:
    """Return what a sheet holds; None where it has no rows of numbers."""
    held = [sum(cell is not None for cell in row) for row in rows]
    if max(held, default=0) == 0:
        return None
    first = next(i for i, count in enumerate(held) if 2 * count > max(held))
    body = [row for row in rows[first + 1 :] if any(cell is not None for cell in row)]
    header = rows[first]
    places = [i for i, cell in enumerate(header) if cell is not None]
    names = [" ".join(str(header[i]).split()) for i in places]
    units = units_in(names)
    start = first + 2
    if body and all(isinstance(body[0][i], (str, type(None))) for i in places):
        below = units_of_row(["" if body[0][i] is None else body[0][i] for i in places])
        if below:
            units |= dict(zip(names, below, strict=True))
            body, start = body[1:], start + 1
    if len(body) < 2 or all(isinstance(cell, (int, float)) for cell in header):
        return None

    def column(i: int) -> NDArray[Any]:
        values = [row[i] for row in body]
        if all(hasattr(value, "isoformat") for value in values):
            return np.array(values, "M8[us]")
        if all(isinstance(value, (int, float, type(None))) for value in values):
            return np.array(values, np.float64)
        return np.array(values, object)

    columns = {label: column(i) for label, i in zip(names, places, strict=True)}
    return columns_table(path, columns, sheet=name, units=units, first_row=start)
