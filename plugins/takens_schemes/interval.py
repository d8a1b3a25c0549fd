"""The interval at which sparse forcing writes into the state."""

from __future__ import annotations

import math
from typing import Final, cast, final

import attrs
import torch
from torch import Tensor

import takens

_LONGEST_LAG: Final = 100
_MOST_SAMPLES: Final = 10_000
_BINS: Final = 32


@final
@attrs.frozen
class Interval:
    """A forcing interval, in ``samples``, and what it was chosen by."""

    samples: int
    chosen_by: str


def choose_interval(x: Tensor, dt: float) -> Interval:
    """Choose the predictability time ln 2 / lambda of `x: (trajectories, T, n)`.

    lambda is the largest exponent by how neighbours separate in the first trajectory. Where
    they show no exponential separation, it is the first minimum of the delayed mutual
    information, the median over variables, of at most 100 samples.

    Source: Mikhaeil, Monfared, Durstewitz (2022), NeurIPS, section 3.3; Rosenstein, Collins,
    De Luca (1993), Physica D 65, 117-134; Fraser and Swinney (1986), Independent coordinates
    for strange attractors from mutual information, Phys. Rev. A 33, 1134, section II.
    """
    first = takens.plugin.longest_stretch(x[0].detach().double().cpu())
    rate = _separation_rate(first[:_MOST_SAMPLES], dt)
    if rate is not None:
        samples = max(1, round(math.log(2) / (rate * dt)))
        return Interval(samples, f"the predictability time ln 2 / {rate:.3g}")
    lags = sorted(_first_minimum(column) for column in first.unbind(1))
    return Interval(lags[len(lags) // 2], "the first minimum of the delayed mutual information")


def _separation_rate(x: Tensor, dt: float) -> float | None:
    series = takens.TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, x)
    try:
        metric = cast(takens.plugin.SeriesMetric, takens.metrics.create("lyapunov_from_data"))
        rate = metric.compare(series, series).value
    except takens.InputError:
        # No such metric is installed, or the record is too short for it.
        return None
    return rate if rate is not None and rate > 0 else None


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
    """Return the mutual information of two records, in nats, by a histogram of equal bins."""
    pairs = torch.stack((a, b), 1)
    low, high = pairs.amin(0), pairs.amax(0)
    cells = ((pairs - low) / (high - low) * _BINS).long().clamp_(max=_BINS - 1)
    p = torch.bincount(cells[:, 0] * _BINS + cells[:, 1], minlength=_BINS**2).double()
    p = (p / p.sum()).view(_BINS, _BINS)
    independent = p.sum(1, keepdim=True) * p.sum(0, keepdim=True)
    there = p > 0
    return float((p[there] * (p[there] / independent[there]).log()).sum())
