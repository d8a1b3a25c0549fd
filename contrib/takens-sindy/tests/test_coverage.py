"""Errors of coefficients, counted over regressions with known ones."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal, stats
from takens_sindy.regression import Rows, regress
from takens_sindy.settings import SparseSettings

Array = NDArray[np.float64]


def remembering(columns: int, rows: int, memory: float, seed: int) -> Array:
    """Draw columns of variance 1, each sample a part of the one before: `(rows, columns)`."""
    white = np.random.default_rng(seed).standard_normal((rows + 50, columns))
    scale = (1 - memory**2) ** 0.5
    filtering: Any = signal
    found = filtering.lfilter([scale], [1, -memory], white, axis=0)
    return np.asarray(found[50:], dtype=np.float64)


@pytest.mark.parametrize("memory", [0.0, 0.7])
@pytest.mark.parametrize("draws", [2, pytest.param(16, marks=pytest.mark.slow)])
def test_errors_cover_the_coefficients(draws: int, memory: float) -> None:
    # Fifty equations in each regression, with noise of their own, and four terms in each.
    equations, rows, block = 50, 1_200, 8 if memory else 1
    known = np.array([1.0, -2.0, 0.8, 1.5])
    settings = SparseSettings(obs_dim=equations, optimiser="stlsq")
    wide = float(stats.t.ppf(0.975, settings.resamples - 1))
    inside: list[float] = []
    for seed in range(draws):
        features = remembering(4, rows, memory, seed)
        noise = remembering(equations, rows, memory, 1_000 + seed)
        targets = features @ np.tile(known, (equations, 1)).T + noise
        found = regress(Rows(features, targets, block), settings)
        inside.append(float((np.abs(found.coefficients - known) <= wide * found.errors).mean()))
    assert 0.90 <= float(np.mean(inside)) <= 0.98, np.mean(inside)
