"""Linear stochastic surrogates, and whether a record can be told from them."""

from __future__ import annotations

from typing import Final, final

import attrs
import numpy as np

from takens._embedding.arrays import Array, delayed
from takens._embedding.neighbours import neighbours

_ROUNDS: Final = 100
_LONGEST: Final = 1_000
_COORDINATES: Final = 3


@final
@attrs.frozen(eq=False)
class SurrogateTest:
    """The forecast error of a record beside those of its surrogates.

    ``chance`` is the share of surrogates, the record among them, that are forecast as well:
    the level at which a linear process, seen through any function, is refused.
    """

    error: float
    surrogates: Array
    chance: float


def surrogate_test(x: Array, delay: int, *, count: int = 199, seed: int = 0) -> SurrogateTest:
    """Ask whether `x: (T,)` is forecast better than ``count`` linear surrogates of it.

    Surrogates have its values and its spectrum; forecasts are by the nearest state of three
    coordinates, ``delay`` samples apart, and as far ahead. Of records with much more than
    eight samples a delay fewer are taken, and of those at most a thousand, whose ends fit.

    Source: Schreiber, Schmitz (1996), Improved surrogate data for nonlinearity tests, Phys.
    Rev. Lett. 77, 635-638; Theiler et al. (1992), Physica D 58, 77-94.
    """
    stride = max(1, delay // 6)
    part, lag = _closed(x[::stride]), max(1, delay // stride)
    random = np.random.default_rng(seed)
    made = np.array([forecast_error(iaaft(part, random), lag) for _ in range(count)])
    error = forecast_error(part, lag)
    return SurrogateTest(error, made, (1 + int((made <= error).sum())) / (count + 1))


def iaaft(x: Array, random: np.random.Generator) -> Array:
    """Return a surrogate with the values of `x: (T,)` and nearly its spectrum."""
    ordered, amplitude = np.sort(x), np.abs(np.fft.rfft(x))
    made = random.permutation(x)
    before = np.empty(0)
    for _ in range(_ROUNDS):
        transform = np.fft.rfft(made)
        phases = transform / np.maximum(np.abs(transform), 1e-300)
        ranks = np.fft.irfft(amplitude * phases, len(x)).argsort()
        made = np.empty_like(x)
        made[ranks] = ordered
        if len(before) and np.array_equal(ranks, before):
            break
        before = ranks
    return made


def forecast_error(x: Array, lag: int) -> float:
    """Return the root mean square error of forecasts of `x: (T,)`, in standard deviations.

    By what followed the nearest state, ``lag`` samples ahead.
    """
    states = delayed(x[:, None], [0] * _COORDINATES, [lag * i for i in range(_COORDINATES)])
    now = np.ascontiguousarray(states[: len(states) - lag])
    ahead = states[lag:, 0]
    near = neighbours(now, np.arange(len(now)), count=1, window=2 * lag)
    missed = ahead[near.which[:, 0]] - ahead[near.places]
    # Two samples of the same law differ by twice its variance.
    return float(np.sqrt(np.square(missed).mean() / (2 * x.var())))


def _closed(x: Array) -> Array:
    # The ends of what a transform takes for one turn should fit, in value and in slope.
    length = min(len(x), _LONGEST)
    slack = max(1, min(len(x) - length + length // 8, length // 4))
    length = min(length, len(x) - slack)
    starts = np.arange(slack)
    jump = np.abs(x[starts] - x[starts + length - 1])
    slope = np.diff(x)
    turn = np.abs(slope[starts] - slope[starts + length - 2])
    start = int((jump + turn).argmin())
    return x[start : start + length]
