"""Tables of what other libraries call frames: pandas, polars, pyarrow, xarray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray

from takens._data.table import Table, clock_in
from takens.errors import DataError

_PLAIN: Final = (torch.Tensor, np.ndarray, list, tuple, dict, str, bytes)


def is_frame(value: Any) -> bool:
    """Whether a value has named columns, as a DataFrame or an array of xarray has."""
    if isinstance(value, _PLAIN):
        return False
    if _is_xarray(value):
        return True
    if not (hasattr(value, "columns") or hasattr(value, "column_names")):
        return False
    import narwhals.stable.v1 as nw

    return nw.dependencies.is_into_dataframe(value)


def names_of(frame: Any) -> tuple[str, ...]:
    """Return the names of the variables of a frame."""
    table = table_of(frame)
    return tuple(name for name in table.names if name != table.clock)


def numbers_of(frame: Any) -> NDArray[np.float64]:
    """Return the variables of a frame side by side, `(..., T, n)`."""
    names = names_of(frame)
    found = table_of(frame).load(names, (), ())
    return np.stack([found[name] for name in names], axis=-1)


def table_of(frame: Any) -> Table:
    """Return a frame as a table.

    An index of pandas that is no plain count, and else the first column that is called
    as times are, is the clock.

    Raises: DataError for what is no table over one time.
    """
    if _is_xarray(frame):
        return _from_xarray(frame)
    import narwhals.stable.v1 as nw

    native = frame
    frame = nw.from_native(native, eager_only=True)
    columns = {str(name): frame.get_column(name) for name in frame.columns}
    clock = clock_in(columns)
    index = getattr(native, "index", None)
    extra: dict[str, NDArray[Any]] = {}
    if index is not None and type(index).__name__ != "RangeIndex":
        if getattr(index, "nlevels", 1) > 1:
            raise DataError(
                "The frame has an index of several levels; make columns of them by "
                "frame.reset_index(), and name the one that tells recordings apart as id."
            )
        values = np.asarray(index.tz_convert(None) if getattr(index, "tz", None) else index)
        if values.dtype.kind in "Mfiu" and (clock is None or values.dtype.kind == "M"):
            clock = str(index.name or "time")
            extra[clock] = values

    def load(
        numbers: Sequence[str], others: Sequence[str], _: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        found: dict[str, NDArray[Any]] = {}
        for name in numbers:
            found[name] = _numbers(name, extra[name] if name in extra else columns[name])
        for name in others:
            found[name] = extra[name] if name in extra else _any(columns[name])
        return found

    names = (*(name for name in extra if name not in columns), *columns)
    return Table(what="The frame", names=names, load=load, clock=clock)


def _numbers(name: str, column: Any) -> NDArray[np.float64]:
    if isinstance(column, np.ndarray):
        return cast("NDArray[Any]", column).astype(np.float64)
    if column.dtype.is_numeric() or str(column.dtype) == "Boolean":
        import narwhals.stable.v1 as nw

        values = column.cast(nw.Float64).to_numpy()
        return np.where(column.is_null().to_numpy(), np.nan, values).astype(np.float64)
    try:
        return np.asarray(column.to_numpy(), np.float64)
    except (ValueError, TypeError):
        raise DataError(
            f"Column {name!r} of the frame holds {column.dtype}, not numbers; if it tells "
            f"recordings apart give id={name!r}, otherwise choose the variables by "
            "columns=, or convert it."
        ) from None


def _any(column: Any) -> NDArray[Any]:
    if str(column.dtype).startswith("Datetime") and column.dtype.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return np.asarray(column.to_numpy())


def _is_xarray(value: Any) -> bool:
    return hasattr(value, "dims") and hasattr(value, "coords")


def _from_xarray(found: Any) -> Table:
    dims: list[str] = [str(name) for name in found.dims]
    time = clock_in(dims)
    if time is None and not hasattr(found, "data_vars"):
        time = dims[0 if len(dims) < 3 else 1]
    if time is None:
        raise DataError(
            f"The dataset has the dimensions {', '.join(dims)}, none of which is called time; "
            "rename the one that is: dataset.rename(NAME='time')."
        )
    arrays = {str(n): found[n] for n in found.data_vars} if hasattr(found, "data_vars") else {}
    if not arrays:
        arrays = {str(found.name or "x"): found}
    columns: dict[str, NDArray[Any]] = {}
    units: dict[str, str] = {}
    for name, array in arrays.items():
        if time not in array.dims:
            continue
        for label, part in _flat(name, array, time).items():
            columns[label] = part
            units[label] = str(array.attrs.get("units", ""))
    if not columns:
        raise DataError(f"No variable of the dataset is over the dimension {time!r}.")
    has_times = time in found.coords
    times = np.asarray(found.coords[time].values) if has_times else np.empty(0)

    def load(
        numbers: Sequence[str], others: Sequence[str], _: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        given = {
            n: times if has_times and n == time else columns[n] for n in (*numbers, *others)
        }
        return given | {name: given[name].astype(np.float64) for name in numbers}

    return Table(
        what="The dataset",
        names=(*([time] if has_times else []), *columns),
        load=load,
        units=units,
        clock=time if has_times else None,
        time_unit=str(found.coords[time].attrs.get("units", "")) if has_times else "",
    )


def _flat(name: str, array: Any, time: str) -> dict[str, NDArray[Any]]:
    """Return `(T,)` or `(trajectories, T)` by label: dimensions after the first are columns."""
    others = [str(dim) for dim in array.dims if str(dim) != time]
    runs = [dim for dim in others if dim.startswith(("trajectory", "recording", "trial"))]
    rest = [dim for dim in others if dim not in runs]
    if len(runs) > 1 or len(rest) > 1:
        raise DataError(
            f"{name!r} has the dimensions {', '.join(map(str, array.dims))}; a variable is "
            f"over {time!r} and at most one other. Choose by array.isel, or stack the others."
        )
    values = np.asarray(array.transpose(*runs, time, *rest).values)
    if not rest:
        return {name: values}
    (dim,) = rest
    labels = array.coords[dim].values if dim in array.coords else range(values.shape[-1])
    texts = [str(label) for label in labels]
    if not all(text.isidentifier() for text in texts):
        texts = [f"{name}{text}" for text in texts]
    return {text: values[..., i] for i, text in enumerate(texts)}
