"""Standard errors of means over starts, of which neighbours share data."""

import numpy as np

from takens_metrics.records import Array

BLOCKS = 20


def all_but_one(per_start: Array, blocks: int) -> Array:
    """Return the mean of `(starts, ...)` without one of the blocks in time: `(blocks, ...)`."""
    parts = np.array_split(per_start, blocks)
    sums = np.stack([part.sum(0) for part in parts])
    sizes = np.array([len(part) for part in parts]).reshape(-1, *[1] * (sums.ndim - 1))
    left = np.asarray(sums.sum(0) - sums, dtype=np.float64)
    return left / (len(per_start) - sizes)


def jackknife_error(left_out: Array) -> Array:
    """Return the standard errors of statistics, from those without each block: `(blocks, ...)`.

    Source: Efron (1982), The jackknife, the bootstrap and other resampling plans, eq. 3.1.
    """
    blocks = len(left_out)
    spread = np.square(left_out - left_out.mean(0)).sum(0)
    return np.sqrt(spread * (blocks - 1) / blocks)
