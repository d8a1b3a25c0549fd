"""What measured Lyapunov exponents must agree with, if they are right."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, final

import attrs
import numpy as np
from scipy.stats import t as student
from torch import Tensor

import takens
from takens_metrics.lyapunov.exponent_errors import Samples
from takens_metrics.lyapunov.orbit_segment import OrbitSegment
from takens_metrics.records import Array

HALVED_STEP = "halved_step"
# Exact agreement, up to the rounding of ill-conditioned vectors.
_ROUNDING = 1e-5
# Agreement of methods of which one is a finite difference, or one step size of several.
_FINITE = 1e-3
# The time before and after these shares of it is compared: on their way to an attractor rates
# drift, and tangents that have not aligned grow differently at first.
PARTS: Final = {0.5: "stationary", 0.1: "settled"}
_ABOUT = {
    0.5: "the first and the second half of the time",
    0.1: "the first tenth of the time and the rest",
}
# So often an exponent that is right would fail one of these.
_LEVEL = 1e-3
_FEWEST_PERIODS = 10


@final
@attrs.frozen
class Lengths:
    """Times of what was done: tangents ``settled``, ``measured``; ``period`` where known."""

    settled: float
    measured: float
    period: float | None

    @property
    def resolution(self) -> float:
        """What growth that is no faster than time itself, as by shear, is measured as."""
        return math.log1p(self.measured / self.settled) / self.measured


@final
@attrs.frozen
class Check:
    """Two ways to one number: their difference, and what is allowed, in 1 / time unit."""

    name: str
    difference: float
    tolerance: float
    about: str

    @property
    def passed(self) -> bool:
        """Whether the difference is allowed."""
        return bool(self.difference <= self.tolerance)


def check_exponents(
    step: takens.plugin.Map,
    dt: float,
    x: Tensor,
    vectors: Tensor,
    qr_interval: int,
    samples: Samples,
    *,
    parts: Sequence[Array],
    lengths: Lengths,
    moving: bool,
) -> tuple[tuple[Check, ...], dict[str, Any]]:
    """Check exponents that were measured up to `x: (starts, d)` and `vectors: (starts, d, k)`.

    `parts: (starts, k)` are differences of the rates between the ``PARTS`` of the time.
    Beside the checks are details to show: the checks again, ``checks_passed``, and what they
    found besides: ``checked_divergence``, the mean over their segment, where all exponents
    were measured, and ``step_error`` for flows.
    """
    segment = OrbitSegment.of(step, dt, x, vectors, qr_interval, samples)
    found = [*_checks(segment, samples, moving), *_drifts(parts, segment.largest)]
    found += _long_enough(samples, lengths, segment.largest)
    checks = tuple(check for check in found if np.isfinite(check.difference))
    details: dict[str, Any] = {
        "checks": {
            check.name: {
                "passed": check.passed,
                "difference": check.difference,
                "tolerance": check.tolerance,
                "about": check.about,
            }
            for check in checks
        },
        "checks_passed": all(check.passed for check in checks),
    }
    if isinstance(step, takens.plugin.FlowMap):
        details["step_error"] = next(c.difference for c in found if c.name == HALVED_STEP)
    if segment.count == segment.dim:
        details["checked_divergence"] = segment.divergence()
    return checks, details


def _drifts(parts: Sequence[Array], largest: float) -> Iterator[Check]:
    for (share, name), apart in zip(PARTS.items(), parts, strict=True):
        starts, k = apart.shape
        if starts < 2:
            continue
        error = apart.std(0, ddof=1) / starts**0.5
        errors = float(student.isf(_LEVEL / (2 * k), starts - 1))
        off = np.abs(apart.mean(0))
        worst = int(np.argmax(off - errors * error))
        yield Check(
            name,
            float(off[worst]),
            errors * float(error[worst]) + _ROUNDING * largest,
            f"{_ABOUT[share]}, within {errors:.2g} standard errors",
        )


def _long_enough(samples: Samples, lengths: Lengths, largest: float) -> Iterator[Check]:
    if lengths.period is not None:
        yield Check(
            "long_enough",
            1 / lengths.measured,
            1 / (_FEWEST_PERIODS * lengths.period),
            f"1 / the time measured, and 1 / {_FEWEST_PERIODS} mean periods",
        )
    order = np.argsort(samples.mean)[::-1]
    gaps = -np.diff(samples.mean[order])
    # Exponents that cannot be told apart anyway may share their directions.
    apart = gaps > lengths.resolution
    if len(samples.rates) < 2 or not apart.any():
        return
    left = np.exp(-gaps[apart] * lengths.settled) * lengths.resolution
    pairs = np.maximum(samples.error[order][1:], samples.error[order][:-1])
    worst = int(np.argmax(left - pairs[apart]))
    yield Check(
        "aligned",
        float(left[worst]),
        float(pairs[apart][worst]) + _ROUNDING * largest,
        f"what tangents that had {lengths.settled:g} time units to align can still add, and a "
        "standard error",
    )


def _checks(segment: OrbitSegment, samples: Samples, moving: bool) -> Iterator[Check]:
    step, largest = segment.step, segment.largest
    if segment.every > 1:
        yield Check(
            "halved_qr_interval",
            segment.distance(segment.again(segment.every // 2)),
            _ROUNDING * largest,
            f"orthonormal every {segment.every} steps and twice as often",
        )
    yield Check(
        "two_trajectories",
        float((segment.separation() - segment.rates[:, 0]).abs().mean()),
        _FINITE * max(largest, 1e-3),
        "the first vector, and the separation of orbits that start close together",
    )
    if segment.count == segment.dim:
        yield Check(
            "sum_is_log_determinant",
            abs(segment.sum - segment.log_determinant()),
            _ROUNDING * max(largest, segment.dim * 1e-3),
            "the sum of the exponents, and the mean log |det| of the map's Jacobian by "
            "forward-mode differentiation",
        )
    if not isinstance(step, takens.plugin.FlowMap):
        return
    step_error, fastest = segment.step_error(step)
    yield Check(
        HALVED_STEP,
        step_error,
        _FINITE * fastest,
        f"steps of {segment.dt:g} and of half that size",
    )
    if segment.count == segment.dim:
        yield Check(
            "sum_is_mean_divergence",
            abs(segment.sum - segment.divergence()),
            _FINITE * max(largest, 1e-3),
            "the sum of the exponents, and the mean divergence of the field along the orbits",
        )
    if moving and segment.count > 1 and len(samples.rates) > 1:
        nearest = int(np.argmin(np.abs(samples.mean)))
        yield Check(
            "zero_exponent",
            abs(float(samples.mean[nearest])),
            3 * float(samples.error[nearest]) + step_error,
            "a flow that does not rest has an exponent of zero, along the orbit",
        )
