"""The error of forecasts."""

from typing import Any, final

import numpy as np

import takens
from takens_metrics.forecasts.block_errors import BLOCKS, all_but_one, jackknife_error
from takens_metrics.forecasts.linear_predictor import linear_forecasts
from takens_metrics.records import Array, paired_forecasts
from takens_metrics.settings import PredictionErrorSettings

_FEWEST_BLOCKS = 4
# A persistence below this is exact: the data repeat themselves after that many steps.
_ROUNDING = 1e-9


@final
class PredictionError(PredictionErrorSettings):
    """How far forecasts n steps ahead are off, in standard deviations of each variable.

    Root mean square over starts and variables; the value is that at the largest of
    ``steps``. ``details`` gives every one, beside the error of persistence (the observation
    at the start, repeated) and of the best linear forecast from the start (fitted to the
    other half of the starts), and the skill `1 - rmse / persistence`: 1 for a perfect
    forecast, 0 for one no better than persistence.

    Raises: ComponentError where ``steps`` is empty or holds anything but whole numbers from 1.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, appendix on performance measures.
    """

    evidence = takens.plugin.Evidence("prediction", "forecast")

    @property
    def horizon(self) -> int:
        """The number of steps that a forecast must have."""
        return max(self.steps)

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare observations and forecasts, `(starts, h + 1, n)`, h at least ``horizon``.

        Both begin with the observation that the forecast starts from. Starts are in the
        order of time: neighbours share data, so the error is from up to 20 blocks of
        neighbours, no shorter than a forecast, that are left out in turn, of the standard
        deviations as well; with fewer than 4 there is none.

        Raises: DataError where they do not fit together or are shorter than the horizon.
        """
        truth, run = paired_forecasts("prediction_error", reference, generated, self.horizon)
        at = list(self.steps)
        later = truth[:, at]
        squared = np.square(run[:, at] - later)  # (starts, steps, n)
        rmse = np.sqrt(squared.mean((0, 2)))
        persistence = np.sqrt(np.square(later - truth[:, :1]).mean((0, 2)))
        blocks = min(BLOCKS, len(truth) // self.horizon)
        error, source = None, ""
        if blocks >= _FEWEST_BLOCKS:
            error = _error(squared, truth, blocks)
            source = f"jackknife over {blocks} blocks of consecutive starts"
        last = at.index(self.horizon)
        span = self.horizon * float(reference.t[-1] - reference.t[0]) / (len(reference) - 1)
        details: dict[str, Any] = {
            "starts": len(truth),
            "steps": at,
            "rmse": rmse.tolist(),
            "rmse_error": None if error is None else error.tolist(),
            "persistence": persistence.tolist(),
            "skill": _skill(rmse, persistence),
        }
        baselines = {"persistence": float(persistence[last])}
        linear = linear_forecasts(truth[:, 0], later)
        if linear is not None:
            of_linear = np.sqrt(np.square(linear - later).mean((0, 2)))
            baselines["best_linear_forecast"] = float(of_linear[last])
            details |= {
                "linear": of_linear.tolist(),
                "skill_over_linear": _skill(rmse, of_linear),
            }
        return takens.Score(
            value=float(rmse[last]),
            unit="standard deviations",
            error=None if error is None else float(error[last]),
            error_over=None if error is None else blocks,
            error_unit="blocks of starts",
            error_from=source,
            baselines=baselines,
            convention=(
                f"root mean square over starts and {truth.shape[2]} dimensions, {self.horizon} "
                f"samples ({span:g} time units) ahead, in standard deviations of the reference"
            ),
            details=details,
        )


def _skill(rmse: Array, other: Array) -> list[float | None]:
    return [
        1 - float(r / o) if o > _ROUNDING else None for r, o in zip(rmse, other, strict=True)
    ]


def _error(squared: Array, truth: Array, blocks: int) -> Array:
    # Of root mean squares over variables, each in the standard deviation without that block.
    first, second = (all_but_one((truth**k).mean(1), blocks) for k in (1, 2))
    variance = second - np.square(first)  # (blocks, n)
    scaled = all_but_one(squared, blocks) / variance[:, None]
    return jackknife_error(np.sqrt(scaled.mean(-1)))
