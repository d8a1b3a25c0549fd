"""Less a polynomial of time."""

from typing import Any, cast, final

import torch
from torch import Tensor

import takens
from takens_preparations.series import State, changed, flat
from takens_preparations.settings import DetrendSettings


@final
class Detrend(DetrendSettings):
    """Every variable less a polynomial of time, which is added again to what comes out.

    The polynomial goes on beyond the data, so that of a high order it soon is far away.
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return ``coefficients: (order + 1, n)`` by least squares, and their clock."""
        first, span = series.t[0], series.t[-1] - series.t[0]
        clock = {"first": first, "span": span}
        powers = self._powers(series.t, clock)
        records = flat(series).reshape(-1, len(series), series.dim)
        inputs = powers.repeat(len(records), 1)
        targets = records.reshape(-1, series.dim)
        known = targets.isfinite()
        fits: list[Tensor] = [
            cast(Any, torch.linalg).lstsq(inputs[there], target[there][:, None]).solution
            for there, target in zip(known.T, targets.T, strict=True)
        ]
        return clock | {"coefficients": torch.cat(fits, 1)}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Take the trend away from `x: (..., T, n)`."""
        return changed(series, series.x - self._powers(series.t, state) @ state["coefficients"])

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Add the trend of these times."""
        trend = self._powers(series.t, state) @ state["coefficients"]
        return changed(before, series.x + trend, t=series.t)

    def _powers(self, t: Tensor, clock: State) -> Tensor:
        # Of times between -1 and 1 in the data, which keeps the fit well conditioned.
        scaled = 2 * (t - clock["first"]) / clock["span"] - 1
        return torch.stack([scaled**power for power in range(self.order + 1)], -1)
