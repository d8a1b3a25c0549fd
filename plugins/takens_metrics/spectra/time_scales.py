"""How fast a record oscillates, and how far apart two samples are independent."""

import numpy as np

import takens
from takens_metrics.records import Array, remembered, standardised


def mean_frequencies(x: Array) -> Array:
    """Return the mean frequency of the power of each variable of `x: (T, n)`: `(n,)`.

    In cycles per sample; 0 where a variable does not vary.
    """
    power = np.square(np.abs(np.fft.rfft(x - x.mean(0), axis=0)))
    total = power.sum(0)
    share = np.divide(power, total, out=np.zeros_like(power), where=total > 0)
    return np.asarray(np.fft.rfftfreq(len(x)) @ share, dtype=np.float64)


def mean_frequency(x: Array) -> float:
    """Return the mean frequency of the power of `x: (T, n)`, in cycles per sample.

    Each variable counts alike; 0 where none varies.
    """
    each = mean_frequencies(x)
    varying = np.count_nonzero(each > 0)
    return float(each.sum()) / varying if varying else 0.0


@remembered
def mean_frequency_of(record: takens.TimeSeries) -> float:
    """Return the mean frequency of a record `(T, n)`, in cycles per sample."""
    return mean_frequency(standardised(record)[0])


def theiler_window(x: Array) -> int:
    """Return how many samples apart two must be for their distance not to come from time alone.

    The larger of the memory and one mean period, at most a tenth of the record.

    Source: Theiler (1986), Phys. Rev. A 34, 2427-2432; Rosenstein, Collins, De Luca (1993),
    section 2 (for the mean period).
    """
    frequency = mean_frequency(x)
    period = int(np.ceil(1 / frequency)) if frequency > 0 else 1
    return max(1, min(max(takens.plugin.correlation_time(x), period), len(x) // 10))
