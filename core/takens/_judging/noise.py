"""Observation noise of the record that is judged against."""

from __future__ import annotations

import math
from typing import Final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens.errors import ConfigurationError

# Differences of this order leave next to nothing of a signal that is sampled finely.
_ORDER: Final = 6


def check_noise(level: float | str) -> None:
    """Refuse what is no level of noise.

    Raises: ConfigurationError.
    """
    if level != "estimate" if isinstance(level, str) else not 0 <= level < math.inf:
        raise ConfigurationError(
            f'judge.noise is a number of at least 0, or "estimate"; got {level!r}.'
        )


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

    It is what differences of high order are made of; a signal contributes to them where it is
    sampled coarsely, so that of maps nothing is told. The median over the variables.

    Source: Hall, Kay, Titterington (1990), Asymptotically optimal difference-based estimation
    of variance in nonparametric regression, Biometrika 77, 521-528.
    """
    x = series.x
    noise = x.diff(n=_ORDER, dim=-2).square().mean(-2) / math.comb(2 * _ORDER, _ORDER)
    whole = x.var(-2)
    share = (noise / whole).reshape(-1, series.dim).mean(0).clamp(max=1 - 1e-9).median()
    return float((share / (1 - share)).sqrt())
