"""Fewer samples."""

from typing import Final, final

import takens
from takens_preparations.series import KeepsSamples, State, changed, complete, interval
from takens_preparations.settings import DecimateSettings
from takens_preparations.smoothing import smoothed

# Of the highest frequency that the samples which are kept can hold.
_SHARE: Final = 0.8
_ORDER: Final = 8


@final
class Decimate(DecimateSettings, KeepsSamples):
    """Every so-many-th sample, of what is slow enough for that.

    What is generated has the longer interval.
    """

    exact = False

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return an empty state.

        Raises: DataError where samples are not equally spaced.
        """
        interval(series, "decimate")
        complete(series, "decimate")
        return {}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Filter `x: (..., T, n)`, and keep the last sample and every ``every``-th before it.

        Raises: DataError where fewer than two samples are left.
        """
        if len(series) <= self.every:
            raise takens.errors.DataError(
                f"Of every {self.every} samples one is kept, and there are {len(series)}."
            )
        kept = slice((len(series) - 1) % self.every, None, self.every)
        x = smoothed(series.x, _SHARE / self.every, _ORDER)
        return changed(series, x[..., kept, :], t=series.t[kept])
