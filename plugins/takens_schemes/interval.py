"""The interval at which sparse forcing writes into the state."""

from __future__ import annotations

import math
from typing import Final, final

import attrs
import torch
from torch import Tensor

_LONGEST_LAG: Final = 100
_BINS: Final = 32


@final
@attrs.frozen
class Interval:
    """A forcing interval, in ``samples``, and what it was chosen by."""

    samples: int
    chosen_by: str


def choose_interval(x: Tensor, dt: float) -> Interval:
    """Choose the first minimum of the delayed mutual information of `x: (trajectories, T, n)`.

    The median over variables, of at most 100 samples.

    Source: Fraser and Swinney (1986), Independent coordinates for strange attractors from
    mutual information, Phys. Rev. A 33, 1134, section II.
    """
    lags = sorted(_first_minimum(column) for column in x[0].detach().double().cpu().unbind(1))
    return Interval(lags[len(lags) // 2], "the first minimum of the delayed mutual information")


def _first_minimum(column: Tensor) -> int:
    longest = min(_LONGEST_LAG, len(column) // 10)
    before = math.inf
    for lag in range(1, longest + 1):
        information = _mutual_information(column[:-lag], column[lag:])
        if information >= before:
            return lag - 1
        before = information
    return max(longest, 1)


def _mutual_information(a: Tensor, b: Tensor) -> float:
    """Give the mutual information of two records, in nats, by a histogram of equal bins."""
    pairs = torch.stack((a, b), 1)
    low, high = pairs.amin(0), pairs.amax(0)
    cells = ((pairs - low) / (high - low) * _BINS).long().clamp_(max=_BINS - 1)
    p = torch.bincount(cells[:, 0] * _BINS + cells[:, 1], minlength=_BINS**2).double()
    p = (p / p.sum()).view(_BINS, _BINS)
    independent = p.sum(1, keepdim=True) * p.sum(0, keepdim=True)
    there = p > 0
    return float((p[there] * (p[there] / independent[there]).log()).sum())
