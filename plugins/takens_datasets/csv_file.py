"""The reader of text files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

from numpy.typing import NDArray

import takens
from takens_datasets.csv_columns import read_carefully, read_quickly
from takens_datasets.csv_layout import find_layout
from takens_datasets.files import head_of, opened, text_encoding
from takens_datasets.settings import CsvSettings


@final
class Csv(CsvSettings):
    """Reads columns of numbers from text, in double precision.

    Fields are separated by commas, semicolons, tabs, bars or blanks, which is found out from
    the first rows, and may be quoted; decimal commas are understood where a comma separates
    nothing and no number has a point. Lines that begin with ``#`` are comments. The first row
    names the columns, also where it is 0, 1, 2, ... as pandas writes it; where it is made of
    numbers otherwise, a last comment such as ``# t x y`` does, and else they are called x1,
    x2, ... A row of units may stand below, and lines of another width above. A column without
    a name is called by its place, as in ``column1``. Columns that are not asked for may hold
    anything. The text may be compressed (gz, bz2, xz, zst).

    The time column holds numbers, or dates; dates are counted from the first one in the
    coarsest unit that holds them exactly, which becomes the series' ``time_unit``. Rows are
    counted as an editor counts lines: the header of a file without comments is row 1.
    """

    suffixes = (".csv", ".tsv", ".txt", ".dat")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that a file holds.

        Raises: DataError where it is no text, or has no rows.
        """
        return {"": _table(path, strict=False)}

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
        tables = {"": _table(path, strict=True)}
        return takens.plugin.series_of(tables, columns=columns, time=time, dt=dt)


def _table(path: Path, *, strict: bool) -> takens.plugin.Table:
    encoding = text_encoding(path, head_of(path))
    # What does not decode cannot be a number, and is refused in its place where it matters.
    with opened(path, encoding) as lines:
        layout = find_layout(path, lines)
    rows: Sequence[int] = range(layout.before + 1, 2**62)

    def load(
        numbers: Sequence[str], others: Sequence[str], gaps: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        nonlocal rows
        found = read_quickly(path, encoding, layout, numbers, others, gaps, strict=strict)
        if found is None:
            with opened(path, encoding) as lines:
                rows, found = read_carefully(
                    path, lines, layout, numbers, others, gaps, strict=strict
                )
        return found

    return takens.plugin.Table(
        what=str(path),
        names=layout.names,
        load=load,
        note="" if layout.header else "; its first row is no header",
        place=lambda i: f"row {rows[i]}",
        units=layout.units,
        counts=layout.unnamed,
        dates=layout.dates,
        source=takens.plugin.Provenance(file=str(path), remarks=layout.remarks),
    )
