"""Frames of other libraries, which are imported here and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from takens.errors import InputError

Columns = Mapping[str, NDArray[Any]]


def library(name: str, what: str) -> Any:
    """Import a library that is not needed otherwise.

    Raises: InputError where it is missing, with the command that installs it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"{what} needs {name}; install it: pip install {name}.") from error


def pandas_frame(clock: NDArray[Any], columns: Columns) -> Any:
    """Return columns over an index of times."""
    pandas = library("pandas", "to_pandas")
    name = "time" if clock.dtype.kind == "M" else "t"
    return pandas.DataFrame(dict(columns), index=pandas.Index(clock, name=name))


def polars_frame(clock: NDArray[Any], columns: Columns) -> Any:
    """Return the times as the first column, then the others."""
    polars = library("polars", "to_polars")
    name = "time" if clock.dtype.kind == "M" else "t"
    return polars.DataFrame({name: clock, **columns})


def xarray_dataset(
    clock: NDArray[Any], values: Columns, units: Mapping[str, str], time_unit: str
) -> Any:
    """Return an array `(..., T)` for each name, over ``time`` and numbered trajectories."""
    xarray = library("xarray", "to_xarray")
    found: dict[str, Any] = {}
    for name, array in values.items():
        leading = [f"trajectory{i or ''}" for i in range(array.ndim - 1)]
        about = {"units": units[name]} if units.get(name) else {}
        found[name] = ((*leading, "time"), array, about)
    dates = clock.dtype.kind == "M" or not time_unit
    time = clock if dates else ("time", clock, {"units": time_unit})
    return xarray.Dataset(found, coords={"time": time})
