"""Tables of arrays."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

import takens
from takens_datasets.array_checks import as_double


def array_table(path: Path, array: NDArray[Any], sheet: str = "") -> takens.plugin.Table:
    """Return an array `(T,)`, `(T, n)` or `(trajectories, T, n)` as a table.

    Raises: DataError where it has another shape, or is no numbers.
    """
    what = f"{path}: {sheet}" if sheet else str(path)
    array = as_double(what, array)
    x = array[:, None] if array.ndim == 1 else array
    if x.ndim not in (2, 3) or 0 in x.shape:
        raise takens.errors.DataError(
            f"{what} has the shape {array.shape}; a series is (time,), (time, variables) or "
            "(trajectories, time, variables)."
        )
    names = tuple(f"x{i + 1}" for i in range(x.shape[-1]))

    def load(
        numbers: Sequence[str], others: Sequence[str], gaps: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        for name in others:
            if x.ndim == 3:
                raise takens.errors.DataError(
                    f"{what} holds {len(x)} trajectories, whose times cannot be a column; give "
                    f"dt instead of {name!r}."
                )
        return {name: x[..., names.index(name)] for name in (*numbers, *others)}

    return takens.plugin.Table(
        what=what,
        names=names,
        load=load,
        note="; the columns of an array are counted from x1",
        source=takens.plugin.Provenance(file=str(path), sheet=sheet),
    )


def columns_table(
    path: Path,
    columns: Mapping[str, NDArray[Any]],
    *,
    sheet: str = "",
    noun: str = "column",
    units: Mapping[str, str] | None = None,
    clock: str | None = None,
    time_unit: str = "",
    first_row: int = 0,
) -> takens.plugin.Table:
    """Return named arrays `(T,)` as a table; ``first_row`` is how a person counts the first.

    Raises: DataError where a variable that is wanted is no numbers or of another length.
    """
    what = f"{path}: {sheet}" if sheet else str(path)

    def load(
        numbers: Sequence[str], others: Sequence[str], gaps: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        found: dict[str, NDArray[Any]] = {}
        for name in numbers:
            found[name] = as_double(f"{what}: {noun} {name!r}", columns[name], gaps, name)
        found |= {name: columns[name] for name in others if name not in found}
        first = next(iter(found.values()))
        for name, values in found.items():
            if values.shape != first.shape:
                raise takens.errors.DataError(
                    f"{what}: {noun} {name!r} has the shape {values.shape} where {first.shape} "
                    "is needed; name those that belong together."
                )
        return found

    return takens.plugin.Table(
        what=what,
        names=tuple(columns),
        load=load,
        noun=noun,
        units=units or {},
        clock=clock,
        time_unit=time_unit,
        dates=tuple(name for name, values in columns.items() if values.dtype.kind == "M"),
        place=lambda i: f"row {i + first_row}" if first_row else f"index {i}",
        source=takens.plugin.Provenance(file=str(path), sheet=sheet),
    )
