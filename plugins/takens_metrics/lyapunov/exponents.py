"""Lyapunov exponents of the orbits from several starts."""

import math
from typing import Any, final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.lyapunov.exponent_checks import (
    HALVED_STEP,
    PARTS,
    Check,
    Lengths,
    check_exponents,
)
from takens_metrics.lyapunov.exponent_errors import Samples, over_segments, over_starts
from takens_metrics.lyapunov.linear_exponents import linear_exponents
from takens_metrics.lyapunov.orbit_lengths import MOST
from takens_metrics.lyapunov.tangent_growth import TangentGrowth, tangent_growth
from takens_metrics.records import Array
from takens_metrics.settings import OrbitSettings

_TRACE_POINTS = 200
# Equations are followed by steps halved up to so many times.
_HALVINGS = 3
# A step error below this fraction of a standard error, or of the fastest rate, is neglected.
# It is that of the tangents; what a changed attractor adds can be some times as much.
_OF_ERROR = 0.2
_OF_FASTEST = 1e-5
# The standard error that a verdict at a tolerance of 5 % asks for, as a share of the exponent,
# where orbits separate by so many times e at all. The numbers of all steps bound time.
_KNOWN = 0.012
_CHAOTIC = 5.0
_MOST_NUMBERS = 200_000_000


@final
@attrs.frozen(eq=False)
class Measured:
    """The exponents of some dynamics, k of them, or the reason why there are none.

    ``samples`` holds the rates, in 1 / time unit, that the estimate is the mean of;
    ``by_start`` those of every orbit that counts. ``diverged`` and ``alive`` are shares of
    all starts, the latter of those that neither diverged nor came to rest. ``lengths`` say how
    long they were followed, and ``details`` are what every score of exponents shows.
    """

    samples: Samples | None
    diverged: float
    alive: float
    lengths: Lengths
    details: dict[str, Any]
    reason: str = ""
    by_start: Array = attrs.field(factory=lambda: np.empty((0, 0)))
    checks: tuple[Check, ...] = ()
    convergence: takens.plugin.Curve | None = None

    @property
    def exponents(self) -> Array:
        """The estimates, `(k,)`, in descending order."""
        return np.sort(self._found.mean)[::-1]

    @property
    def errors(self) -> Array:
        """Their standard errors."""
        return self._found.error[np.argsort(self._found.mean)[::-1]]

    @property
    def resolution(self) -> float:
        """What growth that is no faster than time itself, as by shear, is measured as."""
        return self.lengths.resolution

    @property
    def step_error(self) -> float:
        """By how much half the step changes the exponents of a flow; 0 for a map."""
        return next((c.difference for c in self.checks if c.name == HALVED_STEP), 0.0)

    @property
    def step_too_long(self) -> bool:
        """Whether the step changes exponents by more than can be neglected, or orbits leave."""
        negligible = 0.0
        if self.samples is not None and self.samples.source:
            fastest = float(np.abs(self.samples.mean).max())
            negligible = max(_OF_ERROR * float(self.errors.min()), _OF_FASTEST * fastest)
        return self.diverged > 0 or self.step_error > negligible

    def known_to_be(self, exponents: Array) -> "Measured":
        """Return the exact exponents `(k,)` of linear dynamics, without what was measured."""
        source = "the eigenvalues of linear dynamics, which are exact"
        return attrs.evolve(
            self,
            samples=Samples(np.stack((exponents, exponents)), source, None, ""),
            details={k: v for k, v in dict(self.details).items() if not k.startswith("check")},
            reason="",
            checks=(),
            convergence=None,
        )

    def largest(self, convention: str, details: dict[str, Any] | None = None) -> takens.Score:
        """Return the score of the largest exponent."""
        value = error = None
        if self.samples is not None:
            value = float(self.exponents[0])
            error = float(self.errors[0]) if self.samples.source else None
        return takens.Score(
            value=value,
            reason=self.reason,
            unit="1 / time unit",
            error=error,
            error_over=None if error is None else self._found.over,
            error_unit=self._found.unit if error is not None else "",
            error_from="" if self.samples is None else self.samples.source,
            resolution=self.resolution,
            convention=convention,
            curves={} if self.convergence is None else {"convergence": self.convergence},
            details=(details or {}) | self.details,
        )

    @property
    def _found(self) -> Samples:
        if self.samples is None:
            raise ValueError("nothing was measured")
        return self.samples


