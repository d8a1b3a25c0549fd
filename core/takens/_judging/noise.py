"""Observation noise of measured variables, and of the record that is judged against."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
import torch

from takens._data.time_series import TimeSeries
from takens._embedding.arrays import Array
from takens._embedding.memory import correlation_time
from takens.errors import ConfigurationError, DataError

# What may stand for a number.
WORDS: Final = ("estimate", "learned")
_LOWEST: Final = 2
_HIGHEST: Final = 12
# Where the estimate still falls by so much over the last four orders, it is of the signal.
_FALLING: Final = 0.75
# Below this part of the variance, nothing depends on how much it is exactly.
_LITTLE: Final = 1e-4


def check_noise(level: float | str) -> None:
    """Refuse what is no level of noise.

    Raises: ConfigurationError.
    """
    if level not in WORDS if isinstance(level, str) else not 0 <= level < math.inf:
        raise ConfigurationError(
            f'judge.noise is a number of at least 0, "estimate" or "learned"; got {level!r}.'
        )


def as_learned(level: float | str, found: Mapping[str, Any]) -> float | str:
    """Return the noise that a scheme ``found`` where ``"learned"`` stands for it.

    Raises: ConfigurationError where it found none.
    """
    if level != "learned":
        return level
    if not isinstance(found.get("noise"), float):
        raise ConfigurationError(
            'judge.noise = "learned" takes the noise that a scheme finds while it trains, and '
            "this one has found none; choose a scheme that does, or give a number or "
            '"estimate".'
        )
    return float(found["noise"])


def with_noise(
    series: TimeSeries, level: float, truth: TimeSeries, seed: int = 0
) -> TimeSeries:
    """Add noise of ``level`` standard deviations of the truth to `x: (..., T, n)`."""
    if level == 0:
        return series
    scale = truth.x.reshape(-1, truth.dim).std(0) / math.hypot(1.0, level)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(series.x.shape, generator=generator, dtype=torch.float64)
    return attrs.evolve(series, x=series.x + level * scale * drawn)


def noise_level(series: TimeSeries) -> float:
    """Estimate the noise of `x: (..., T, n)`, in standard deviations of the signal.

    The median over variables and trajectories; see ``noise_levels``.

    Raises: DataError where samples are too far apart to tell.
    """
    parts = series.x.reshape(-1, *series.x.shape[-2:]).numpy()
    known = [level for x in parts for level in noise_levels(x) if level is not None]
    if not known:
        raise DataError(
            "The noise of what is judged against cannot be estimated, since its samples are "
            "too far apart; give judge.noise (or --noise) as a number, 0 where there is none."
        )
    return statistics.median(known)


def noise_levels(x: Array) -> list[float | None]:
    """Estimate the noise of each variable of `x: (T, n)`, in standard deviations of the signal.

    It is what differences of high order are made of; of orders 2 to 12 the least estimate is
    taken, since a signal only adds. None where samples are too far apart to tell.

    Source: Hall, Kay, Titterington (1990), Asymptotically optimal difference-based estimation
    of variance in nonparametric regression, Biometrika 77, 521-528.
    """
    return [_level(column) for column in x.T]


def _level(x: Array) -> float | None:
    whole = float(x.var())
    if len(x) <= 4 * _HIGHEST or whole <= 0 or correlation_time(x[:, None]) < 2:
        return None
    found: list[float] = []
    changes = np.diff(x)
    for order in range(_LOWEST, _HIGHEST + 1):
        changes = np.diff(changes)
        found.append(float(np.square(changes).mean()) / math.comb(2 * order, order))
    least = min(found)
    if found[-1] == least and found[-1] < _FALLING * found[-5] and least > _LITTLE * whole:
        return None
    share = min(least / whole, 1 - 1e-9)
    return math.sqrt(share / (1 - share))
