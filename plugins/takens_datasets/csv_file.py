"""The reader of text files."""

from collections.abc import Sequence
from pathlib import Path
from typing import final

import attrs
import numpy as np

import takens
from takens_datasets.csv_columns import read_carefully, read_quickly
from takens_datasets.csv_layout import find_layout
from takens_datasets.dates import since_first
from takens_datasets.files import head_of, text_encoding
from takens_datasets.selection import select
from takens_datasets.series import make_series


@final
@attrs.frozen
class Csv:
    """Reads columns of numbers from text, in double precision.

    Fields are separated by commas, semicolons, tabs or blanks, which is found out from the
    first rows, and may be quoted; decimal commas are understood where a comma separates
    nothing and no number has a point. Lines that begin with ``#`` are comments. The first row
    names the columns; where it is made of numbers already, a last comment such as ``# t x y``
    does, and otherwise they are called x1, x2, ... A column without a name is called by its
    place, as in ``column1``. Columns that are not asked for may hold anything.

    The time column holds numbers, or dates in ISO 8601; dates are counted from the first one
    in the coarsest unit that holds them exactly, which becomes the series' ``time_unit``.
    Rows are counted as an editor counts lines: the header of a file without comments is row 1.
    """

    suffixes = (".csv", ".tsv", ".txt", ".dat")

    def read(
        self,
        path: Path,
        /,
        *,
        columns: Sequence[str] | None,
        time: str | None,
        dt: float | None,
    ) -> takens.TimeSeries:
        """Read the named columns (all but the time where None): `x: (T, n)`, `t: (T,)`.

        Times come from the column ``time``, or are multiples of ``dt``; given both, they must
        agree.

        Raises: DataError in one sentence with file, row and column.
        """
        encoding = text_encoding(path, head_of(path))
        # What does not decode cannot be a number, and is refused in its place where it matters.
        with path.open(encoding=encoding, errors="replace") as lines:
            layout = find_layout(path, lines)
        note = "" if layout.header else "; its first row is no header"
        chosen = select(path, layout.names, columns=columns, time=time, dt=dt, note=note)
        with path.open(encoding=encoding, errors="replace") as lines:
            found = read_quickly(lines, layout, chosen)
        if found is None:
            with path.open(encoding=encoding, errors="replace") as lines:
                found = read_carefully(path, lines, layout, chosen)
        at, x, t = found
        clock, unit = f"column {time!r}", ""
        if np.issubdtype(t.dtype, np.datetime64):
            t, unit = since_first(t)
            clock += f" (in {unit} since the first)"
        return make_series(
            path,
            x,
            [layout.names[i] for i in chosen.variables],
            t=None if chosen.time is None else t,
            clock=clock,
            dt=dt,
            complete=chosen.complete,
            row=lambda i: f"row {at[i]}",
            time_unit=unit,
        )
