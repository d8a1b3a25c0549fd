"""Smoothed power spectra."""

import numpy as np
from scipy.ndimage import (  # pyright: ignore[reportMissingTypeStubs]
    gaussian_filter1d,  # pyright: ignore[reportUnknownVariableType]
)

from takens_metrics.records import Array

# Where the Gaussian is cut off, in sigma.
REACH = 4.0


def smoothed_spectrum(x: Array, sigma: float) -> Array:
    """Return the power of each variable of `x: (T, n)`, smoothed: `(T // 2 + 1, n)`, sum 1.

    The power `|rfft|^2` of the fluctuation about the mean is smoothed by a Gaussian of width
    ``sigma`` frequency bins, mirrored at both ends.
    """
    power = np.square(np.abs(np.fft.rfft(x - x.mean(0), axis=0)))
    smooth = np.empty_like(power)
    gaussian_filter1d(power, sigma, axis=0, mode="reflect", truncate=REACH, output=smooth)
    return smooth / smooth.sum(0)
