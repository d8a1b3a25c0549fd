"""The delay between coordinates."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, final, get_args

import attrs
import numpy as np

from takens._embedding.arrays import Array
from takens._embedding.memory import autocorrelation, correlation_time
from takens._embedding.mutual_information import binned, of_bins
from takens.errors import InputError

DelayMethod: TypeAlias = Literal["auto", "mutual_information", "autocorrelation"]
METHODS: Final[tuple[DelayMethod, ...]] = get_args(DelayMethod)


@final
@attrs.frozen(eq=False)
class Delay:
    """A delay in samples, the curve that it was read from, and why there.

    ``curve: (lags,)`` is the mutual information in nats, or the autocorrelation, of the lags
    0, 1, ...
    """

    samples: int
    curve: Array
    reason: str


def choose_delay(x: Array, method: DelayMethod = "auto") -> Delay:
    """Choose the delay for `x: (T,)`.

    It is the first minimum of the mutual information; where that only falls, or tells of the
    bins alone (as of a noise-free cycle), and where samples are hardly correlated (as those
    of a map), the lag at which the autocorrelation has fallen
    to 1 / e.

    Raises: InputError for an unknown method; DataError where x does not vary.
    """
    if method not in METHODS:
        raise InputError(
            f"A delay is a number of samples, or one of {', '.join(METHODS)}; got {method!r}."
        )
    lag = correlation_time(x[:, None])
    by_memory = Delay(
        lag,
        autocorrelation(x[:, None], min(2 * lag + 1, len(x) - 1))[:, 0],
        "the autocorrelation falls to 1/e",
    )
    if method == "autocorrelation" or (method == "auto" and lag == 1):
        return by_memory
    found = _first_minimum(x, lag)
    if found is not None:
        return found
    return attrs.evolve(
        by_memory,
        reason="the autocorrelation falls to 1/e, and the mutual information has no minimum",
    )


def _first_minimum(x: Array, memory: int) -> Delay | None:
    bins, count = binned(x)
    # Of unrelated samples it scatters by as much, the more the fewer of them are independent.
    chance = 3 * (count - 1) * np.sqrt(memory) / len(x)
    told: list[float] = []
    for lag in range(len(x) // 10 + 1):
        told.append(of_bins(bins, count, lag))
        # A dip counts where nothing lower follows for a quarter as long.
        lowest = int(np.argmin(told))
        if told[-1] < chance:
            return None
        if lowest > 0 and lag - lowest >= max(2, (lowest + 3) // 4):
            # Where one sample nearly fixes the other, the dips are those of the bins.
            if told[lowest] > np.log(count) / 2:
                return None
            reason = "the mutual information has its first minimum"
            return Delay(lowest, np.array(told), reason)
    return None
