"""Linear surrogates of data: what a process without nonlinear dynamics would look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs
import numpy as np
import numpy.typing as npt
import torch

from takens._data.time_series import TimeSeries

_ORDERS: Final = (1, 2, 4, 8, 16)
_WARM_UP: Final = 1_000


def surrogates(series: TimeSeries, seed: int = 0) -> Mapping[str, TimeSeries]:
    """Return surrogates of `x: (T, n)` by the names of how they are made.

    Both have the spectra of the data, and none of its nonlinear structure.
    """
    random = np.random.default_rng(seed)
    x = series.x.detach().cpu().double().numpy()
    made = {
        "phase_randomised": phase_randomised(x, random),
        "autoregressive": autoregressive(x, random),
    }
    return {name: attrs.evolve(series, x=torch.from_numpy(y)) for name, y in made.items()}


def phase_randomised(
    x: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return `x: (T, n)` with the phases of its Fourier transform turned at random.

    All variables are turned alike, which keeps their cross-spectra.

    Source: Prichard, Theiler (1994), Generating surrogate data for time series with several
    simultaneously measured variables, Phys. Rev. Lett. 73, 951-954.
    """
    mean = x.mean(0)
    transform = np.fft.rfft(x - mean, axis=0)
    phases = random.uniform(0, 2 * np.pi, len(transform))
    # The highest frequency of an even number of samples has a real part only.
    phases[0] = phases[-1] = 0.0
    turned = transform * np.exp(1j * phases)[:, None]
    return np.fft.irfft(turned, len(x), axis=0) + mean


def autoregressive(
    x: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return a realisation of the linear autoregressive model that fits `x: (T, n)` best.

    Its order is chosen by Akaike's criterion, its noise is drawn from the residuals.

    Source: Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, chapters 3
    and 4.
    """
    samples, n = x.shape
    mean, spread = x.mean(0), x.std(0)
    scaled = (x - mean) / spread
    most = max((p for p in _ORDERS if samples > 10 * (p * n + 1)), default=1)
    fits: list[tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []
    for order in (p for p in _ORDERS if p <= most):
        past = np.concatenate(
            [scaled[most - lag : samples - lag] for lag in range(1, order + 1)], 1
        )
        weights = _fit(past, scaled[most:])
        residuals = scaled[most:] - past @ weights
        covariance = residuals.T @ residuals / len(residuals)
        _, log_det = np.linalg.slogdet(covariance + 1e-30 * np.eye(n))
        criterion = float(log_det) + 2 * order * n * n / len(residuals)
        fits.append((criterion, weights, residuals))
    _, weights, residuals = min(fits, key=lambda fit: fit[0])
    order = len(weights) // n
    weights = _stable(weights, order, n)
    noise = residuals[random.integers(0, len(residuals), samples + _WARM_UP)]
    made = np.zeros((order + samples + _WARM_UP, n))
    for i in range(order, len(made)):
        past = made[i - order : i][::-1].reshape(-1)
        made[i] = past @ weights + noise[i - order]
    return made[-samples:] * spread + mean


def _fit(
    inputs: npt.NDArray[np.float64], targets: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    fitted: tuple[Any, ...] = cast(Any, np.linalg).lstsq(inputs, targets, rcond=None)
    return np.asarray(fitted[0], dtype=np.float64)


def _stable(weights: npt.NDArray[np.float64], order: int, n: int) -> npt.NDArray[np.float64]:
    # A fit to data that hardly fade can grow; each lag is damped by as much as it takes.
    companion = np.zeros((order * n, order * n))
    companion[:n] = weights.T
    companion[n:, :-n] = np.eye((order - 1) * n)
    radius = float(np.abs(np.linalg.eigvals(companion)).max())
    if radius < 1:
        return weights
    damping = (1 - 1e-4) / radius
    return weights * np.repeat(damping ** np.arange(1, order + 1), n)[:, None]
