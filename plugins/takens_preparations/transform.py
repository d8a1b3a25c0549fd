"""A function of every value."""

from typing import final

import torch

import takens
from takens_preparations.series import State, changed
from takens_preparations.settings import TransformSettings

# The logarithm of the largest number in double precision is 709.8.
_LARGEST = 700.0


@final
class Transform(TransformSettings):
    """A function of every value, for what is positive or counted.

    The way back is the inverse of the function: it brings medians to medians, not means to
    means.

    Source: Anscombe (1948), The transformation of Poisson, binomial and negative-binomial
    data, Biometrika 35, 246-254.
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return an empty state.

        Raises: DataError where a value has no such function.
        """
        self.forward(series, {})
        return {}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Transform `x: (..., T, n)`.

        Raises: DataError where a value has no such function, with the offset that helps.
        """
        x = series.x + self._offset
        least = 0.0 if self.by == "log" else -1e-300
        low = (x <= least).nonzero()
        if len(low):
            name, value = series.columns[int(low[0][-1])], float(series.x[tuple(low[0])])
            most = float(series.x.nan_to_num(nan=torch.inf).min())
            remedy = 1 - most if self.by == "log" else -most
            raise takens.errors.DataError(
                f"Column {name!r} has the value {value:g}, which has no {self.by}; an "
                f"offset of {remedy:g} makes all of them positive."
            )
        y = x.log() if self.by == "log" else x.sqrt()
        y = 2 * y if self.by == "anscombe" else y
        return changed(series, y, columns=[f"{self.by} {name}" for name in series.columns])

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Apply the inverse function."""
        y = series.x
        if self.by == "log":
            x = y.clamp(max=_LARGEST).exp()
        else:
            x = (y / 2 if self.by == "anscombe" else y).clamp(min=0).square()
        return changed(before, x - self._offset, t=series.t)

    @property
    def _offset(self) -> float:
        return self.offset + (0.375 if self.by == "anscombe" else 0.0)
