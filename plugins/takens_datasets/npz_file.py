"""The reader of NumPy's archives of named arrays."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, final

import attrs
import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.array_checks import as_double, check_finite, load_array
from takens_datasets.files import head_of
from takens_datasets.selection import select
from takens_datasets.series import make_series

_TIMES, _UNIT, _VARIABLES, _NAMES = "t", "time_unit", "x", "columns"


@final
@attrs.frozen
class Npz:
    """Reads an archive in one of two forms.

    Either `x: (T, n)` or `(trajectories, T, n)` holds the variables and ``columns`` their n
    names (x1, x2, ... without it), or each array `(T,)` is a column under its own name. In
    both, `t: (T,)` is the time unless ``time`` names another array, and the text
    ``time_unit`` its unit. Single numbers, and arrays that are not asked for, are left aside.
    Pickled objects are never loaded. Samples are counted from index 0.
    """

    suffixes = (".npz",)

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

        Times come from the array ``time``, or ``t``, or are multiples of ``dt``; given times
        and ``dt``, they must agree.

        Raises: DataError in one sentence with file, array, index and column.
        """
        if not head_of(path).startswith(b"PK"):
            raise takens.errors.DataError(
                f"{path} is no NPZ archive, whatever its name; write it with numpy.savez."
            )
        # numpy alone would leave a damaged file open.
        with path.open("rb") as file:
            archive = load_array(str(path), lambda: np.load(file, allow_pickle=False))
            names, column = _table(path, archive, everything=columns is None)
            if time is None and _TIMES in names:
                time = _TIMES
            chosen = select(path, names, columns=columns, time=time, dt=dt)
            variables = [names[i] for i in chosen.variables]
            x = _variables(path, variables, column)
            t = None if time is None else _times(path, time, column(time), x.shape[-2])
            unit = _unit(path, archive)
        return make_series(
            path,
            x,
            variables,
            t=t,
            clock=f"array {time!r}",
            dt=dt,
            complete=chosen.complete,
            row=lambda i: f"index {i}",
            time_unit=unit,
        )


def _table(
    path: Path, archive: Any, *, everything: bool
) -> tuple[list[str], Callable[[str], NDArray[Any]]]:
    """Return the names of the columns, and what gives the column of a name: `(..., T)`."""

    def load(name: str) -> NDArray[Any]:
        return load_array(f"{path}: array {name!r}", lambda: np.asarray(archive[name]))

    arrays: list[str] = [name for name in archive.files if name != _UNIT]
    x = load(_VARIABLES) if _VARIABLES in arrays else np.empty(0)
    if x.ndim < 2:
        # Looking at what was not asked for could stumble over an array of no concern.
        return [name for name in arrays if not everything or load(name).ndim > 0], load
    if _NAMES in arrays:
        names = [str(name) for name in load(_NAMES).ravel()]
    else:
        names = [f"x{i + 1}" for i in range(x.shape[-1])]
    if x.ndim > 3 or len(names) != x.shape[-1]:
        raise takens.errors.DataError(
            f"{path}: array 'x' has the shape {x.shape} and {len(names)} names; a series is "
            "(time, variables) or (trajectories, time, variables), with one name for each."
        )

    def column(name: str) -> NDArray[Any]:
        return x[..., names.index(name)] if name in names else load(name)

    return names + [name for name in arrays if name == _TIMES], column


def _unit(path: Path, archive: Any) -> str:
    """Return the text ``time_unit``, or nothing where there is none.

    Raises: DataError where it is no text.
    """
    if _UNIT not in archive:
        return ""
    what = f"{path}: array {_UNIT!r}"
    found = load_array(what, lambda: np.asarray(archive[_UNIT]))
    if found.ndim or found.dtype.kind != "U":
        raise takens.errors.DataError(
            f"{what} holds {found.dtype} of the shape {found.shape}; a unit is one text, such "
            "as 's'."
        )
    return str(found)


def _variables(
    path: Path, names: Sequence[str], column: Callable[[str], NDArray[Any]]
) -> NDArray[np.float64]:
    """Put columns side by side: `(..., T, n)`.

    Raises: DataError where their shapes differ, or one holds something else than numbers.
    """
    found: list[NDArray[np.float64]] = []
    for name in names:
        array = as_double(f"{path}: array {name!r}", column(name))
        if array.ndim == 0 or (found and array.shape != found[0].shape):
            expected = f"{found[0].shape} of {names[0]!r}" if found else "(time,)"
            raise takens.errors.DataError(
                f"{path}: array {name!r} has the shape {array.shape} where {expected} is "
                "needed; name the arrays that belong together."
            )
        found.append(array)
    x = np.stack(found, axis=-1)
    check_finite(str(path), x, names)
    return x


def _times(path: Path, name: str, values: NDArray[Any], samples: int) -> NDArray[np.float64]:
    """Check that times are finite numbers: `(T,)`.

    Raises: DataError where they are not, or not as many as there are samples.
    """
    t = as_double(f"{path}: array {name!r}", values)
    if t.shape != (samples,):
        raise takens.errors.DataError(
            f"{path}: array {name!r} has the shape {t.shape}; {samples} samples have times of "
            f"the shape ({samples},)."
        )
    check_finite(str(path), t[:, None], (name,))
    return t
