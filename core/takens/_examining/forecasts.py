"""Whether the past of a record says more of its future than the present value does."""

from __future__ import annotations

from typing import Any, Final, cast, final

import attrs
import numpy as np
from scipy.spatial import KDTree

from takens._embedding.arrays import Array, delayed, evenly

_NEIGHBOURS: Final = 4
_BLOCKS: Final = 10
_LIBRARY: Final = 20_000
_PLACES: Final = 2_000
_SPREADS: Final = 3.0


@final
@attrs.frozen
class Forecasts:
    """Errors of forecasts of the second half from the first, in standard deviations.

    ``ahead`` is how many samples; ``beats_persistence`` and ``beats_linear`` say whether
    forecasts by analogues are better by more than chance allows, ``linear_beats_persistence``
    whether linear ones are.
    """

    ahead: int
    analogue: float
    linear: float
    persistence: float
    beats_persistence: bool
    beats_linear: bool
    linear_beats_persistence: bool


def forecasts_of(x: Array, delay: int, coordinates: int, ahead: int) -> Forecasts:
    """Forecast standardised `x: (T, n)` from its states ``coordinates`` delays long.

    By the mean of what followed the four nearest states, by the best linear function of the
    state, and by the last value, or the mean where that is better. One is better than another
    where its mean squared error over ten blocks of time is lower by more than three standard
    errors of the difference.
    """
    n = x.shape[1]
    lags = [delay * i for i in range(coordinates) for _ in range(n)]
    states = delayed(x, [*range(n)] * coordinates, lags)
    now, future = states[: len(states) - ahead], states[ahead:, :n]
    half = len(now) // 2
    known, asked = now[max(0, half - _LIBRARY - ahead) : half - ahead], now[half:]
    answers = future[max(0, half - _LIBRARY - ahead) : half - ahead]
    places = evenly(_PLACES, len(asked))
    asked, truth = asked[places], future[half:][places]
    found: Any = cast(Any, KDTree(known)).query(asked, k=np.arange(1, _NEIGHBOURS + 1))
    by_analogue = answers[np.asarray(found[1])].mean(1)
    inputs = np.concatenate((known, np.ones((len(known), 1))), 1)
    weights: Any = cast(Any, np.linalg).lstsq(inputs, answers, rcond=None)[0]
    by_line = np.concatenate((asked, np.ones((len(asked), 1))), 1) @ np.asarray(weights)
    near, line = _squares(by_analogue, truth), _squares(by_line, truth)
    still = min(
        (_squares(guess, truth) for guess in (asked[:, :n], answers.mean(0))),
        key=lambda blocks: float(blocks.mean()),
    )
    return Forecasts(
        ahead,
        analogue=float(np.sqrt(near.mean())),
        linear=float(np.sqrt(line.mean())),
        persistence=float(np.sqrt(still.mean())),
        beats_persistence=_beats(near, still),
        beats_linear=_beats(near, line),
        linear_beats_persistence=_beats(line, still),
    )


def _beats(one: Array, other: Array) -> bool:
    gain = other - one
    return bool(gain.mean() > _SPREADS * gain.std(ddof=1) / len(gain) ** 0.5)


def _squares(found: Array, truth: Array) -> Array:
    # Mean squares over blocks of time, all variables alike.
    each = np.square(found - truth).mean(1)
    return np.array([block.mean() for block in np.array_split(each, _BLOCKS)])
