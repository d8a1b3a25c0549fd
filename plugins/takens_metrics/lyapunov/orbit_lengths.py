"""How long orbits are followed, from how fast they turn and separate."""

import numpy as np
from torch import Tensor

import takens
from takens_metrics.records import Array
from takens_metrics.spectra.time_scales import mean_frequency

# Nothing is known before this many steps have been seen.
LOOK = 1_000
_LONGEST_LOOK = 16_000
_LOOKED_AT = 4
_MOST_NUMBERS = 4_000_000
# In mean periods: what orbits need to forget where they began, tangents at least, and what
# is measured. A look has seen a period where this many fit into it.
_FORGET = 20
_ALIGN = 10
_MEASURE = 100
_SEEN = 10
# In times after which tangents are e times nearer to their directions, or orbits e times
# farther apart.
_ALIGNED = 5
_SEPARATED = 100
# Separation that is slower than this, per mean period, is not told from none.
_SLOWEST = 0.05
FEWEST, MOST = 10_000, 100_000


def mean_period(step: takens.plugin.Map, x: Tensor) -> float:
    """Return the mean period of the orbits from `x: (starts, d)`, in steps; 1 where none moves.

    At most as long as can be looked at: 16,000 steps, fewer in many dimensions.
    """
    x = x[x.isfinite().all(-1)][:_LOOKED_AT]
    dim = takens.plugin.tangent_dim(step, x)
    if not len(x):
        return 1.0
    most = max(LOOK, min(_LONGEST_LOOK, _MOST_NUMBERS // x.numel()))
    steps = LOOK
    while True:
        record = takens.plugin.orbit(step, x, steps)[..., :dim]
        periods = [_period(one.cpu().numpy()) for one in record if one.isfinite().all()]
        period = float(np.median(periods)) if periods else 1.0
        if period * _SEEN <= steps or steps == most:
            return period
        steps = min(4 * steps, most)


def forgetting(period: float) -> int:
    """Return how many steps bring a state onto its attractor, as far as can be afforded."""
    return int(np.clip(_FORGET * period, LOOK, FEWEST))


def aligning(rates: Array, period: float, measured: int) -> int:
    """Return how many steps tangents need to find directions that grow at ``rates`` a step.

    `rates: (k,)`; at most half of the steps that are ``measured``.
    """
    ordered = np.sort(rates)[::-1]
    gap = float(-np.diff(ordered).max(initial=-np.inf))
    needed = max(_ALIGN * period, _ALIGNED / gap if gap > 0 else np.inf)
    return int(min(max(LOOK, needed), max(LOOK, measured // 2)))


def measuring(largest: float, period: float) -> int:
    """Return how many steps tell an exponent of ``largest`` a step, as far as affordable."""
    needed = _MEASURE * period
    if abs(largest) * period > _SLOWEST:
        needed = max(needed, _SEPARATED / abs(largest))
    return int(np.clip(needed, FEWEST, MOST))


def _period(record: Array) -> float:
    moving = np.ptp(record, axis=0) > 1e-9 * np.abs(record).max()
    return 1 / max(mean_frequency(record[:, moving]), 1 / len(record)) if moving.any() else 1.0
