"""Velocities of measured states, by PySINDy: what the equations have to explain."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, final

import attrs
import numpy as np

import takens
from takens_sindy.candidates import Candidates
from takens_sindy.regression import Array, Rows

_ORDER: Final = 6
_LEAST: Final = 2 * _ORDER + 2
_MOST_DOMAINS: Final = 2000


@final
@attrs.frozen
class Sampling:
    """The time scale, the interval and the noise of samples.

    ``time_scale`` is the lag at which the fastest variable's autocorrelation falls below
    cos 1, which is 1/w for an oscillation of frequency w. ``noise`` is the largest standard
    deviation of white noise over that of its variable, and 0 where none is seen.
    """

    time_scale: float
    dt: float
    noise: float


def sampling(x: Array, times: Array) -> Sampling:
    """Look at `x: (trajectories, T, n)` at `times: (T,)`."""
    dt = float(np.median(np.diff(times)))
    centred = x - x.mean((0, 1))
    variance = (centred**2).mean((0, 1))
    variance = np.where(variance > 0, variance, 1.0)
    # For white noise differences of all orders tell the same variance; for a smooth curve
    # it shrinks with the order.
    fifth, sixth = (
        (np.diff(x, order, axis=1) ** 2).mean((0, 1)) / math.comb(2 * order, order)
        for order in (5, 6)
    )
    white = sixth > 0.64 * fifth
    noise = float(np.sqrt(np.where(white, sixth, 0) / variance).max())
    lag = 1
    while lag < x.shape[1] // 4:
        correlation = (centred[:, lag:] * centred[:, :-lag]).mean((0, 1)) / variance
        if float(correlation.min()) < math.cos(1):
            break
        lag += 1
    return Sampling(lag * dt, dt, noise)


def rows_of(
    x: Array, times: Array, candidates: Candidates, *, method: str, window: float, seed: int
) -> tuple[Rows, Sampling]:
    """Make the regression for `x: (trajectories, T, n)` at `times: (T,)`.

    ``window`` is the length in time of test functions and of smoothing, by default two and a
    half time scales of the data.

    Raises: DataError where there are too few samples.
    """
    if x.shape[1] < _LEAST:
        raise takens.errors.DataError(
            f"Velocities need {_LEAST} samples or more of each series; got {x.shape[1]}."
        )
    seen = sampling(x, times)
    window = window or 2.5 * seen.time_scale
    span = float(times[-1] - times[0])
    with _quiet():
        if method == "weak":
            parts = list(_weak(x, times, candidates, window, seed))
        else:
            smoothing = window if method == "smoothed" else 0.0
            parts = list(_differences(x, times, candidates, smoothing, seen.dt))
    features = np.concatenate([part[0] for part in parts])
    targets = np.concatenate([part[1] for part in parts])
    block = round(len(features) / len(parts) * window / span)
    return Rows(features, targets, max(1, block)), seen


def library(candidates: Candidates, *, constant: bool = True) -> Any:
    """Return PySINDy's library of the same functions in the same order."""
    import pysindy

    polynomials = pysindy.PolynomialLibrary(candidates.degree, include_bias=constant)
    if not candidates.frequencies:
        return polynomials
    return polynomials + pysindy.FourierLibrary(candidates.frequencies)


def _differences(
    x: Array, times: Array, candidates: Candidates, smoothing: float, dt: float
) -> Iterator[tuple[Array, Array]]:
    import pysindy

    cut = 0
    if smoothing:
        length = max(5, 2 * round(smoothing / dt / 2) + 1)
        cut = length // 2
        if 2 * length > x.shape[1]:
            raise takens.errors.DataError(
                f"Smoothing over {length} samples needs twice as many; got {x.shape[1]}. "
                "Choose a shorter window."
            )
        if float(np.ptp(np.diff(times))) > 1e-3 * dt:
            raise takens.errors.DataError(
                "Smoothing needs equally spaced samples; choose differentiation = 'weak'."
            )
        method: Any = pysindy.SmoothedFiniteDifference(
            smoother_kws={"window_length": length, "polyorder": 3},
            order=_ORDER,
            drop_endpoints=True,
        )
    else:
        method = pysindy.FiniteDifference(order=_ORDER, drop_endpoints=True)
    functions = library(candidates)
    for states in x:
        velocities = np.asarray(method(states, times))
        smooth = np.asarray(method.smoothed_x_)
        keep = np.asarray(np.isfinite(velocities).all(-1))
        # Smoothing is another one at the ends.
        keep[:cut], keep[len(keep) - cut :] = False, False
        yield np.asarray(functions.fit_transform(smooth))[keep], velocities[keep]


def _weak(
    x: Array, times: Array, candidates: Candidates, window: float, seed: int
) -> Iterator[tuple[Array, Array]]:
    import pysindy

    span = float(times[-1] - times[0])
    window = max(window, 6 * float(np.diff(times).max()))
    if window >= span / 2:
        raise takens.errors.DataError(
            f"The weak form with a window of {window:.3g} time units needs twice as much of "
            f"each series; got {span:.3g}. Choose differentiation = 'finite_difference'."
        )
    each = _MOST_DOMAINS // len(x)
    domains = max(candidates.size, min(each, round(10 * span / window)))
    for number, states in enumerate(x):
        with _numpy_seed(seed + number):
            weak: Any = pysindy.WeakPDELibrary(
                function_library=library(candidates, constant=False),
                spatiotemporal_grid=times,
                include_bias=True,
                K=domains,
                H_xt=window / 2,
                p=4,
            )
        features = np.asarray(weak.fit_transform(states))
        targets = np.asarray(weak.convert_u_dot_integral(states))
        order = np.argsort([int(inside[0][0]) for inside in weak.inds_k], kind="stable")
        yield features[order], targets[order]


@contextmanager
def _numpy_seed(seed: int) -> Generator[None]:
    """Let PySINDy, which draws from NumPy's global state, draw the same; restore the state."""
    state = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(state)


@contextmanager
def _quiet() -> Generator[None]:
    with warnings.catch_warnings():
        # PySINDy's own arrays, in the weak form.
        warnings.filterwarnings("ignore", r".*axes labeled for array with.*")
        yield
