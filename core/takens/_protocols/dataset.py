"""Datasets: readers of files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from torch import Tensor

from takens._data.table import Table
from takens._data.time_series import TimeSeries


@runtime_checkable
class Dataset(Protocol):
    """Reads time series from files of one format."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of file names that this reader is for, as in ``(".csv",)``."""
        ...

    def read(
        self,
        path: Path,
        /,
        *,
        columns: Sequence[str] | None,
        time: str | None,
        dt: float | None,
    ) -> TimeSeries:
        """Read the named columns (all but the time where None) with their times.

        Times come from the column ``time``, or are multiples of ``dt``.

        Raises: DataError in one sentence with file, row and column.
        """
        ...


@runtime_checkable
class SupportsTables(Protocol):
    """A reader that gives tables of columns as they are found, gaps and labels among them.

    Then several recordings, inputs, groups and what is missing are understood in its files.
    """

    def tables(self, path: Path, /) -> Mapping[str, Table]:
        """Return the tables by the names of their sheets; a file's only one has none, "".

        Raises: DataError in one sentence with the file.
        """
        ...


@runtime_checkable
class SupportsWriting(Protocol):
    """A reader that can write what it reads, so that ``takens check`` has a file to read.

    Text, NPY and NPZ the checks write themselves.
    """

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each, any of which may be the time."""
        ...
