"""How long forecasts are good for."""

import itertools
from typing import Any, Self, final

import attrs
import numpy as np

import takens
from takens_metrics.forecasts.block_errors import BLOCKS
from takens_metrics.records import Array, paired_forecasts
from takens_metrics.settings import ValidPredictionTimeSettings

_RESAMPLES = 200


@final
class ValidPredictionTime(ValidPredictionTimeSettings):
    """After what time forecasts leave the truth, in Lyapunov times; the median over starts.

    A forecast is valid until its error, the root mean square over variables in standard
    deviations of the reference, first exceeds ``threshold``. Forecasts are ``horizon`` samples
    long; those that are valid throughout count with that length, so the value is at least the
    true one where they are many (``details`` give their share). A Lyapunov time is 1 /
    ``exponent``, the largest one of the true system: known where the system is, else to be
    given. Without it the value is in time units.

    Raises: ComponentError where the horizon, the threshold or the exponent are not positive.

    Source: Vlachas et al. (2020), Backpropagation algorithms and reservoir computing in
    recurrent neural networks for the forecasting of complex spatiotemporal dynamics, Neural
    Networks 126, 191-217, eq. 22.
    """

    evidence = takens.plugin.Evidence("prediction")

    def with_facts(self, facts: takens.plugin.Facts, /) -> Self:
        """Take the largest exponent from what is known of the true system."""
        spectrum = facts.lyapunov_spectrum
        if self.exponent is not None or not spectrum or spectrum[0] <= 0:
            return self
        return attrs.evolve(self, exponent=spectrum[0])

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare observations and forecasts, `(starts, h + 1, n)`, h at least ``horizon``.

        Both begin with the observation that the forecast starts from.

        Raises: DataError where they do not fit together or are shorter than the horizon.
        """
        truth, run = paired_forecasts(
            "valid_prediction_time", reference, generated, self.horizon
        )
        dt = float(reference.t[-1] - reference.t[0]) / (len(reference) - 1)
        unit, scale = ("time units", dt)
        if self.exponent is not None:
            unit, scale = "Lyapunov times", dt * self.exponent
        error = np.sqrt(np.square(run - truth).mean(2))[:, 1 : self.horizon + 1]
        over = error > self.threshold
        valid = np.where(over.any(1), over.argmax(1), self.horizon) * scale
        low, middle, high = np.quantile(valid, (0.25, 0.5, 0.75))
        blocks = min(BLOCKS, len(valid))
        details: dict[str, Any] = {
            "starts": len(valid),
            "quartiles": [float(low), float(high)],
            "valid_throughout": float(1 - over.any(1).mean()),
            "exponent": self.exponent,
        }
        spread, source = None, ""
        if blocks > 1:
            spread = _error(valid, blocks)
            source = f"bootstrap of {blocks} blocks of consecutive starts"
        return takens.Score(
            value=float(middle),
            unit=unit,
            error=spread,
            error_over=None if spread is None else blocks,
            error_unit="blocks of starts",
            error_from=source,
            convention=(
                f"median over starts, error of {truth.shape[2]} dimensions above "
                f"{self.threshold:g} standard deviations, at most {self.horizon} samples "
                f"({self.horizon * scale:.4g} {unit}); higher is better"
            ),
            details=details,
        )


def _error(valid: Array, blocks: int) -> float:
    random = np.random.default_rng(0)
    cuts = [i * len(valid) // blocks for i in range(blocks + 1)]
    parts = [valid[a:b] for a, b in itertools.pairwise(cuts)]
    medians = np.empty(_RESAMPLES)
    for i in range(_RESAMPLES):
        chosen = [parts[int(block)] for block in random.integers(0, blocks, blocks)]
        medians[i] = np.median(np.concatenate(chosen))
    return float(medians.std(ddof=1))
