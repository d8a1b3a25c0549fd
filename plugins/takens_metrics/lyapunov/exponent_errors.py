"""Standard errors of Lyapunov exponents."""

from collections.abc import Callable
from typing import TypeAlias, final

import attrs
import numpy as np

from takens_metrics.records import Array

Statistic: TypeAlias = Callable[[Array], float]

# With fewer starts their spread says too little, and segments of the orbits are used.
_FEWEST_STARTS = 8
_SEGMENTS = 20
_FEW_SEGMENTS = 5


@final
@attrs.frozen(eq=False)
class Samples:
    """Exponents of many orbits or segments, `rates: (samples, k)`, with what they are.

    Their mean is the estimate and its standard error follows from their spread, as well as
    from ``over`` of ``unit``.
    """

    rates: Array
    source: str
    over: int | None
    unit: str

    @property
    def mean(self) -> Array:
        """The estimates, `(k,)`."""
        return self.rates.mean(0)

    @property
    def error(self) -> Array:
        """Standard errors of the mean, `(k,)`."""
        return self.rates.std(0, ddof=1) / len(self.rates) ** 0.5


def over_starts(rates: Array) -> Samples | None:
    """Take each orbit of `rates: (starts, k)` as a sample; None where there are too few."""
    if len(rates) < _FEWEST_STARTS:
        return None
    return Samples(rates, f"standard error over {len(rates)} starts", len(rates), "starts")


def over_segments(logs: Array, times: Array) -> Samples | None:
    """Take segments of the orbits as samples; None where there are too few records.

    `logs: (blocks, starts, k)` are sums over blocks that end at `times: (blocks,)`.

    The growth over a segment has a part from its two ends, which does not accumulate, beside
    the part that diffuses. Its variance over a twentieth and over a fifth of the time tells
    them apart, and gives that over the whole time. Samples are the growth over twentieths,
    drawn together or apart so that their spread shows this variance.
    """
    blocks, starts, _ = logs.shape
    if blocks < _SEGMENTS:
        return None
    total = times[-1]
    mean = logs.sum((0, 1)) / (starts * total)
    path = np.concatenate((np.zeros((1, *logs.shape[1:])), logs.cumsum(0)))
    clock = np.concatenate(([0.0], times))
    path = path - mean * clock[:, None, None]
    short, long = blocks // _SEGMENTS, blocks // _FEW_SEGMENTS
    near, far = (_variance(path, length) for length in (short, long))
    first, second = clock[short], clock[long]
    diffusion = np.clip((far - near) / (second - first), 0, None)
    ends = np.clip(near - diffusion * first, 0, None)
    error = np.sqrt((ends + diffusion * total) / starts) / total
    cuts = list(range(blocks % short, blocks + 1, short))
    rates = np.diff(path[cuts], axis=0) / np.diff(clock[cuts])[:, None, None]
    rates = rates.reshape(-1, logs.shape[2])
    rates = rates - rates.mean(0)
    seen = rates.std(0, ddof=1) / len(rates) ** 0.5
    scaled = rates * np.divide(error, seen, out=np.ones_like(error), where=seen > 0)
    about = f"standard error over {len(cuts) - 1} segments of {starts} orbit"
    source = about + "s" * (starts > 1)
    return Samples(mean + scaled, source, _FEW_SEGMENTS * starts, "segments of orbits")


def _variance(path: Array, length: int) -> Array:
    # Of the growth over so many blocks, from every block on, about the mean of all orbits.
    moved = path[length:] - path[:-length]
    # Segments vary less by this share, since the mean of all orbits is taken out.
    share = 1 - length / (moved.shape[1] * (len(path) - 1))
    return np.square(moved).mean((0, 1)) / share


def jackknife(rates: Array, statistic: Statistic) -> tuple[float, float]:
    """Return a statistic of the mean of `rates: (samples, k)`, and its standard error.

    Source: Efron (1982), The jackknife, the bootstrap and other resampling plans, eq. 3.1.
    """
    n, total = len(rates), rates.sum(0)
    left_out = np.array([statistic((total - one) / (n - 1)) for one in rates])
    spread = np.square(left_out - left_out.mean()).sum() * (n - 1) / n
    return statistic(total / n), float(spread**0.5)
