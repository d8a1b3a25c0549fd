"""What coverage is counted on: cheap processes with known answers, drawn many at once."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A nominal 95 % is to hold between these shares of the draws.
NOMINAL = (0.90, 0.98)


def autoregressive(draws: int, samples: int, memory: float, seed: int) -> Array:
    """Draw stationary AR(1) records of variance 1, `(draws, samples)`; 0 remembers nothing."""
    random = np.random.default_rng(seed)
    shocks = random.standard_normal((draws, samples))
    x = np.empty((draws, samples))
    x[:, 0] = shocks[:, 0]
    for i in range(1, samples):
        x[:, i] = memory * x[:, i - 1] + np.sqrt(1 - memory**2) * shocks[:, i]
    return x


def held(low: Array, truth: float, high: Array) -> float:
    """Return the share of intervals that hold the truth."""
    return float(np.mean((low <= truth) & (truth <= high)))
