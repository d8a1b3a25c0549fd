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
    """What comes after the ``known`` record, at whose end time is zero, in the data's units.

    It is the ``series`` with a fan around it, which reaches as far as the ``width``,
    `(steps, n)`, and upwards as far as ``above``, where that is another. The fan is to
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
    above: Tensor | None = None

    @property
    def low(self) -> Tensor:
        """The lower edge of the fan, `(steps, n)`."""
        return self.series.x - self.width

    @property
    def high(self) -> Tensor:
        """The upper edge of the fan, `(steps, n)`."""
        return self.series.x + (self.width if self.above is None else self.above)

    def to_json(self) -> Mapping[str, Any]:
        """Return the numbers as JSON types."""
        return {
            "level": self.level,
            "coverage": self.coverage,
            "coverage_interval": self.interval,
            "starts": self.starts,
            "t": self.series.t.tolist(),
            "x": self.series.x.tolist(),
            "columns": self.series.columns,
            "units": self.series.units,
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "half_width": ((self.high - self.low) / 2).tolist(),
        }
