"""The way from samples that were prepared back to the data that they were made of."""

from __future__ import annotations

from typing import Final, final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._preparing.preparations import Preparations

# Samples before a start that preparations look at; they look at few.
_BEFORE: Final = 4_000


@final
@attrs.frozen(eq=False)
class WayBack:
    """Where a prepared series comes from: its zero of time is ``start`` in the ``record``."""

    preparations: Preparations
    record: TimeSeries
    start: float

    def before(self, at: float) -> TimeSeries:
        """Return the data as they were, up to a time of the prepared series."""
        close = 1e-6 * float(self.record.t.diff().median())
        stop = int(torch.searchsorted(self.record.t, self.start + at + close))
        return self.record[max(0, stop - _BEFORE) : stop]

    def __call__(self, series: TimeSeries, at: float) -> TimeSeries:
        """Bring `x: (..., T, n)` that follows on a time of the prepared series into its units.

        Times of both count from there.
        """
        series = attrs.evolve(series, x=series.x.double(), inputs=None)
        found = self.preparations.inverse(series, self.before(at))
        return attrs.evolve(found, source=None)
