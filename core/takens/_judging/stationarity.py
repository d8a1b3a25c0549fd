"""Whether two parts of a record are of one law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._judging.equivalence import chance, holm, joined

_BLOCKS: Final = 6
_LEVEL: Final = 0.01


def difference(first: TimeSeries, second: TimeSeries) -> str:
    """Return in what two records differ by more than their errors allow; empty for nothing.

    Compared are the mean, the spread and the pace of every variable, each over blocks of
    time.
    """
    found: list[tuple[float, str]] = []
    ours, theirs = _of_blocks(first.x), _of_blocks(second.x)
    for what, blocks in ours.items():
        others = theirs[what]
        for i, name in enumerate(first.columns):
            off = abs(float(blocks[:, i].mean() - others[:, i].mean()))
            error, over = joined(_error(blocks[:, i]), _error(others[:, i]))
            found.append((2 * chance(off, error, over), f"the {what} of {name}"))
    if not any(holm([p for p, _ in found], _LEVEL)):
        return ""
    return min(found)[1]


def _of_blocks(x: Tensor) -> Mapping[str, Tensor]:
    length = len(x) // _BLOCKS
    blocks = x[: length * _BLOCKS].reshape(_BLOCKS, length, -1)
    moved = blocks.diff(dim=1).abs().mean(1)
    return {"mean": blocks.mean(1), "spread": blocks.std(1).log(), "pace": moved.log()}


def _error(blocks: Tensor) -> tuple[float, int]:
    return float(blocks.std() / len(blocks) ** 0.5), len(blocks)


def mean_period(series: TimeSeries) -> float:
    """Return the period of the mean frequency of `x: (T, n)`, in its time units."""
    x = series.x - series.x.mean(0)
    scaled = (x / x.std(0).clamp(min=1e-300)).numpy()
    power = (np.abs(np.fft.rfft(scaled, axis=0)) ** 2).sum(-1)
    return float(power.sum() / (power * np.fft.rfftfreq(len(scaled), series.dt)).sum())
