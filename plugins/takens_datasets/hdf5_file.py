"""The reader of HDF5."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, final

from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_datasets.array_table import array_table, columns_table
from takens_datasets.files import head_of, library
from takens_datasets.settings import Hdf5Settings
from takens_datasets.table_reader import TableReader


@final
class Hdf5(Hdf5Settings, TableReader):
    """Reads the arrays of an HDF5 file: one table, or named columns of one length.

    Arrays in groups go by their paths, as in ``trial1/x``; ``group`` chooses one of them.
    """

    suffixes = (".h5", ".hdf5", ".he5")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables that a file holds.

        Raises: DataError where it is none, or has no such group.
        """
        head_of(path)
        h5py = library("h5py", path, "hdf5")
        try:
            with h5py.File(path, "r") as file:
                if self.group is not None and self.group not in file:
                    raise takens.errors.DataError(
                        f"{path} has no group {self.group!r}; it has "
                        f"{', '.join(map(repr, file)) or 'none'}."
                    )
                root = file if self.group is None else file[self.group]
                arrays = dict(_arrays(h5py, root, ""))
        except OSError as error:
            raise takens.errors.DataError(
                f"{path} is no HDF5 file, or is damaged; write or copy it again."
            ) from error
        return tables_of(path, arrays)

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each."""
        with library("h5py", path, "hdf5").File(path, "w") as file:
            for name, column in columns.items():
                file[name] = column.numpy()


def _arrays(h5py: Any, group: Any, prefix: str) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            yield from _arrays(h5py, item, f"{prefix}{name}/")
        elif item.dtype.kind in "biuf" and item.ndim > 0:
            yield f"{prefix}{name}", item[()]


def tables_of(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, takens.plugin.Table]:
    """Return named arrays as tables: columns of one length, or each array by itself.

    Arrays that lie on their side, `(n, T)` beside a clock of T, are turned.

    Raises: DataError where there are none.
    """
    found = {n: a.squeeze() if a.ndim > 1 and 1 in a.shape else a for n, a in arrays.items()}
    found = {name: array for name, array in found.items() if array.ndim > 0 and array.size > 2}
    if not found:
        raise takens.errors.DataError(f"{path} holds no arrays of numbers.")
    lines = {name: array for name, array in found.items() if array.ndim == 1}
    wide = {name: array for name, array in found.items() if array.ndim > 1}
    if not wide:
        longest = max(len(array) for array in lines.values())
        columns = {name: array for name, array in lines.items() if len(array) == longest}
        return {"": columns_table(path, columns, noun="array")}
    clocks = {
        name: array
        for name, array in lines.items()
        if name.rpartition("/")[2].lower() in ("t", "time", "times")
    }
    if clocks and len(wide) == 1:
        array, (clock, times) = next(iter(wide.values())), next(iter(clocks.items()))
        if array.ndim == 2 and len(times) in array.shape:
            x = array if array.shape[0] == len(times) else array.T
            columns = {clock: times} | {f"x{i + 1}": x[:, i] for i in range(x.shape[1])}
            return {"": columns_table(path, columns, noun="array", clock=clock)}
    return {
        name if len(wide) > 1 else "": array_table(path, a, name) for name, a in wide.items()
    }
