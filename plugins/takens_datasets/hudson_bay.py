"""Pelts of hare and lynx."""

from typing import Final, final

import numpy as np

import takens
from takens_datasets.settings import HudsonBaySettings

# fmt: off
_HARE: Final = (
    30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1,
    40.3, 57.0, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7,
)
_LYNX: Final = (
    4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4,
    8.0, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6,
)
# fmt: on


@final
class HudsonBay(HudsonBaySettings):
    """Pelts of hare and lynx, in thousands, as traded by the Hudson's Bay Company."""

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return one recording, `x: (21, 2)`, yearly from 1900."""
        series = takens.TimeSeries(
            np.arange(len(_HARE)),
            np.column_stack((_HARE, _LYNX)),
            ("hare", "lynx"),
            time_unit="year",
            units=("thousands", "thousands"),
            origin="1900",
            source=takens.plugin.Provenance(sheet="hudson_bay", columns=("hare", "lynx")),
        )
        return takens.Recordings([series])
