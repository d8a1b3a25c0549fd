"""What is slow."""

from typing import final

import takens
from takens_preparations.series import KeepsSamples, State, changed, complete, interval
from takens_preparations.settings import LowPassSettings
from takens_preparations.smoothing import smoothed


@final
class LowPass(LowPassSettings, KeepsSamples):
    """What is slower than a frequency, by a Butterworth filter that shifts nothing in time.

    The last samples before a forecast are filtered with a reflection of themselves for their
    future, and are less sure than the others.
    """

    exact = False

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return an empty state.

        Raises: DataError where the sampling cannot hold the frequency.
        """
        self._share(series)
        complete(series, "low_pass")
        return {}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Filter `x: (..., T, n)`."""
        return changed(series, smoothed(series.x, self._share(series), self.order))

    def _share(self, series: takens.TimeSeries) -> float:
        highest = 0.5 / interval(series, "low_pass")
        if self.cutoff >= highest:
            raise takens.errors.DataError(
                f"The cutoff {self.cutoff:g} is beyond {highest:g}, the highest frequency that "
                "these samples hold; choose a lower one, or leave low_pass out."
            )
        return self.cutoff / highest
