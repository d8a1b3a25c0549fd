"""What repeats in a record, and how long it is in units of that."""

from __future__ import annotations

from typing import Any, Final, cast, final

import attrs
import numpy as np
from scipy import signal

from takens._embedding.arrays import Array, standardised

# A peak of the averaged spectrum counts where it stands out by so much from its surroundings.
_STANDS_OUT: Final = 6.0
# It holds so much of all power, and repeats so often in each segment.
_SHARE: Final = 0.1
_CYCLES: Final = 5
_MOST: Final = 3
_SEGMENTS: Final = 8


@final
@attrs.frozen(eq=False)
class Periods:
    """Dominant periods in samples, the strongest first, and the mean one.

    ``frequencies, power: (frequencies,)`` are the spectrum, in cycles a sample, over all
    standardised variables.
    """

    dominant: tuple[float, ...]
    mean: float
    frequencies: Array
    power: Array


def periods_of(x: Array) -> Periods:
    """Find dominant periods of `x: (T, n)`, in samples, in its averaged spectrum.

    Source: Welch (1967), IEEE Trans. Audio Electroacoust. 15, 70-73.
    """
    x = standardised(x)
    # The mean frequency is that of the whole record; peaks need segments to be averaged.
    raw = np.square(np.abs(np.fft.rfft(x - x.mean(0), axis=0))).sum(1)
    mean = float(raw.sum() / max(float(raw @ np.fft.rfftfreq(len(x))), 1e-300))
    length = max(min(len(x), 16), 2 * len(x) // (_SEGMENTS + 1))
    found: Any = cast(Any, signal).welch(x, nperseg=length, axis=0)
    frequencies, power = np.asarray(found[0]), np.asarray(found[1]).sum(1)
    width = max(5, len(power) // 20)
    padded = np.pad(power, width, mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1)
    background = np.median(near, 1)
    peaks: Any = cast(Any, signal).find_peaks(power)[0]
    strong = [
        int(peak)
        for peak in peaks
        if peak >= _CYCLES
        and power[peak] > _STANDS_OUT * background[peak]
        and power[peak - 1 : peak + 2].sum() > _SHARE * power.sum()
    ]
    strong.sort(key=lambda peak: -power[peak])
    dominant = tuple(1 / _vertex(frequencies, power, peak) for peak in strong[:_MOST])
    return Periods(dominant, mean, frequencies, power)


def _vertex(frequencies: Array, power: Array, peak: int) -> float:
    # Of the parabola through the logarithms of three powers.
    before, at, after = np.log(np.maximum(power[peak - 1 : peak + 2], 1e-300)).tolist()
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(frequencies[peak] + shift * frequencies[1])
