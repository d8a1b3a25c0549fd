"""Readers of recordings from files."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_datasets.csv_file import Csv as Csv
    from takens_datasets.edf_file import Edf as Edf
    from takens_datasets.excel_file import Excel as Excel
    from takens_datasets.hdf5_file import Hdf5 as Hdf5
    from takens_datasets.matlab_file import Matlab as Matlab
    from takens_datasets.npy_file import Npy as Npy
    from takens_datasets.npz_file import Npz as Npz
    from takens_datasets.parquet_file import Parquet as Parquet
    from takens_datasets.torch_file import Torch as Torch
    from takens_datasets.xarray_file import NetCdf as NetCdf, Zarr as Zarr

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the readers of this package."""
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="csv",
        target="takens_datasets.csv_file:Csv",
        summary="Columns of text (.csv, .tsv, .txt, .dat), also compressed.",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="npy",
        target="takens_datasets.npy_file:Npy",
        summary="One NumPy array: (time, variables), or one such table for each trajectory.",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="npz",
        target="takens_datasets.npz_file:Npz",
        summary="Named NumPy arrays: x and t, or one array for each variable.",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="parquet",
        target="takens_datasets.parquet_file:Parquet",
        summary="Columns of a Parquet or Feather (Arrow) file.",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="matlab",
        target="takens_datasets.matlab_file:Matlab",
        summary="Arrays of a MATLAB file, also in structures.",
        parameters=(
            takens.plugin.Parameter(
                "variable",
                None,
                types=(str,),
                summary="The one that is wanted; all where not given.",
            ),
        ),
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="tensors",
        target="takens_datasets.torch_file:Torch",
        summary="A tensor, or named tensors, that torch has saved.",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="excel",
        target="takens_datasets.excel_file:Excel",
        summary="Sheets of an Excel file; needs takens[excel].",
        parameters=(
            takens.plugin.Parameter(
                "sheet",
                None,
                types=(str,),
                summary="The one that is wanted; all where not given.",
            ),
        ),
        excused={
            "dataset_reads": "a spreadsheet holds 16 digits of a number",
            "dataset_reads_columns": "a spreadsheet holds 16 digits of a number",
        },
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="hdf5",
        target="takens_datasets.hdf5_file:Hdf5",
        summary="Arrays of an HDF5 file; needs takens[hdf5].",
        parameters=(
            takens.plugin.Parameter(
                "group",
                None,
                types=(str,),
                summary="The one that is wanted; all where not given.",
            ),
        ),
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="netcdf",
        target="takens_datasets.xarray_file:NetCdf",
        summary="Variables of a netCDF file over time; needs takens[netcdf].",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="zarr",
        target="takens_datasets.xarray_file:Zarr",
        summary="Variables of a Zarr store over time; needs takens[zarr].",
    )
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="edf",
        target="takens_datasets.edf_file:Edf",
        summary="Signals of an EDF or BDF file, as of physiology; needs takens[edf].",
        excused={
            "dataset_reads": "EDF holds 16 bits of a number, and whole seconds",
            "dataset_reads_columns": "EDF holds 16 bits of a number, and whole seconds",
            "dataset_refuses_gaps": "EDF holds 16 bits of a number, and whole seconds",
        },
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
