"""What measured Lyapunov exponents must agree with, if they are right."""

from collections.abc import Iterator
from typing import Any, final

import attrs
import numpy as np
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
    halves: tuple[Array, Array] | None,
    moving: bool,
) -> tuple[tuple[Check, ...], dict[str, Any]]:
    """Check exponents that were measured up to `x: (starts, d)` and `vectors: (starts, d, k)`.

    Beside the checks are details to show: the checks again, ``checks_passed``, and what they
    found besides: ``checked_divergence``, the mean over their segment, where all exponents
    were measured, and ``step_error`` for flows.
    """
    segment = OrbitSegment.of(step, dt, x, vectors, qr_interval, samples)
    found = [*_checks(segment, samples, halves, moving)]
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
    if vectors.shape[-1] == x.shape[-1]:
        details["checked_divergence"] = segment.divergence()
    return checks, details


def _checks(
    segment: OrbitSegment, samples: Samples, halves: tuple[Array, Array] | None, moving: bool
) -> Iterator[Check]:
    step, largest = segment.step, segment.largest
    if segment.every > 1:
        yield Check(
            "halved_qr_interval",
            segment.distance(segment.again(every=segment.every // 2)),
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
    if halves is not None and len(halves[0]) > 1:
        difference = halves[0].mean(0) - halves[1].mean(0)
        spread = sum(half.var(0, ddof=1) / len(half) for half in halves) ** 0.5
        worst = int(np.argmax(np.abs(difference) - 4 * spread))
        yield Check(
            "stationary",
            float(np.abs(difference[worst])),
            4 * float(spread[worst]) + _FINITE * largest,
            "the first and the second half of the time, within 4 standard errors",
        )
    if not isinstance(step, takens.plugin.FlowMap):
        return
    step_error = segment.distance(segment.again(halved=True))
    yield Check(
        HALVED_STEP,
        step_error,
        _FINITE * largest,
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
