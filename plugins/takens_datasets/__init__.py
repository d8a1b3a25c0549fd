"""Readers of time series from files: CSV, NPY and NPZ."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_datasets.csv_file import Csv as Csv
    from takens_datasets.npy_file import Npy as Npy
    from takens_datasets.npz_file import Npz as Npz

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the readers of this package."""
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="csv",
        target="takens_datasets.csv_file:Csv",
        summary="Columns of text (.csv, .tsv, .txt, .dat), with or without a header.",
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


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
