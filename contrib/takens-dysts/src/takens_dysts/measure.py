"""The Lyapunov exponents of one flow, with the reasons to believe them or not."""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor

import takens
from takens_dysts.flow import Flow
from takens_dysts.stored import flows
from takens_metrics import LyapunovSpectrum

STARTS: Final = 64
INTEGRATOR: Final = "rk4"
ATTEMPTS: Final = 3
# Steps a period; periods measured, and half as many for each transient before that.
_POINTS: Final = 200
_PERIODS: Final = 200
# Checks that fail where the time is too short; the others, where the step is too long.
_OF_TIME: Final = {"aligned", "settled", "stationary", "zero_exponent"}
NEEDED: Final = (
    "sum_is_mean_divergence",
    "zero_exponent",
    "two_trajectories",
    "halved_step",
    "stationary",
)
# Starts this near each other, in parts of their size, have one attractor, or one energy.
_SPREAD: Final = 1e-6


def measure(flow: Flow, seed: int) -> dict[str, Any]:
    """Return the spectrum with standard errors and checks; ``accepted``, or the ``reason`` not.

    Exponents are in 1 / time unit. ``lyapunov_spectrum`` measures from 64 starts near that of
    dysts, which are led apart along the orbit, by steps of 1/200 of its period; where checks
    fail by steps of a quarter, or over four times the time.
    """
    points, periods = _POINTS, _PERIODS
    found: dict[str, Any] = {}
    for _ in range(ATTEMPTS):
        dt = flows()[flow.component]["period"] / points
        found = _attempt(flow, dt, points * periods, seed)
        cure = found.pop("cure", "")
        if cure == "step":
            points, periods = 4 * points, periods // 2
        elif cure == "time":
            periods = 4 * periods
        else:
            break
    return found


def _attempt(flow: Flow, dt: float, steps: int, seed: int) -> dict[str, Any]:
    stepper: Any = takens.create("integrator", INTEGRATOR)
    step = takens.plugin.flow_map(flow, stepper, dt)
    metric = LyapunovSpectrum(steps=steps, transient=steps // 2)
    used: dict[str, Any] = {
        "dt": dt,
        "steps": steps,
        "transient": steps // 2,
        "starts": STARTS,
        "seed": seed,
    }
    x0 = _starts(flow, seed)
    if takens.backend.dispatch(takens.backend.MapIteration(map=step, x0=x0, steps=100)) is None:
        return {"accepted": False, "reason": takens.explain(step), **used}
    found = metric.growth_rates(step, x0, dt, flow.dim)
    if found.samples is None:
        return {"accepted": False, "cure": "step", "reason": found.reason, **used}
    checks: dict[str, Any] = {
        check.name: {
            "passed": check.passed,
            "difference": check.difference,
            "tolerance": check.tolerance,
        }
        for check in found.checks
    }
    spectrum, errors = found.exponents.tolist(), found.errors.tolist()
    failed = [name for name, check in checks.items() if not check["passed"]]
    lacking = [name for name in NEEDED if name not in checks]
    reason = cure = ""
    if found.alive == 0:
        reason = "it comes to rest on a fixed point"
    elif found.diverged > 0:
        reason = f"{found.diverged:.0%} of the orbits diverge"
        cure = "step"
    elif failed:
        reason = "; ".join(
            f"{name}: {checks[name]['difference']:.2g}, allowed {checks[name]['tolerance']:.2g}"
            for name in failed
        )
        cure = "time" if _OF_TIME.issuperset(failed) else "step"
    elif lacking:
        reason = "without " + ", ".join(lacking)
    else:
        reason = unresolved(spectrum, errors)
        cure = "time" if reason else ""
    dimension, dimension_error = _dimension(found.by_start.tolist())
    return {
        "accepted": not reason,
        "cure": cure,
        "reason": reason,
        "spectrum": spectrum,
        "spectrum_error": errors,
        "sum": float(found.samples.mean.sum()),
        "kaplan_yorke": dimension,
        "kaplan_yorke_error": dimension_error,
        "checks": checks,
        **used,
    }


def unresolved(spectrum: Sequence[float], errors: Sequence[float]) -> str:
    """Say that the largest exponent is neither known to 10 % nor clearly zero, if so."""
    first, error = spectrum[0], errors[0]
    fastest = max(abs(exponent) for exponent in spectrum)
    known = error <= 0.1 * abs(first)
    zero = abs(first) + 3 * error <= 1e-3 * fastest
    if known or zero:
        return ""
    return f"the largest exponent is {first:.2g} ± {error:.1g}: neither zero nor known to 10 %"


def _starts(flow: Flow, seed: int) -> Tensor:
    start = torch.tensor(flow.initial(), dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(STARTS, flow.dim, generator=generator, dtype=torch.float64)
    return start + _SPREAD * (start.abs() + start.abs().max()) / 2 * noise


def kaplan_yorke(spectrum: Sequence[float]) -> float:
    """Return the dimension at which the descending ``spectrum`` sums to zero."""
    total = 0.0
    for i, exponent in enumerate(spectrum):
        if total + exponent < 0:
            return i + total / -exponent
        total += exponent
    return float(len(spectrum))


def _dimension(spectra: list[list[float]]) -> tuple[float, float]:
    # The jackknife over starts, since exponents of one orbit err together.
    every = torch.tensor(spectra, dtype=torch.float64)
    n = len(every)

    def of(mean: Tensor) -> float:
        return kaplan_yorke([float(rate) for rate in mean.sort(descending=True).values])

    without = torch.tensor([of((every.sum(0) - own) / (n - 1)) for own in every])
    spread = (without - without.mean()).square().sum() * (n - 1) / n
    return of(every.mean(0)), float(spread.sqrt())
