"""Whether two parts of a record are of one law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._judging.criteria import Criteria
from takens._judging.equivalence import chance, holm, joined

_BLOCKS: Final = 6
_LEVEL: Final = 0.01
_USUAL: Final = Criteria()
# Kinds of evidence, and their tolerance where a user gives none.
_TOLERANCES: Final = {
    "mean": ("means", 0.15),
    "spread": ("ratios", 0.05),
    "pace": ("ratios", 0.05),
}


def difference(first: TimeSeries, second: TimeSeries, criteria: Criteria = _USUAL) -> str:
    """Return in what two records differ by more than is tolerated; empty for nothing.

    Compared are the mean, in standard deviations, the spread and the pace of every variable,
    each over blocks of time. What differs by less than the tolerance for such an effect is no
    change, however certain: cycles have next to no errors, and parts of them that do not end
    with a cycle differ a little.
    """
    found: list[tuple[float, str]] = []
    ours, theirs = _of_blocks(first.x), _of_blocks(second.x)
    size = ((first.x.var(0) + second.x.var(0)) / 2).sqrt()
    for what, blocks in ours.items():
        others = theirs[what]
        tolerance = criteria.tolerance.get(*_TOLERANCES[what])
        for i, name in enumerate(first.columns):
            off = abs(float(blocks[:, i].mean() - others[:, i].mean()))
            error, over = joined(_error(blocks[:, i]), _error(others[:, i]))
            most = tolerance * float(size[i]) if what == "mean" else tolerance
            p = chance(off - most, error, over) + chance(off + most, error, over)
            found.append((p, f"the {what} of {name}"))
    if not any(holm([p for p, _ in found], _LEVEL)):
        return ""
    return min(found)[1]


def _of_blocks(x: Tensor) -> Mapping[str, Tensor]:
    length = len(x) // _BLOCKS
    blocks = x[: length * _BLOCKS].reshape(_BLOCKS, length, -1)
    moved = blocks.diff(dim=1).abs().mean(1)
    return {"mean": blocks.mean(1), "spread": blocks.std(1).log(), "pace": moved.log()}


def _error(blocks: Tensor) -> tuple[float, int]:
    """Return the error of the mean of blocks, and what it is over, a trend left out."""
    count = len(blocks)
    t = torch.linspace(-1, 1, count).to(blocks)
    left = blocks - blocks.mean() - t * ((t @ blocks) / (t @ t))
    return float((left.square().sum() / (count - 2) / count).sqrt()), count - 1


def mean_period(series: TimeSeries) -> float:
    """Return the period of the mean frequency of `x: (T, n)`, in its time units."""
    x = series.x - series.x.mean(0)
    scaled = (x / x.std(0).clamp(min=1e-300)).numpy()
    power = (np.abs(np.fft.rfft(scaled, axis=0)) ** 2).sum(-1)
    return float(power.sum() / (power * np.fft.rfftfreq(len(scaled), series.dt)).sum())
