"""Inflation of an ensemble that has become too narrow."""

from __future__ import annotations

import math
from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.update import Innovation

# How uncertain the factor of the variance is held to be, as a standard deviation.
_UNCERTAINTY: Final = 0.04
_BOUNDS: Final = (1.0, 25.0)


@final
@attrs.frozen(eq=False)
class Inflation:
    """The factor of the anomalies before each update, `(problems,)`; fixed, or learned.

    A learned factor of the variance is that which makes the size of the innovations what it
    should be, followed by a Kalman filter of its own: its estimate from p observations has the
    variance of a sum of p squares. It is never below 1.

    Source: Wang and Bishop (2003), A comparison of breeding and ensemble transform Kalman
    filter ensemble forecast schemes, J. Atmos. Sci. 60, 1140-1158; Miyoshi (2011), The
    Gaussian approach to adaptive covariance inflation, Mon. Wea. Rev. 139, 1519-1535, here
    with one factor for all variables.
    """

    factor: Tensor
    adaptive: bool

    @classmethod
    def make(cls, given: float | str, problems: int) -> Inflation:
        """Make one of a number, or of ``"adaptive"``.

        Raises: takens.InputError for anything else.
        """
        if given == "adaptive":
            return cls(torch.ones(problems, dtype=torch.float64), True)
        if isinstance(given, str) or not (given > 0 and math.isfinite(given)):
            raise takens.InputError(
                "inflation is a positive factor of the ensemble's anomalies, or 'adaptive'; "
                f"got {given!r}."
            )
        return cls(torch.full((problems,), float(given), dtype=torch.float64), False)

    def after(self, innovation: Innovation) -> Inflation:
        """Learn from what was observed against the forecast before its inflation."""
        if not self.adaptive:
            return self
        difference, anomalies = innovation.whitened()
        count = innovation.present.sum(-1).double()
        expected = anomalies.square().sum((-2, -1)) / (anomalies.shape[-1] - 1)
        variance = self.factor.square()
        usable = (count > 0) & (expected > 0)
        safe = torch.where(usable, expected, 1.0)
        found = (difference.square().sum(-1) - count) / safe
        noise = 2 * (count + variance * safe).square() / (count.clamp(min=1) * safe.square())
        gain = _UNCERTAINTY**2 / (_UNCERTAINTY**2 + noise)
        learned = (variance + gain * (found - variance)).clamp(*_BOUNDS)
        return attrs.evolve(self, factor=torch.where(usable, learned, variance).sqrt())
