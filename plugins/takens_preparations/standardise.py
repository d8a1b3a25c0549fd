"""Mean zero and standard deviation one."""

from typing import final

import takens
from takens_preparations.series import State, changed, flat
from takens_preparations.settings import StandardiseSettings


@final
class Standardise(StandardiseSettings):
    """Every variable less its mean, over its standard deviation."""

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return ``mean`` and ``scale``, `(n,)` each.

        Raises: DataError where a variable does not vary.
        """
        x = flat(series)
        mean = x.nanmean(0)
        count = x.isfinite().sum(0)
        scale = ((x - mean).square().nansum(0) / (count - 1).clamp(min=1)).sqrt()
        still = (scale <= 1e-12 * (1 + mean.abs())).nonzero()
        if len(still):
            raise takens.errors.DataError(
                f"Column {series.columns[int(still[0])]!r} does not vary; leave it out."
            )
        return {"mean": mean, "scale": scale}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Standardise `x: (..., T, n)`."""
        return changed(series, (series.x - state["mean"]) / state["scale"], units=())

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Return to the units of the data."""
        return changed(before, series.x * state["scale"] + state["mean"], t=series.t)
