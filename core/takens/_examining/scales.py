"""Measuring the sizes and times of data, from which settings follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from torch import Tensor

from takens._dynamics.gaps import longest_stretch
from takens._embedding.arrays import Array, standardised
from takens._embedding.memory import correlation_time
from takens._examining.periods import periods_of
from takens._judging.noise import noise_levels
from takens._protocols.scales import Scales
from takens.errors import DataError

# Scales of so many samples are those of all.
_MOST: Final = 20_000
_FEWEST: Final = 50
_SHARE: Final = 0.95


def scales_of(records: Sequence[Tensor]) -> Scales:
    """Measure the scales of records, `(T, n)` each, by the longest stretch without gaps.

    Raises: DataError where that is too short, or a variable does not vary.
    """
    known = [longest_stretch(x.detach().cpu().double()) for x in records]
    longest = max(known, key=len)[:_MOST]
    if len(longest) < _FEWEST:
        raise DataError(
            f'"auto" follows from at least {_FEWEST} samples in a row, and there are '
            f"{len(longest)}; give numbers in its place."
        )
    x = standardised(longest.numpy())
    levels = [level for level in noise_levels(x) if level is not None]
    noise = float(np.median(levels)) if levels else 0.0
    periods = periods_of(x)
    return Scales(
        variables=x.shape[1],
        period=periods.dominant[0] if periods.dominant else periods.mean,
        fast=_fast(x, noise),
        memory=correlation_time(x),
        noise=noise,
        dimension=_dimension(x, noise),
    )


def _fast(x: Array, noise: float) -> float:
    # Of the standardised variance a share is noise, which changes by twice that every step.
    share = noise**2 / (1 + noise**2)
    change = np.square(np.diff(x, axis=0)).mean(0) - 2 * share
    slowest = 1e-6 * (1 - share)
    return float(np.sqrt((1 - share) / np.maximum(change, slowest)).min())


def _dimension(x: Array, noise: float) -> int:
    """Count the principal components that hold most of what is no noise."""
    share = noise**2 / (1 + noise**2)
    values = np.linalg.eigvalsh(np.cov(x.T).reshape(x.shape[1], -1))[::-1]
    signal = np.maximum(values - share, 0.0)
    total = float(signal.sum())
    if total <= 0:
        return x.shape[1]
    return int((signal.cumsum() < _SHARE * total).sum()) + 1
