"""Series that statsmodels brings."""

import importlib
import warnings
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.settings import (
    ElNinoSettings,
    MaunaLoaSettings,
    NileSettings,
    SunspotsSettings,
)


@final
class Sunspots(SunspotsSettings):
    """Sunspot numbers, yearly means."""

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return one recording, `x: (309, 1)`, yearly from 1700."""
        frame = _frame("sunspots")
        return _one("sunspots", frame["SUNACTIVITY"].to_numpy(), "year", "1700")


@final
class ElNino(ElNinoSettings):
    """Sea surface temperature between 0 and 10 degrees south, 80 and 90 degrees west."""

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return one recording, `x: (732, 1)`, monthly from January 1950."""
        frame = _frame("elnino")
        months = frame.drop(columns="YEAR").to_numpy().ravel()
        return _one("temperature", months, "month", "1950-01", "°C")


@final
class Nile(NileSettings):
    """Volume that flows past Aswan in a year."""

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return one recording, `x: (100, 1)`, yearly from 1871."""
        return _one("flow", _frame("nile")["volume"].to_numpy(), "year", "1871", "10^8 m^3")


@final
class MaunaLoa(MaunaLoaSettings):
    """Carbon dioxide in the air, weekly means; 59 weeks are missing."""

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return one recording, `x: (2284, 1)`, every 7 days from 29 March 1958."""
        values = _frame("co2")["co2"].to_numpy()
        return _one("co2", values, "d", "1958-03-29", "ppm", every=7.0)


def _frame(name: str) -> Any:
    """Return a frame of statsmodels.

    Raises: DataError where it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = importlib.import_module(f"statsmodels.datasets.{name}")
            return held.load_pandas().data
    except ImportError as error:
        raise takens.errors.DataError(
            f"The data {name!r} are those of statsmodels, which is not installed; "
            "pip install 'takens[known]' installs it."
        ) from error


def _one(
    name: str,
    values: NDArray[Any],
    unit_of_time: str,
    origin: str,
    unit: str = "",
    every: float = 1.0,
) -> takens.Recordings:
    x = values.astype(np.float64)[:, None]
    series = takens.TimeSeries(
        every * np.arange(len(x)),
        x,
        (name,),
        time_unit=unit_of_time,
        units=(unit,),
        mask=np.isfinite(x),
        origin=origin,
        source=takens.plugin.Provenance(sheet=name, columns=(name,)),
    )
    return takens.Recordings([series])
