"""The reader of NumPy's archives of named arrays."""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.array_checks import as_double, load_array
from takens_datasets.files import head_of
from takens_datasets.settings import NpzSettings

_TIMES, _UNIT, _VARIABLES, _NAMES = "t", "time_unit", "x", "columns"


@final
class Npz(NpzSettings):
    """Reads an archive in one of two forms.

    Either `x: (T, n)` or `(trajectories, T, n)` holds the variables and ``columns`` their n
    names (x1, x2, ... without it), or each array `(T,)` is a column under its own name. In
    both, `t: (T,)` is the time unless ``time`` names another array, and the text
    ``time_unit`` its unit. Single numbers, and arrays that are not asked for, are left aside.
    Pickled objects are never loaded. Samples are counted from index 0.
    """

    suffixes = (".npz",)

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that an archive holds.

        Raises: DataError where it is none.
        """
        if not head_of(path).startswith(b"PK"):
            raise takens.errors.DataError(
                f"{path} is no NPZ archive, whatever its name; write it with numpy.savez."
            )
        with _archive(path) as archive:
            names, _ = _table(path, archive)
            unit = _unit(path, archive)

        def load(
            numbers: Sequence[str], others: Sequence[str], gaps: Sequence[str]
        ) -> Mapping[str, NDArray[Any]]:
            with _archive(path) as archive:
                _, column = _table(path, archive)
                found = _variables(path, numbers, column)
                samples = found[numbers[0]].shape[-1]
                clocks = {name: _times(path, name, column(name), samples) for name in others}
                return found | clocks

        return {
            "": takens.plugin.Table(
                what=str(path),
                names=tuple(names),
                load=load,
                noun="array",
                clock=_TIMES if _TIMES in names else None,
                time_unit=unit,
                source=takens.plugin.Provenance(file=str(path)),
            )
        }

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
        tables = self.tables(path)
        clock = tables[""].clock if time is None else time
        return takens.plugin.series_of(tables, columns=columns, time=clock, dt=dt)


@contextlib.contextmanager
def _archive(path: Path) -> Generator[Any]:
    # numpy alone would leave a damaged file open.
    with path.open("rb") as file:
        yield load_array(str(path), lambda: np.load(file, allow_pickle=False))


def _table(path: Path, archive: Any) -> tuple[list[str], Callable[[str], NDArray[Any]]]:
    """Return the names of the columns, and what gives the column of a name: `(..., T)`."""

    def load(name: str) -> NDArray[Any]:
        return load_array(f"{path}: array {name!r}", lambda: np.asarray(archive[name]))

    arrays: list[str] = [name for name in archive.files if name != _UNIT]
    x = load(_VARIABLES) if _VARIABLES in arrays else np.empty(0)
    if x.ndim < 2:
        # Looking at what was not asked for could stumble over an array of no concern.
        return [name for name in arrays if _dimensions(archive, name) > 0], load
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


def _dimensions(archive: Any, name: str) -> int:
    """Return how many dimensions an array has, as far as its header can be read."""
    try:
        with archive.zip.open(f"{name}.npy") as file:
            version = np.lib.format.read_magic(file)
            form = np.lib.format
            read = (
                form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
            )
            return len(read(file)[0])
    except KeyError:
        return 0
    except Exception:  # a damaged array is refused where it is wanted
        return 1


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
) -> dict[str, NDArray[np.float64]]:
    """Return columns of one shape, `(..., T)`.

    Raises: DataError where their shapes differ, or one holds something else than numbers.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for name in names:
        array = as_double(f"{path}: array {name!r}", column(name))
        first = next(iter(found.values()), array)
        if array.ndim == 0 or array.shape != first.shape:
            expected = f"{first.shape} of {names[0]!r}" if found else "(time,)"
            raise takens.errors.DataError(
                f"{path}: array {name!r} has the shape {array.shape} where {expected} is "
                "needed; name the arrays that belong together."
            )
        found[name] = array
    return found


def _times(path: Path, name: str, values: NDArray[Any], samples: int) -> NDArray[Any]:
    """Check that times are finite numbers: `(T,)`.

    Raises: DataError where they are not, or not as many as there are samples.
    """
    if values.dtype.kind in "MUO":
        return values
    t = as_double(f"{path}: array {name!r}", values)
    if t.shape != (samples,):
        raise takens.errors.DataError(
            f"{path}: array {name!r} has the shape {t.shape}; {samples} samples have times of "
            f"the shape ({samples},)."
        )
    bad = np.flatnonzero(~np.isfinite(t))
    if len(bad):
        raise takens.errors.DataError(
            f"{path}: index {bad[0]}, column {name!r} is {t[bad[0]]}, a gap; complete the "
            "times, or leave out the samples."
        )
    return t
