"""A forecast with its fan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import attrs
from torch import Tensor

from takens._data.time_series import TimeSeries


@final
@attrs.frozen(eq=False)
class Forecast:
    """What comes after the ``known`` record, at whose end time is zero.

    It is the ``series`` with half the ``width`` of a fan around it, `(steps, n)`. The fan is to
    hold a share ``level``. Of the numbers of data that were held out it holds the share
    ``coverage``, from ``starts`` that do not overlap, with a 95 % ``interval`` over these.
    """

    series: TimeSeries
    width: Tensor
    known: TimeSeries
    level: float
    coverage: float
    starts: int
    interval: tuple[float, float]

    def to_json(self) -> Mapping[str, Any]:
        """Return the numbers as JSON types."""
        return {
            "level": self.level,
            "coverage": self.coverage,
            "coverage_interval": self.interval,
            "starts": self.starts,
            "t": self.series.t.tolist(),
            "x": self.series.x.tolist(),
            "half_width": self.width.tolist(),
        }
