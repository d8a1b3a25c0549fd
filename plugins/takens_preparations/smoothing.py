"""Filters that shift nothing in time."""

from typing import Any, cast

from scipy import signal
from torch import Tensor

from takens_preparations.series import array, tensor


def smoothed(x: Tensor, share: float, order: int) -> Tensor:
    """Return what of `x: (..., T, n)` is slower than a ``share`` of the Nyquist frequency.

    By a Butterworth filter, forth and back, continued at both ends by odd reflection.
    """
    filters = cast(Any, signal)
    sections = filters.butter(order, share, output="sos")
    most = 3 * (2 * len(sections) + 1)
    padding = min(most, x.shape[-2] - 1)
    return tensor(filters.sosfiltfilt(sections, array(x), axis=-2, padlen=padding)).to(x)
