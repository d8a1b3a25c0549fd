"""How long a record remembers."""

from __future__ import annotations

import numpy as np

from takens._embedding.arrays import Array


def autocorrelation(x: Array, lags: int) -> Array:
    """Return the autocorrelation of each variable of `x: (T, n)`: `(lags + 1, n)`.

    Each lag is averaged over the pairs that there are; a constant has none but at lag 0.
    """
    samples = len(x)
    centred = x - x.mean(0)
    size = 1 << (2 * samples - 1).bit_length()
    power = np.square(np.abs(np.fft.rfft(centred, size, axis=0)))
    sums = np.fft.irfft(power, size, axis=0)[: lags + 1]
    covariance = sums / (samples - np.arange(lags + 1))[:, None]
    found = np.divide(
        covariance, covariance[0], out=np.zeros_like(sums), where=covariance[0] > 0
    )
    found[0] = 1.0
    return found


def correlation_time(x: Array) -> int:
    """Return the lag at which autocorrelations have fallen to 1 / e, the longest of all.

    At most a tenth of the record.
    """
    most = max(1, len(x) // 10)
    below = autocorrelation(x, most) < np.exp(-1)
    return max(1, int(np.where(below.any(0), below.argmax(0), most).max()))
