"""How much of a series to show."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

_OSCILLATIONS: Final = 15


def shown_range(x: NDArray[np.float64]) -> int:
    """Return how many samples of `x: (T, n)` hold 15 oscillations of the fastest variable."""
    stops = [len(x)]
    for column in x.T:
        # The ripple of noise is not prominent.
        found: Any = find_peaks(  # pyright: ignore[reportUnknownVariableType]
            column, prominence=0.5 * column.std()
        )
        peaks: NDArray[np.intp] = found[0]
        stops += peaks[_OSCILLATIONS : _OSCILLATIONS + 1].tolist()
    return min(stops)
