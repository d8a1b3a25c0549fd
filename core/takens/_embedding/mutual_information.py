"""What a sample tells of a later one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from takens._embedding.arrays import Array, Places, matrix
from takens.errors import DataError, InputError

_MOST_BINS: Final = 64
_PER_CELL: Final = 10


def mutual_information(x: Tensor, lags: Sequence[int]) -> Tensor:
    """Return the mutual information of samples of `x: (T,)` and those ``lags`` later, in nats.

    It is that of bins which hold equally many samples each, about ten a cell, less the bias
    of as many cells as are occupied. Of a Gaussian process with correlations up to 0.9 it is
    within a twentieth at 10,000 independent samples. It cannot exceed the logarithm of the
    number of bins, so that short lags of smooth series come out too low.

    Raises: InputError for lags that the record does not have.

    Source: Fraser, Swinney (1986), Phys. Rev. A 33, 1134-1140; Roulston (1999), Physica D 125,
    285-294 (for the bias).
    """
    values = matrix(x)[:, 0]
    if not lags or min(lags) < 0 or max(lags) > len(values) - 2:
        raise InputError(
            f"Lags are from 0 to {len(values) - 2} samples for {len(values)} samples; got "
            f"{list(lags)[:5]}."
        )
    bins, count = binned(values)
    return torch.tensor([of_bins(bins, count, lag) for lag in lags], dtype=torch.float64)


def binned(values: Array) -> tuple[Places, int]:
    """Return in which bin every value is, and how many bins there are.

    Raises: DataError where there are fewer than 20 values, or all are the same.
    """
    if len(values) < 2 * _PER_CELL or np.ptp(values) == 0:
        raise DataError(
            "Mutual information is that of at least 20 samples that vary; got "
            f"{len(values)}{'' if len(values) < 20 else ' that are all the same'}."
        )
    count = int(np.clip(np.sqrt(len(values) / _PER_CELL), 2, _MOST_BINS))
    edges = np.unique(np.quantile(values, np.arange(1, count) / count))
    return np.searchsorted(edges, values, side="right").astype(np.int64), len(edges) + 1


def of_bins(bins: Places, count: int, lag: int) -> float:
    """Return the mutual information at one lag, in nats."""
    joint = np.bincount(bins[: len(bins) - lag] * count + bins[lag:], minlength=count * count)
    joint = joint.reshape(count, count).astype(np.float64)
    samples = joint.sum()
    rows, columns = joint.sum(1), joint.sum(0)
    full = joint > 0
    expected = np.outer(rows, columns)[full] / samples
    told = float((joint[full] * np.log(joint[full] / expected)).sum() / samples)
    cells = int(full.sum()) - int((rows > 0).sum()) - int((columns > 0).sum()) + 1
    return told - cells / (2 * samples)
