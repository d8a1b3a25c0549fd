"""Rows that a recording does not have, as samples that are missing."""

import attrs
import torch

from takens._data.sampling import with_missing_rows
from takens._data.time_series import TimeSeries


def on_even_grid(series: TimeSeries) -> TimeSeries:
    """Return `x: (T, n)` with a sample for each row that its times leave out, which is missing.

    Where steps differ otherwise, or there are inputs, it is as it was.
    """
    if series.regular or series.inputs is not None:
        return series
    x = series.x.detach().cpu().double().numpy()
    t, whole, _ = with_missing_rows(series.t.numpy(), x, "sample {}".format)
    found = torch.from_numpy(whole).to(series.x)
    return attrs.evolve(series, t=torch.from_numpy(t), x=found, mask=found.isfinite())
