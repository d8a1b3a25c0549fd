"""The readers of netCDF and Zarr."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import attrs
from torch import Tensor

import takens
from takens_datasets.files import head_of, library
from takens_datasets.settings import NetCdfSettings, ZarrSettings
from takens_datasets.table_reader import TableReader


@final
class NetCdf(NetCdfSettings, TableReader):
    """Reads the variables of a netCDF file over its dimension of time, by xarray.

    Fill values, scales and dates are understood as the conventions for climate data have them.
    """

    suffixes = (".nc", ".nc4", ".cdf", ".netcdf")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that a file holds.

        Raises: DataError where it is none.
        """
        head = head_of(path)
        engine = "h5netcdf" if head.startswith(b"\x89HDF") else "scipy"
        if engine == "h5netcdf":
            library("h5netcdf", path, "netcdf")
        return _tables(path, library("xarray", path, "netcdf"), engine)

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each, over one dimension of time."""
        xarray = library("xarray", path, "netcdf")
        held = {name: ("time", column.numpy()) for name, column in columns.items()}
        with warnings.catch_warnings():
            xarray.Dataset(held).to_netcdf(path, engine="scipy")


@final
class Zarr(ZarrSettings, TableReader):
    """Reads the variables of a Zarr store over its dimension of time, by xarray."""

    suffixes = (".zarr",)

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the table that a store holds.

        Raises: DataError where it is none.
        """
        if not path.is_dir():
            head_of(path)
        library("zarr", path, "zarr")
        return _tables(path, library("xarray", path, "zarr"), "zarr")

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each, over one dimension of time."""
        xarray = library("xarray", path, "zarr")
        held = {name: ("time", column.numpy()) for name, column in columns.items()}
        with warnings.catch_warnings():
            xarray.Dataset(held).to_zarr(path, zarr_format=2)


def _tables(path: Path, xarray: Any, engine: str) -> Mapping[str, takens.plugin.Table]:
    try:
        with warnings.catch_warnings(), xarray.open_dataset(path, engine=engine) as found:
            dataset = found.load()
    except Exception as error:  # each engine answers damage with exceptions of its own
        told = " ".join(str(error).split())[:120].removesuffix(".")
        raise takens.errors.DataError(
            f"{path} cannot be read by xarray ({engine}): {told}; write or copy it again."
        ) from error
    table = takens.plugin.table_of(dataset)
    source = takens.plugin.Provenance(file=str(path))
    return {"": attrs.evolve(table, what=str(path), source=source)}