class OrbitExponents(OrbitSettings):
    """What all metrics of Lyapunov exponents have in common: how the orbits are followed.

    Exponents are measured from every start over ``steps`` steps, after a ``transient`` of the
    state and another of its tangent vectors. What is ``"auto"`` follows from the dynamics:
    20 mean periods for the state; for its tangents 5 times 1 / the smallest difference of two
    exponents, at least 10 periods; 100 periods or Lyapunov times are measured, doubled until
    the largest exponent is known to 1.2 %, in 10,000 to 100,000 steps, and a system's field is
    followed by steps halved up to three times, where they are too long. Where ``precision`` is
    given, the steps are doubled until the standard error of the largest exponent is at most
    this fraction of it, up to ``most_steps``. Orbits
    that diverge are left out. Of the others, some may come to rest on a fixed point while the
    rest move on: these are two attractors, and a mean over both would belong to neither, so
    the estimate is for the one which more starts reach.
    """

    name = "lyapunov_exponents"

    def growth_rates(
        self, step: takens.plugin.Map, x0: Tensor, dt: float, count: int
    ) -> Measured:
        """Measure the first ``count`` exponents from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite.
        """
        found = self._measured(step, x0, dt, count)
        if found.alive == 0 or not all(check.passed for check in found.checks):
            exact = linear_exponents(step, x0, dt)
            if exact is not None and np.isfinite(exact[:count]).all():
                return found.known_to_be(exact[:count])
        if self.steps != "auto" or not isinstance(step, takens.plugin.FlowMap):
            return found
        # A model is the map that it runs by; of equations a step is only an approximation.
        if not isinstance(step.field, takens.plugin.System):
            return found
        for _ in range(_HALVINGS):
            if not found.step_too_long:
                break
            step = attrs.evolve(step, dt=step.dt / 2)
            found = self._measured(step, x0, step.dt, count)
        return found

    def _measured(self, step: takens.plugin.Map, x0: Tensor, dt: float, count: int) -> Measured:
        growth = self._follow(step, x0, dt, count)
        logs, times = growth.logs.cpu().numpy(), growth.ends.cpu().numpy() * dt
        rates = logs.sum(0) / times[-1]
        diverged, frozen = growth.diverged.cpu().numpy(), growth.frozen.cpu().numpy()
        moving = ~diverged & ~frozen
        kept = moving if moving.sum() >= frozen.sum() else frozen
        steps = int(growth.ends[-1])
        shares = float(diverged.mean()), float(moving.mean())
        details: dict[str, Any] = {
            "starts": len(x0),
            "diverged": shares[0],
            "alive": shares[1],
            "steps": steps,
            "step_size": dt,
            "time": steps * dt,
            "transient": growth.transient,
            "settling": growth.settling,
            "qr_interval": growth.qr_interval,
        }
        period = None if growth.period is None else growth.period * dt
        lengths = Lengths(growth.settling * dt, steps * dt, period)
        if period is not None:
            details["mean_period"] = period
        reason = ""
        if not kept.any():
            reason = f"All {len(x0)} starts diverged."
        elif not np.isfinite(rates[kept]).all():
            reason = (
                "The growth of tangent vectors has no finite logarithm: they vanish or "
                f"overflow within {growth.qr_interval} steps."
            )
        if reason:
            return Measured(None, *shares, lengths, details, reason)
        rates, logs = rates[kept], logs[:, kept]
        segments = over_segments(logs, times)
        samples = over_starts(rates) or segments or Samples(rates, "", len(rates), "starts")
        if segments is not None and segments is not samples:
            details["error_over_segments"] = segments.error.tolist()
        every: list[Any] = [None] * len(x0)
        for start, found in zip(kept.nonzero()[0], rates, strict=True):
            every[start] = found.tolist()
        details["exponents"] = [e[0] if e and count == 1 else e for e in every]
        picked = torch.from_numpy(kept)
        with torch.no_grad():
            checks, more = check_exponents(
                step,
                dt,
                growth.x[picked],
                growth.vectors[picked],
                growth.qr_interval,
                samples,
                parts=[_apart(logs, times, share) for share in PARTS],
                lengths=lengths,
                moving=bool(moving[kept].all()),
            )
        return Measured(
            samples,
            *shares,
            lengths,
            details | more,
            by_start=rates,
            checks=checks,
            convergence=_convergence(logs[..., 0], times),
        )

    def _follow(
        self, step: takens.plugin.Map, x0: Tensor, dt: float, count: int
    ) -> TangentGrowth:
        fits = x0.ndim == 2 and x0.numel() > 0 and x0.dtype == torch.float64
        if not fits or not x0.isfinite().all():
            raise takens.errors.DataError(
                f"{self.name} starts from finite float64 states x0: (starts, d); got "
                f"{x0.dtype} of shape {tuple(x0.shape)}."
            )
        if not 0 < dt < math.inf:
            raise takens.errors.DataError(f"A map advances time by dt above 0; got {dt}.")
        # Lengths that follow from the dynamics are doubled as far as can be afforded.
        found = self.precision is None and self.steps == "auto"
        precision = _KNOWN if found else self.precision
        most = min(MOST, _MOST_NUMBERS // (x0.numel() * count)) if found else self.most_steps

        def enough(logs: Tensor, ends: Tensor, inside: Tensor) -> bool:
            kept = logs[:, inside, :1].cpu().numpy()
            times = ends.cpu().numpy() * dt
            samples = over_starts(kept.sum(0) / times[-1]) or over_segments(kept, times)
            if samples is None or precision is None:
                return False
            error, size = float(samples.error[0]), abs(float(samples.mean[0]))
            return error <= precision * size or (found and size * float(times[-1]) < _CHAOTIC)

        with torch.no_grad():
            return tangent_growth(
                step,
                x0,
                tangents=count,
                transient=self.transient,
                steps=self.steps,
                qr_interval=self.qr_interval,
                most_steps=most,
                enough=None if precision is None else enough,
            )


def _apart(logs: Array, times: Array, share: float) -> Array:
    # By how much rates in the first share of the time differ from later ones, (starts, k).
    cut = int(len(logs) * share)
    if cut < 1:
        return np.empty((0, logs.shape[2]))
    first = logs[:cut].sum(0) / times[cut - 1]
    return first - logs[cut:].sum(0) / (times[-1] - times[cut - 1])


def _convergence(logs: Array, time: Array) -> takens.plugin.Curve:
    # One orbit has no spread: its error is None at every time.
    blocks, starts = logs.shape
    points = np.unique(np.linspace(0, blocks - 1, _TRACE_POINTS, dtype=np.int64))
    running = (logs.cumsum(0) / time[:, None])[points]
    error = running.std(1, ddof=1) / starts**0.5 if starts > 1 else [None] * len(points)
    return takens.plugin.Curve(x=time[points], y=running.mean(1), error=error)
