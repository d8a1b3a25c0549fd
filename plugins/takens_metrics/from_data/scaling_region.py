"""Where a curve is straight."""

from typing import final

import attrs
import numpy as np

from takens_metrics.records import Array

_CANDIDATES = 40


@final
@attrs.frozen
class ScalingRegion:
    """The samples start, ..., stop - 1 of a curve, along which it has one slope.

    ``bend`` is by how much the slopes of its parts differ from that of the whole.
    """

    start: int
    stop: int
    slope: float
    bend: float


def find_scaling_region(
    x: Array, y: Array, *, least_rise: float, least_samples: int = 8, curvature: float = 0.15
) -> ScalingRegion | None:
    """Find the straight part of `y: (samples,)` over `x: (samples,)` along which y rises most.

    A part counts as straight where the slopes of its halves and its middle differ by at most
    the fraction ``curvature`` from the whole, and the residual is at most a twentieth of the
    rise. None where no part rises by ``least_rise`` over ``least_samples``.
    """
    n = len(x)
    if n < least_samples:
        return None
    cuts = np.unique(np.linspace(0, n, _CANDIDATES + 1).round().astype(np.int64))
    sums = _Sums.of(x, y)
    best: ScalingRegion | None = None
    most = least_rise
    for start in cuts:
        for stop in cuts[cuts >= start + least_samples]:
            slope, residual = sums.fit(start, stop)
            rise = slope * (x[stop - 1] - x[start])
            if rise < most or residual > rise / 20:
                continue
            quarter = (stop - start) // 4
            middle = (start + stop) // 2
            parts = ((start, middle), (middle, stop), (start + quarter, stop - quarter))
            slopes = [sums.fit(a, b)[0] for a, b in parts]
            bend = max(abs(part - slope) for part in slopes)
            if bend > curvature * slope:
                continue
            most = rise
            best = ScalingRegion(int(start), int(stop), slope, bend)
    return best


def slopes_within(
    x: Array, y: Array, *, least_rise: float, least_samples: int
) -> tuple[float, float] | None:
    """Return the lowest and highest slope of all parts along which y rises by so much.

    None where no part does.
    """
    cuts = np.unique(np.linspace(0, len(x), _CANDIDATES + 1).round().astype(np.int64))
    sums = _Sums.of(x, y)
    slopes = [
        slope
        for start in cuts
        for stop in cuts[cuts >= start + least_samples]
        if (slope := sums.fit(start, stop)[0]) * (x[stop - 1] - x[start]) >= least_rise
    ]
    return (min(slopes), max(slopes)) if slopes else None


def slope_of(x: Array, y: Array) -> float:
    """Return the slope of the line through `y: (samples,)` over `x: (samples,)`."""
    return _Sums.of(x, y).fit(0, len(x))[0]


@attrs.frozen(eq=False)
class _Sums:
    # Running sums, from which a line is fitted to any part at once.
    of_all: Array

    @classmethod
    def of(cls, x: Array, y: Array) -> "_Sums":
        x, y = x - x.mean(), y - y.mean()
        columns = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), 1)
        return cls(np.concatenate((np.zeros((1, 6)), columns.cumsum(0))))

    def fit(self, start: int, stop: int) -> tuple[float, float]:
        """Return the slope and the root mean square residual."""
        n, x, y, xx, xy, yy = (self.of_all[stop] - self.of_all[start]).tolist()
        spread = xx - x * x / n
        if n < 2 or spread <= 0:
            return 0.0, np.inf
        covariance = xy - x * y / n
        left = max(yy - y * y / n - covariance**2 / spread, 0.0)
        return covariance / spread, (left / n) ** 0.5
