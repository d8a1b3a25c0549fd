"""Readers of recordings from files, and known data."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_datasets.csv_file import Csv as Csv
    from takens_datasets.edf_file import Edf as Edf
    from takens_datasets.excel_file import Excel as Excel
    from takens_datasets.hdf5_file import Hdf5 as Hdf5
    from takens_datasets.hudson_bay import HudsonBay as HudsonBay
    from takens_datasets.matlab_file import Matlab as Matlab
    from takens_datasets.npy_file import Npy as Npy
    from takens_datasets.npz_file import Npz as Npz
    from takens_datasets.parquet_file import Parquet as Parquet
    from takens_datasets.points import (
        Points as Points,
        circles as circles,
        half_moons as half_moons,
    )
    from takens_datasets.simulated import Simulated as Simulated
    from takens_datasets.statsmodels_series import (
        ElNino as ElNino,
        MaunaLoa as MaunaLoa,
        Nile as Nile,
        Sunspots as Sunspots,
    )
    from takens_datasets.torch_file import Torch as Torch
    from takens_datasets.xarray_file import NetCdf as NetCdf, Zarr as Zarr

TAKENS_API = 2

_DIGITS: Final = "a spreadsheet holds 16 digits of a number"
_BITS: Final = "EDF holds 16 bits of a number, and whole seconds"
_READERS: Final[dict[str, dict[str, Any]]] = {
    "csv=csv_file:Csv": {},
    "npy=npy_file:Npy": {},
    "npz=npz_file:Npz": {},
    "parquet=parquet_file:Parquet": {},
    "matlab=matlab_file:Matlab": {},
    "tensors=torch_file:Torch": {},
    "excel=excel_file:Excel": dict.fromkeys(
        ("dataset_reads", "dataset_reads_columns"), _DIGITS
    ),
    "hdf5=hdf5_file:Hdf5": {},
    "netcdf=xarray_file:NetCdf": {},
    "zarr=xarray_file:Zarr": {},
    "edf=edf_file:Edf": dict.fromkeys(
        ("dataset_reads", "dataset_reads_columns", "dataset_refuses_gaps"), _BITS
    ),
}
_SOURCES: Final = (
    "hudson_bay=hudson_bay:HudsonBay",
    "sunspots=statsmodels_series:Sunspots",
    "el_nino=statsmodels_series:ElNino",
    "nile=statsmodels_series:Nile",
    "mauna_loa=statsmodels_series:MaunaLoa",
    "simulated=simulated:Simulated",
)


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the readers and the sources of this package."""
    for each, excused in _READERS.items():
        yield _spec("dataset", each, excused)
    for each in _SOURCES:
        yield _spec("source", each, {})


def _spec(kind: str, each: str, excused: dict[str, str]) -> takens.plugin.ComponentSpec:
    name, _, place = each.partition("=")
    return takens.plugin.ComponentSpec(
        kind=kind,
        name=name,
        target=f"takens_datasets.{place}",
        settings=f"takens_datasets.settings:{place.partition(':')[2]}Settings",
        excused=excused,
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
