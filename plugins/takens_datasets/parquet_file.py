"""The reader of Parquet and Feather."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import attrs
from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_datasets.array_table import columns_table
from takens_datasets.files import head_of
from takens_datasets.table_reader import TableReader


@final
@attrs.frozen
class Parquet(TableReader):
    """Reads the columns of a Parquet or Feather (Arrow) file.

    Columns may be numbers, dates and texts; what is null was not measured.
    """

    suffixes = (".parquet", ".pq", ".feather", ".arrow", ".ipc")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that a file holds.

        Raises: DataError where it is none.
        """
        import polars

        arrow = head_of(path).startswith(b"ARROW1")
        try:
            with path.open("rb") as file:
                frame = polars.read_ipc(file) if arrow else polars.read_parquet(file)
        except (polars.exceptions.PolarsError, OSError, ValueError) as error:
            raise takens.errors.DataError(
                f"{path} is no Parquet or Feather file, or is damaged; write it again, as by "
                "DataFrame.to_parquet."
            ) from error
        columns: dict[str, NDArray[Any]] = {}
        for name in frame.columns:
            series = frame.get_column(name)
            if isinstance(series.dtype, polars.Datetime) and series.dtype.time_zone:
                series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            number = series.dtype.is_numeric() or series.dtype == polars.Boolean
            columns[name] = (series.cast(polars.Float64) if number else series).to_numpy()
        return {"": columns_table(path, columns)}

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each."""
        import polars

        frame = polars.DataFrame({name: column.numpy() for name, column in columns.items()})
        arrow = path.suffix in (".feather", ".arrow", ".ipc")
        (frame.write_ipc if arrow else frame.write_parquet)(path)
