"""What readers of tables share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import takens


class TableReader(ABC):
    """A reader of a file's tables, which reads the series of its only one."""

    __slots__ = ()

    @abstractmethod
    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables that a file holds, by name; the only one may have none, "".

        Raises: DataError where it holds none.
        """

    def read(
        self,
        path: Path,
        /,
        *,
        columns: Sequence[str] | None,
        time: str | None,
        dt: float | None,
    ) -> takens.TimeSeries:
        """Read the named columns (all but the time where None): `x: (..., T, n)`, `t: (T,)`.

        Times come from the column ``time``, or are multiples of ``dt``; given both, they must
        agree.

        Raises: DataError in one sentence with file, place and column.
        """
        return takens.plugin.series_of(self.tables(path), columns=columns, time=time, dt=dt)
