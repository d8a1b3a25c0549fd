"""The settings of every reader and source: imported without torch."""

import attrs

import takens


@attrs.frozen
class CsvSettings:
    """Columns of text (.csv, .tsv, .txt, .dat), also compressed."""


@attrs.frozen
class NpySettings:
    """One NumPy array: (time, variables), or one such table for each trajectory."""


@attrs.frozen
class NpzSettings:
    """Named NumPy arrays: x and t, or one array for each variable."""


@attrs.frozen
class ParquetSettings:
    """Columns of a Parquet or Feather (Arrow) file."""


@attrs.frozen
class MatlabSettings:
    """Arrays of a MATLAB file, also in structures."""

    variable: str | None = takens.plugin.parameter(
        None, summary="the one that is wanted; all where not given"
    )


@attrs.frozen
class TorchSettings:
    """A tensor, or named tensors, that torch has saved."""


@attrs.frozen
class ExcelSettings:
    """Sheets of an Excel file; needs takens[excel]."""

    sheet: str | None = takens.plugin.parameter(
        None, summary="the one that is wanted; all where not given"
    )


@attrs.frozen
class Hdf5Settings:
    """Arrays of an HDF5 file; needs takens[hdf5]."""

    group: str | None = takens.plugin.parameter(
        None, summary="the one that is wanted; all where not given"
    )


@attrs.frozen
class NetCdfSettings:
    """Variables of a netCDF file over time; needs takens[netcdf]."""


@attrs.frozen
class ZarrSettings:
    """Variables of a Zarr store over time; needs takens[zarr]."""


@attrs.frozen
class EdfSettings:
    """Signals of an EDF or BDF file, as of physiology; needs takens[edf]."""


@attrs.frozen
class HudsonBaySettings:
    """Pelts of hare and lynx at Hudson Bay, in thousands, 1900 to 1920, yearly.

    Source: Howard (2009), Modeling basics, after Purves et al., Life: the science of biology.
    """


@attrs.frozen
class SunspotsSettings:
    """Sunspot numbers, 1700 to 2008, yearly; needs takens[known].

    Source: the National Geophysical Data Center, as in statsmodels.
    """


@attrs.frozen
class ElNinoSettings:
    """Sea surface temperature off Peru, 1950 to 2010, monthly; needs takens[known].

    Source: the National Oceanic and Atmospheric Administration, as in statsmodels.
    """


@attrs.frozen
class NileSettings:
    """Flow of the Nile at Aswan, 1871 to 1970, yearly; needs takens[known].

    Source: Cobb (1978), The problem of the Nile, Biometrika 65, 243-251, as in statsmodels.
    """


@attrs.frozen
class MaunaLoaSettings:
    """Carbon dioxide at Mauna Loa, 1958 to 2001, weekly, with gaps; needs takens[known].

    Source: Keeling and Whorf, Scripps Institution of Oceanography, as in statsmodels.
    """


@attrs.frozen
class SimulatedSettings:
    """Recordings of known equations, from starts that scatter, with noise and gaps.

    Nothing is dropped at the beginning: the first sample is the start, and noisy as all are.
    """

    system: str = takens.plugin.parameter("lorenz63", summary="the equations, by their name")
    parameters: dict[str, float] = takens.plugin.parameter(
        attrs.Factory(dict[str, float]), summary="of the equations, as in { rho = 28 }"
    )
    trajectories: int = takens.plugin.parameter(
        1, unit="recordings", summary="from starts of their own", at_least=1
    )
    steps: int = takens.plugin.parameter(
        1_000, unit="samples", summary="of each recording", at_least=2
    )
    dt: float = takens.plugin.parameter(
        0.02, unit="time units", summary="between samples; a map takes one step", above=0
    )
    times: list[float] = takens.plugin.parameter(
        attrs.Factory(list[float]),
        unit="time units",
        summary="of the samples, instead of steps and dt",
    )
    start: list[float] = takens.plugin.parameter(
        attrs.Factory(list[float]), summary="that of the system if empty"
    )
    spread: float = takens.plugin.parameter(
        0.0, summary="standard deviation of the starts, in the data's units", at_least=0
    )
    noise: float = takens.plugin.parameter(
        0.0, summary="standard deviation of every sample, in the data's units", at_least=0
    )
    missing: float = takens.plugin.parameter(
        0.0, summary="share of the numbers, drawn at random", at_least=0, below=1
    )
