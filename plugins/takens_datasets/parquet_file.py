"""The reader of Parquet and Feather."""

import contextlib
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import attrs
from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_datasets.array_table import columns_table
from takens_datasets.files import head_of
from takens_datasets.settings import ParquetSettings
from takens_datasets.table_reader import TableReader


@final
class Parquet(ParquetSettings, TableReader):
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

        def wanted(names: Sequence[str]) -> Any:
            read = polars.read_ipc if arrow else polars.read_parquet
            with _readable(path), path.open("rb") as file:
                return read(file, columns=list(names))

        with _readable(path):
            schema = (polars.read_ipc_schema if arrow else polars.read_parquet_schema)(path)

        def load(
            numbers: Sequence[str], others: Sequence[str], gaps: Sequence[str]
        ) -> Mapping[str, NDArray[Any]]:
            frame = wanted(list(dict.fromkeys((*numbers, *others))))
            held = {name: _array(frame.get_column(name)) for name in frame.columns}
            return columns_table(path, held).load(numbers, others, gaps)

        kinds = (polars.Date, polars.Datetime)
        dates = tuple(name for name, kind in schema.items() if kind.base_type() in kinds)
        table = columns_table(path, {})
        return {"": attrs.evolve(table, names=tuple(schema), load=load, dates=dates)}

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each."""
        import polars

        frame = polars.DataFrame({name: column.numpy() for name, column in columns.items()})
        arrow = path.suffix in (".feather", ".arrow", ".ipc")
        (frame.write_ipc if arrow else frame.write_parquet)(path)


@contextlib.contextmanager
def _readable(path: Path) -> Generator[None]:
    import polars

    try:
        yield
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        raise takens.errors.DataError(
            f"{path} is no Parquet or Feather file, or is damaged; write it again, as by "
            "DataFrame.to_parquet."
        ) from error


def _array(series: Any) -> NDArray[Any]:
    import polars

    if isinstance(series.dtype, polars.Datetime) and series.dtype.time_zone:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    number = series.dtype.is_numeric() or series.dtype == polars.Boolean
    return (series.cast(polars.Float64) if number else series).to_numpy()
