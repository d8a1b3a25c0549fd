"""The reader of NumPy's files of one array."""

from collections.abc import Sequence
from pathlib import Path
from typing import final

import attrs
import numpy as np

import takens
from takens_datasets.array_checks import as_double, check_finite, load_array
from takens_datasets.files import head_of
from takens_datasets.selection import select
from takens_datasets.series import make_series


@final
@attrs.frozen
class Npy:
    """Reads an array `(T,)`, `(T, n)` or `(trajectories, T, n)` of real numbers.

    The columns are called x1, x2, ...; one of them may be the time where there is a single
    trajectory. Pickled objects are never loaded. Samples are counted from index 0.
    """

    suffixes = (".npy",)

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

        Raises: DataError in one sentence with file, index and column.
        """
        head = head_of(path)
        if not head.startswith(b"\x93NUMPY"):
            raise takens.errors.DataError(
                f"{path} is not in NumPy's format, whatever its name; write it with numpy.save."
            )
        array = as_double(
            str(path), load_array(str(path), lambda: np.load(path, allow_pickle=False))
        )
        x = array[:, None] if array.ndim == 1 else array
        if x.ndim not in (2, 3) or 0 in x.shape:
            raise takens.errors.DataError(
                f"{path} has the shape {array.shape}; a series is (time,), (time, variables) "
                "or (trajectories, time, variables)."
            )
        names = tuple(f"x{i + 1}" for i in range(x.shape[-1]))
        note = "; the columns of an array are counted from x1"
        chosen = select(path, names, columns=columns, time=time, dt=dt, note=note)
        used = chosen.variables if chosen.time is None else (*chosen.variables, chosen.time)
        if chosen.time is not None and x.ndim == 3:
            raise takens.errors.DataError(
                f"{path} holds {len(x)} trajectories, whose times cannot be a column; give dt."
            )
        check_finite(str(path), x[..., list(used)], [names[i] for i in used])
        return make_series(
            path,
            x[..., list(chosen.variables)],
            [names[i] for i in chosen.variables],
            t=None if chosen.time is None else x[:, chosen.time],
            clock=f"column {time!r}",
            dt=dt,
            complete=chosen.complete,
            row=lambda i: f"index {i}",
        )
