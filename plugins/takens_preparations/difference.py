"""Changes between samples."""

from typing import final

import torch

import takens
from takens_preparations.series import State, changed, complete, interval
from takens_preparations.settings import DifferenceSettings


@final
class Difference(DifferenceSettings):
    """Changes from one sample to a later one, summed up again from the last ones.

    Errors of what is generated add up with the sum.
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return an empty state.

        Raises: DataError where samples are not equally spaced.
        """
        interval(series, "difference")
        complete(series, "difference")
        return {}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Return `x: (..., T - lag, n)`.

        Raises: DataError where the series is shorter.
        """
        if len(series) < self.lag + 2:
            raise takens.errors.DataError(
                f"A difference over {self.lag} samples needs {self.lag + 2} samples or more; "
                f"got {len(series)}."
            )
        x = series.x[..., self.lag :, :] - series.x[..., : -self.lag, :]
        names = [f"change of {name}" for name in series.columns]
        t = series.t[self.lag :]
        return changed(series, x, t=t, columns=names, units=series.units)

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Sum up from the last samples of ``before``."""
        last = before.x[..., -self.lag :, :].to(series.x)
        x = torch.empty_like(series.x)
        for phase in range(min(self.lag, len(series))):
            of_phase = slice(phase, None, self.lag)
            x[..., of_phase, :] = (
                series.x[..., of_phase, :].cumsum(-2) + last[..., phase : phase + 1, :]
            )
        return changed(before, x, t=series.t)
