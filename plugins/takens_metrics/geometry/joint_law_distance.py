"""The distance of the laws of what follows what."""

from typing import Any, Final, cast, final

import numpy as np
from scipy.spatial import KDTree

import takens
from takens_metrics.records import Array, paired
from takens_metrics.settings import JointLawDistanceSettings
from takens_metrics.spectra.time_scales import mean_frequency_of

# Lags, in mean periods, and samples of a period that are looked at.
_LAGS: Final = (1 / 8, 1 / 4, 1 / 2)
_SAMPLES: Final = 64
_POINTS: Final = 12_000
# Trees are of little use in many dimensions.
_MANY: Final = 10
_POINTS_OF_MANY: Final = 2_048
# A record runs backwards where it is nearer, by squares, than this to the reference reversed.
_NEARER: Final = 0.7
_POINTS_REVERSED: Final = 2_048


@final
class JointLawDistance(JointLawDistanceSettings):
    """How differently two records go on from the same states.

    Each state of the one record is matched with the nearest of the other, and what follows
    the two is compared: the root mean square difference of the increments over lags of 1/8, 1/4
    and 1/2 mean period, in their standard deviations in the reference, mean of both
    directions. It is the cost of moving the joint law of `(x(t), x(t + h))` of one record to
    that of the other where the present is moved as little as can be, so it sees what distances
    of occupation alone do not: speed, direction in time, what is not linear. Where both go on
    at random it is between 1 and sqrt 2. Where a record is clearly nearer to the reference
    reversed in time, the remark says so.

    Source: Schreiber (1997), Detecting and analyzing nonstationarity in a time series using
    nonlinear cross predictions, Phys. Rev. Lett. 78, 843-846; Pflug, Pichler (2012), A distance
    for multistage stochastic optimization models, SIAM J. Optim. 22, 1-23 (for the cost).
    """

    horizon = None
    evidence = takens.plugin.Evidence("joint laws", "distance", squared=True)

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together or are shorter than 32 samples.
        """
        truth, run = paired(
            "joint_law_distance", reference, generated, dims=("T", "n"), samples=32
        )
        period = min(1 / max(mean_frequency_of(reference), 1 / len(truth)), len(truth) / 4)
        lags = sorted({max(1, round(part * period)) for part in _LAGS})
        points = _POINTS if truth.shape[1] <= _MANY else _POINTS_OF_MANY
        stride = max(1, int(period / _SAMPLES), -(-len(truth) // points))
        squares, count = _squares(truth, run, lags, stride)
        coarse = max(stride, -(-len(truth) // _POINTS_REVERSED))
        forward, backward = (
            _squares(one, run, lags, coarse)[0].mean() for one in (truth, truth[::-1])
        )
        distances = np.sqrt(squares)
        return takens.Score(
            value=float(np.sqrt(squares.mean())),
            unit="standard deviations of the increments",
            convention=(
                f"difference of what follows nearest states, lags {', '.join(map(str, lags))}, "
                f"{count} of {len(truth)} samples in {truth.shape[1]} dimensions"
            ),
            remark="the runs go backwards in time" if backward < _NEARER * forward else "",
            details={"lags": lags, "distances": distances.tolist()},
        )


def _squares(truth: Array, run: Array, lags: list[int], stride: int) -> tuple[Array, int]:
    """Return the squared distance at each lag, `(lags,)`, and from how many samples."""
    (now, after), (run_now, run_after) = (_pairs(x, lags, stride) for x in (truth, run))
    unit = after.std(1)[:, None]
    # A lag over which nothing ever changes compares nothing.
    unit = np.where(unit > 0, unit, 1.0)
    apart = np.zeros(len(lags))
    for a, b, of_a, of_b in (
        (now, run_now, after, run_after),
        (run_now, now, run_after, after),
    ):
        found: tuple[Any, Any] = cast(Any, KDTree(a)).query(b)
        apart += np.square((of_a[:, found[1]] - of_b) / unit).mean((1, 2)) / 2
    return apart, len(now)


def _pairs(x: Array, lags: list[int], stride: int) -> tuple[Array, Array]:
    """Return states `(samples, n)`, and their increments over the lags `(lags, samples, n)`."""
    last = len(x) - lags[-1]
    now = x[:last:stride]
    return now, np.stack([x[lag : last + lag : stride] - now for lag in lags])
