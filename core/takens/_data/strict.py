"""One complete series at equal steps, as readers of files give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from takens._data.assembly import Wanted, assemble
from takens._data.recordings import Recordings
from takens._data.table import Table
from takens._data.time_series import TimeSeries
from takens.errors import DataError


def series_of(
    tables: Mapping[str, Table],
    *,
    columns: Sequence[str] | None,
    time: str | None,
    dt: float | None,
) -> TimeSeries:
    """Return the series `x: (..., T, n)` of a file's only table.

    Raises: DataError in one sentence where there are several tables, a column is not there, is
    no numbers or has gaps, or times are not equally spaced or not those of ``dt``.
    """
    if len(tables) > 1:
        table = next(iter(tables.values()))
        raise DataError(
            f"{table.what} is one of {len(tables)}, {', '.join(map(repr, tables))}; read "
            "them by takens.read_recordings, or choose one."
        )
    if dt is not None and not 0 < dt < float("inf"):
        raise DataError(f"dt is a positive sampling interval; got {dt}.")
    wanted = Wanted(columns=columns, time=time, dt=dt, strict=True)
    (table,) = tables.values()
    parts = [one for _, _, one in assemble(table, wanted)]
    return parts[0] if len(parts) == 1 else Recordings(parts).stacked()
