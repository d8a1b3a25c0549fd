"""The reader of MATLAB's files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_datasets.files import head_of
from takens_datasets.hdf5_file import Hdf5, tables_of
from takens_datasets.settings import MatlabSettings
from takens_datasets.table_reader import TableReader


@final
class Matlab(MatlabSettings, TableReader):
    """Reads the arrays of a MATLAB file (.mat), also in structures, and of version 7.3.

    ``variable`` names the array or structure that is wanted, where there are several.
    """

    suffixes = (".mat",)

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables that a file holds.

        Raises: DataError where it is none, or has no such variable.
        """
        import scipy.io

        head = head_of(path)
        if head.startswith(b"MATLAB 7.3") or head.startswith(b"\x89HDF"):
            return Hdf5(self.variable).tables(path)
        try:
            held = cast("dict[str, Any]", scipy.io.loadmat(path, simplify_cells=True))
        except Exception as error:  # scipy answers damage with almost any exception
            raise takens.errors.DataError(
                f"{path} is no MATLAB file, or is damaged; save it again, as by save -v7."
            ) from error
        held = {name: value for name, value in held.items() if not name.startswith("__")}
        if self.variable is not None:
            if self.variable not in held:
                raise takens.errors.DataError(
                    f"{path} has no variable {self.variable!r}; it has "
                    f"{', '.join(map(repr, held)) or 'none'}."
                )
            held = {self.variable: held[self.variable]}
        return tables_of(path, _arrays(held))

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each."""
        import scipy.io

        held = {name: column.numpy()[:, None] for name, column in columns.items()}
        scipy.io.savemat(path, held)


def _arrays(held: Mapping[str, Any], prefix: str = "") -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for name, value in held.items():
        if isinstance(value, dict):
            found |= _arrays(cast("dict[str, Any]", value), f"{prefix}{name}/")
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            found[f"{prefix}{name}"] = value
    return found
