"""Short gaps, filled."""

import itertools
from typing import Any, cast, final

import numpy as np
from scipy.interpolate import PchipInterpolator

import takens
from takens_preparations.series import Array, KeepsSamples, State, array, changed, tensor
from takens_preparations.settings import FillGapsSettings


@final
class FillGaps(FillGapsSettings, KeepsSamples):
    """Short gaps filled by cubic pieces that do not overshoot; long ones stay.

    Gaps at the ends stay, too.

    Source: Fritsch, Butland (1984), A method for constructing local monotone piecewise cubic
    interpolants, SIAM J. Sci. Stat. Comput. 5, 300-304.
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return an empty state."""
        return {}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Fill `x: (..., T, n)`."""
        if series.mask is None:
            return series
        t, x = array(series.t), array(series.x).copy()
        columns = x.reshape(-1, *x.shape[-2:]).swapaxes(1, 2).reshape(-1, len(t))
        for column in columns:
            self._fill(t, column)
        filled = columns.reshape(-1, x.shape[-1], len(t)).swapaxes(1, 2).reshape(x.shape)
        return changed(series, tensor(filled).to(series.x))

    def _fill(self, t: Array, x: Array) -> None:
        gone = np.isnan(x)
        known = np.flatnonzero(~gone)
        if not gone.any() or len(known) < 2:
            return
        spline: Any = cast(Any, PchipInterpolator)(t[known], x[known])
        # Between two known samples that are next to each other nothing is missing.
        for before, after in itertools.pairwise(known):
            if 1 < after - before <= self.longest + 1:
                x[before + 1 : after] = spline(t[before + 1 : after])
