"""The reader of EDF, the European data format of physiology."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.array_table import columns_table
from takens_datasets.files import head_of, library
from takens_datasets.settings import EdfSettings
from takens_datasets.table_reader import TableReader


@final
class Edf(EdfSettings, TableReader):
    """Reads the signals of an EDF or BDF file, in their physical units.

    Signals of several rates are several tables, by their rates; annotations are left out.
    """

    suffixes = (".edf", ".bdf")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables of a file, with the times of samples in seconds.

        Raises: DataError where it is none.
        """
        head_of(path)
        edfio = library("edfio", path, "edf")
        read = edfio.read_bdf if path.suffix.lower() == ".bdf" else edfio.read_edf
        try:
            signals = [*read(path).signals]
        except Exception as error:  # edfio answers damage with almost any exception
            raise takens.errors.DataError(
                f"{path} is no EDF file, or is damaged; copy or export it again."
            ) from error
        rates = dict.fromkeys(signal.sampling_frequency for signal in signals)
        if not rates:
            raise takens.errors.DataError(f"{path} holds no signals.")
        found: dict[str, takens.plugin.Table] = {}
        for rate in rates:
            own = [signal for signal in signals if signal.sampling_frequency == rate]
            columns: dict[str, NDArray[Any]] = {s.label: s.data for s in own}
            time = next(name for name in ("time", "time of samples") if name not in columns)
            count = len(own[0].data)
            found["" if len(rates) == 1 else f"{rate:g} Hz"] = columns_table(
                path,
                {time: np.arange(count) / rate, **columns},
                noun="signal",
                units={signal.label: signal.physical_dimension for signal in own},
                clock=time,
                time_unit="s",
            )
        return found
