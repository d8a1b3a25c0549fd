"""How likely what was measured is by forecasts, beside a constant law."""

from typing import final

import numpy as np
from torch import Tensor

import takens
from takens_metrics.forecasts.block_errors import BLOCKS, all_but_one, jackknife_error
from takens_metrics.settings import DevianceSettings

_FEWEST_BLOCKS = 4


@final
class Deviance(DevianceSettings):
    """The deviance of forecasts over the first ``horizon`` samples, per sample and variable.

    Twice the logarithm of how much less likely an observation is than by the law that fits it
    best, for models with a likelihood: counts, labels and the like have no error in standard
    deviations. The baseline ``null`` is that of the constant law which fits the data best;
    ``explained`` among the details is one minus their ratio.

    Raises: ComponentError where ``horizon`` is no whole number from 1.

    Source: McCullagh and Nelder (1989), Generalized linear models, section 2.3.
    """

    evidence = takens.plugin.Evidence("prediction", "forecast")

    def compare_deviances(self, model: Tensor, null: Tensor, dt: float, /) -> takens.Score:
        """Compare deviances `(starts, h, n)`, h at least ``horizon``, in the order of time.

        The error is from up to 20 blocks of starts, no shorter than a forecast, that are left
        out in turn; with fewer than 4 there is none.
        """
        found, simple = (
            np.asarray(each[:, : self.horizon].mean((1, 2)).numpy()) for each in (model, null)
        )
        blocks = min(BLOCKS, len(found) // self.horizon)
        enough = blocks >= _FEWEST_BLOCKS
        error = float(jackknife_error(all_but_one(found, blocks))) if enough else None
        ahead = model[:, : self.horizon].mean((0, 2))
        return takens.Score(
            value=float(found.mean()),
            unit="1",
            error=error,
            error_over=blocks if enough else None,
            error_unit="blocks of starts",
            error_from=f"jackknife over {blocks} blocks of starts" if enough else "",
            baselines={"null": float(simple.mean())},
            convention=(
                f"mean over starts, variables and the first {self.horizon} samples of twice "
                "the log-likelihood lost beside the law that fits each observation best"
            ),
            details={
                "starts": len(found),
                "explained": 1 - float(found.mean() / simple.mean()),
                "ahead": ahead.tolist(),
            },
        )
