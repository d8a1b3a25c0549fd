"""How far to trust a Gaussian process."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.inference.prediction import Prediction


@final
@attrs.frozen(eq=False)
class LeaveOneOut:
    """What each measurement is predicted as by all the others, noise included.

    ``residuals`` `(n,)` or `(n, q)` are measured minus predicted; ``log_density`` is the mean
    log density of a measurement under its prediction.
    """

    prediction: Prediction
    residuals: Tensor
    log_density: float

    @classmethod
    def side_by_side(cls, outputs: Sequence[LeaveOneOut]) -> LeaveOneOut:
        """Put what was found for several outputs side by side."""
        predictions = [each.prediction for each in outputs]
        return cls(
            Prediction(
                torch.stack([each.mean for each in predictions], -1),
                torch.stack([each.variance for each in predictions], -1),
                lambda: torch.stack([each.covariance for each in predictions]),
            ),
            torch.stack([each.residuals for each in outputs], -1),
            sum(each.log_density for each in outputs) / len(outputs),
        )

    @property
    def standardised(self) -> Tensor:
        """Residuals in standard deviations; about normal where the model is right."""
        return self.residuals / self.prediction.deviation

    @property
    def rmse(self) -> float:
        """The root of the mean squared residual, in units of y."""
        return float(self.residuals.square().mean().sqrt())


def leave_one_out(factor: Tensor, weights: Tensor, y: Tensor) -> LeaveOneOut:
    """Leave out each of the measurements in turn, in closed form.

    ``factor`` is that of the covariance `(n, n)` with noise, `weights, y: (n, q)` or `(n,)`.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eqs. 5.10
    to 5.12.
    """
    inverse = torch.cholesky_inverse(factor).diagonal()
    variance = 1 / inverse
    spread = variance if y.ndim == 1 else variance.unsqueeze(-1).expand_as(y)
    residuals = weights * spread
    density = -0.5 * (residuals.square() / spread + (2 * math.pi * spread).log())
    prediction = Prediction(
        y - residuals, spread, lambda: torch.diag_embed(spread.movedim(0, -1))
    )
    return LeaveOneOut(prediction, residuals, float(density.mean()))


@final
@attrs.frozen
class Calibration:
    """The share of measurements within the central intervals of each level.

    ``margin`` is two standard errors of each share, were the levels right and the
    measurements independent.
    """

    shares: Mapping[float, float]
    count: int

    def margin(self, level: float) -> float:
        """Return by how much a share may be off its level by chance."""
        return 2 * math.sqrt(level * (1 - level) / self.count)

    def __str__(self) -> str:
        return "\n".join(
            f"{level:.0%} band holds {share:.1%} of {self.count} "
            f"(expected {level:.0%} ± {self.margin(level):.1%})"
            for level, share in self.shares.items()
        )


def calibration(
    prediction: Prediction, y: Tensor, levels: Sequence[float] = (0.5, 0.68, 0.95)
) -> Calibration:
    """Count the measurements `y: (m,)` or `(m, q)` that lie within predicted intervals.

    The prediction must include the noise (``noise=True``) where y does.

    Raises: InputError where shapes do not match.
    """
    y = torch.as_tensor(y, dtype=torch.float64)
    if y.shape != prediction.mean.shape or not y.numel():
        raise takens.InputError(
            f"Predictions of shape {tuple(prediction.mean.shape)} are compared with as many "
            f"measurements, at least one; got {tuple(y.shape)}."
        )
    shares: dict[float, float] = {}
    for level in levels:
        low, high = prediction.interval(level)
        shares[level] = float(((y >= low) & (y <= high)).double().mean())
    return Calibration(shares, y.numel())
