"""Errors of forecasts over the first steps, scaled as forecasters do."""

from typing import final

import numpy as np

import takens
from takens_metrics.forecasts.block_errors import BLOCKS, all_but_one, jackknife_error
from takens_metrics.records import Array, paired_forecasts
from takens_metrics.settings import FirstStepsSettings, MASESettings, SMAPESettings


class _FirstSteps(FirstStepsSettings):
    name = "scaled"
    evidence = takens.plugin.Evidence("prediction")

    @property
    def horizon(self) -> int:
        """The number of steps that a forecast must have."""
        return self.steps

    def _score(self, errors: Array, scales: Array, unit: str, convention: str) -> takens.Score:
        # The mean error over the mean scale, (starts, n) each, in the order of time.
        blocks = min(BLOCKS, len(errors) // self.steps)
        spread, source = None, ""
        if blocks > 1:
            left = all_but_one(errors, blocks) / all_but_one(scales, blocks)
            spread = float(jackknife_error(left.mean(1)))
            source = f"jackknife over {blocks} blocks of consecutive starts"
        return takens.Score(
            value=float((errors.mean(0) / scales.mean(0)).mean()),
            unit=unit,
            error=spread,
            error_over=None if spread is None else blocks,
            error_unit="blocks of starts",
            error_from=source,
            convention=f"{convention}, mean over starts and the first {self.steps} samples",
            details={"starts": len(errors), "steps": self.steps},
        )


@final
class MASE(_FirstSteps, MASESettings):
    """Mean absolute scaled error: that of the naive forecast of the truth one step ahead is 1.

    The mean absolute error over the first ``steps`` samples, divided for each variable by the
    mean absolute difference of successive samples of the truth, and averaged over variables.

    Raises: ComponentError where ``steps`` is below 1.

    Source: Hyndman, Koehler (2006), Another look at measures of forecast accuracy, Int. J.
    Forecasting 22, 679-688, section 3.
    """

    name = "mase"

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare observations and forecasts, `(starts, h + 1, n)`, h at least ``steps``.

        Raises: DataError where they do not fit together or are shorter than that.
        """
        truth, run = paired_forecasts(self.name, reference, generated, self.steps)
        naive = np.abs(np.diff(truth, axis=1)).mean(1)
        off = np.abs(run - truth)[:, 1 : self.steps + 1].mean(1)
        return self._score(
            off, naive, "1", "mean absolute error over that of the lag-1 naive one"
        )


@final
class SMAPE(_FirstSteps, SMAPESettings):
    """Symmetric mean absolute percentage error, `200 |x - y| / (|x| + |y|)`, 0 to 200.

    It depends on where the zero of the data is: it is computed in the units of the data, and
    serves to compare with published numbers. Where both are zero the error is zero.

    Raises: ComponentError where ``steps`` is below 1.

    Source: Gilpin (2021), Chaos as an interpretable benchmark for forecasting and data-driven
    modelling, NeurIPS datasets and benchmarks.
    """

    name = "smape"

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare observations and forecasts, `(starts, h + 1, n)`, h at least ``steps``.

        Raises: DataError where they do not fit together or are shorter than that.
        """
        paired_forecasts(self.name, reference, generated, self.steps)
        truth, run = (
            s.x.detach().cpu().double().numpy()[:, 1 : self.steps + 1]
            for s in (reference, generated)
        )
        both = np.abs(truth) + np.abs(run)
        off = np.divide(np.abs(run - truth), both, out=np.zeros_like(both), where=both > 0)
        off = 200 * off.mean(1)
        return self._score(off, np.ones_like(off), "%", "200 |x - y| / (|x| + |y|)")
