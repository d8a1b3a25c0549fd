"""How errors of forecasts grow with the time ahead."""

from typing import Any, Final, Self, cast, final

import attrs
import numpy as np
from scipy.spatial import KDTree

import takens
from takens_metrics.forecasts.block_errors import BLOCKS, all_but_one, jackknife_error
from takens_metrics.forecasts.linear_predictor import linear_forecasts
from takens_metrics.records import Array, paired_forecasts
from takens_metrics.settings import ForecastCurveSettings

_FEWEST_BLOCKS: Final = 4
# Times ahead that a curve shows.
_SHOWN: Final = 50
# Analogues are looked up among so many times the horizon of starts.
_ENOUGH: Final = 4


@final
class ForecastCurve(ForecastCurveSettings):
    """The error of forecasts against the time ahead, beside those of simple forecasts.

    Root mean square over starts and variables, in standard deviations of each variable; the
    value is the mean over the times ahead, up to ``horizon`` samples. ``curves`` hold that of
    the ``model``, with standard errors, and of three simple forecasts: ``persistence`` (the
    observation at the start, repeated), the best ``linear`` one (fitted to the other half of
    the starts) and ``analogues`` (what followed the nearest other start that is farther away
    in time than the horizon). Time is in Lyapunov times where the largest exponent is known.

    Raises: ComponentError where the horizon or the exponent are not positive.

    Source: Lorenz (1969), Atmospheric predictability as revealed by naturally occurring
    analogues, J. Atmos. Sci. 26, 636-646.
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

        Both begin with the observation that the forecast starts from, and starts are in the
        order of time; errors are from up to 20 blocks of neighbours that are left out in turn.

        Raises: DataError where they do not fit together or are shorter than the horizon.
        """
        truth, run = paired_forecasts("forecast_curve", reference, generated, self.horizon)
        dt = float(reference.t[-1] - reference.t[0]) / (len(reference) - 1)
        unit = "time units" if self.exponent is None else "Lyapunov times"
        ahead = np.unique(np.linspace(1, self.horizon, _SHOWN).round().astype(np.int64))
        start, later = truth[:, 0], truth[:, ahead]
        squared = np.square(run[:, ahead] - later).mean(2)  # (starts, ahead)
        simple = {"persistence": np.broadcast_to(start[:, None], later.shape)}
        if (linear := linear_forecasts(start, later)) is not None:
            simple["linear"] = linear
        if (others := _analogues(start, self.horizon)) is not None:
            simple["analogues"] = later[others]
        curve = np.sqrt(squared.mean(0))
        blocks = min(BLOCKS, len(truth) // self.horizon)
        error, of_value = np.zeros(0), None
        if blocks >= _FEWEST_BLOCKS:
            left_out = np.sqrt(all_but_one(squared, blocks))
            error = jackknife_error(left_out)
            of_value = float(jackknife_error(left_out.mean(1)))
        x = np.asarray(ahead * dt * (self.exponent or 1.0), dtype=np.float64)
        drawn = {"model": _curve(x, curve, error)}
        baselines: dict[str, float] = {}
        for name, forecast in simple.items():
            y = np.sqrt(np.square(forecast - later).mean((0, 2)))
            drawn[name] = _curve(x, y)
            baselines[name] = float(y.mean())
        return takens.Score(
            value=float(curve.mean()),
            unit="standard deviations",
            error=of_value,
            error_over=None if of_value is None else blocks,
            error_unit="blocks of starts",
            error_from="" if of_value is None else f"jackknife over {blocks} blocks of starts",
            baselines=baselines,
            convention=(
                f"root mean square over starts and {truth.shape[2]} dimensions, mean over "
                f"{x[-1]:.4g} {unit} ahead, in standard deviations of the reference"
            ),
            curves=drawn,
            details={"starts": len(truth), "time": unit},
        )


def _analogues(start: Array, horizon: int) -> Any:
    """Return for each of `start: (starts, n)` the nearest other one, or None where few are.

    Two starts in a row are at least a sample apart, so that ``horizon`` starts are further
    apart than a forecast is long.
    """
    count = len(start)
    if count < _ENOUGH * horizon:
        return None
    more = min(count, 2 * horizon + 2)
    found: tuple[Any, Any] = cast(Any, KDTree(start)).query(start, k=more)
    others = found[1]
    apart = np.abs(others - np.arange(count)[:, None]) > horizon
    return others[np.arange(count), apart.argmax(1)]


def _curve(x: Array, y: Array, error: Array | None = None) -> takens.plugin.Curve:
    values = (map(float, each) for each in (x, y, () if error is None else error))
    x_, y_, error_ = map(tuple[float, ...], values)
    return takens.plugin.Curve(x=x_, y=y_, error=error_)
