"""Outliers, taken for missing."""

from typing import final

import numpy as np
import torch

import takens
from takens_preparations.series import Array, KeepsSamples, State, array, changed
from takens_preparations.settings import MaskOutliersSettings

# A normal distribution's standard deviation in units of the median distance.
_ROBUST = 1.4826


@final
class MaskOutliers(MaskOutliersSettings, KeepsSamples):
    """Values far from their neighbours taken for missing; fill_gaps may fill them then.

    Source: Pearson (2002), Outliers in process modeling and identification, IEEE Trans.
    Control Syst. Technol. 10, 55-63 (the Hampel filter).
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return ``scale: (n,)``, the median spread of the neighbours."""
        _, spread = self._local(series)
        return {"scale": torch.from_numpy(np.nanmedian(spread.reshape(-1, series.dim), 0))}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Mask what is ``beyond`` so many spreads from the median of its neighbours."""
        middle, spread = self._local(series)
        off = np.abs(array(series.x) - middle)
        bound = self.beyond * np.maximum(spread, array(state["scale"]))
        x = series.x.masked_fill(torch.from_numpy((off > bound) & (bound > 0)), torch.nan)
        return changed(series, x)

    def _local(self, series: takens.TimeSeries) -> tuple[Array, Array]:
        # The median of the neighbours, and their median distance from it.
        x, half = array(series.x), self.width // 2
        pad = [(0, 0)] * (x.ndim - 2) + [(half, half), (0, 0)]
        padded = np.pad(x, pad, constant_values=np.nan)
        near = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=-2)
        with np.errstate(all="ignore"):
            # Where the series is steep, what is spread along its slope is no scatter.
            steps = np.arange(-half, half + 1)
            near = near - _median(np.diff(near, axis=-1))[..., None] * steps
            middle = _median(near)
            return middle, _ROBUST * _median(np.abs(near - middle[..., None]))


def _median(values: Array) -> Array:
    # Of what is there; where nothing is, there is no median and no warning.
    ordered = np.sort(values, -1)
    known = np.isfinite(ordered).sum(-1)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    pairs = (np.take_along_axis(ordered, at[..., None], -1)[..., 0] for at in (low, high))
    first, second = pairs
    high_enough = known > 0
    found = np.where(known % 2 == 1, first, (first + second) / 2)
    return np.where(high_enough, found, np.nan)
