"""The reader of NumPy's files of one array."""

from collections.abc import Mapping
from pathlib import Path
from typing import final

import numpy as np

import takens
from takens_datasets.array_checks import load_array
from takens_datasets.array_table import array_table
from takens_datasets.files import head_of
from takens_datasets.settings import NpySettings
from takens_datasets.table_reader import TableReader


@final
class Npy(NpySettings, TableReader):
    """Reads an array `(T,)`, `(T, n)` or `(trajectories, T, n)` of real numbers.

    The columns are called x1, x2, ...; one of them may be the time where there is a single
    trajectory. Pickled objects are never loaded. Samples are counted from index 0.
    """

    suffixes = (".npy",)

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that a file holds.

        Raises: DataError where it is no array of numbers.
        """
        head = head_of(path)
        if not head.startswith(b"\x93NUMPY"):
            raise takens.errors.DataError(
                f"{path} is not in NumPy's format, whatever its name; write it with numpy.save."
            )
        array = load_array(str(path), lambda: np.load(path, allow_pickle=False))
        return {"": array_table(path, array)}
