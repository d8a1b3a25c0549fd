"""Looking at data before a model is trained on them."""

from __future__ import annotations

import contextlib
from typing import Final

import attrs
import numpy as np

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS_WITHOUT_EQUATIONS
from takens._embedding.arrays import Array, standardised
from takens._embedding.delay import choose_delay
from takens._embedding.dimension import choose_dimension
from takens._embedding.memory import correlation_time
from takens._examining.examination import Examination, Variable
from takens._examining.findings import findings_of, prepare_line
from takens._examining.forecasts import Forecasts, forecasts_of
from takens._examining.periods import periods_of
from takens._examining.seen import Seen
from takens._examining.surrogates import surrogate_test
from takens._examining.trend import trend_of
from takens._judging.noise import noise_levels
from takens._plugins.registry import metrics
from takens._protocols.metric import SeriesMetric
from takens.errors import TakensError

# Neighbours are sought among so many samples, which leaves answers as they are.
_MOST: Final = 20_000
_FOR_EXPONENT: Final = 10_000
_SHORTEST: Final = 50
_SURROGATES: Final = 199


@arguments()
def examine(data: SeriesLike, *, surrogates: int = _SURROGATES, seed: int = 0) -> Examination:
    """Say what data are like and what they can bear, before a model is trained on them.

    The data may be a series, recordings, an array or a frame. Noise, periods, embedding,
    exponent and forecasts are those of the longest stretch without a gap, in float64; delay,
    dimension and surrogates are of the first variable that varies.

    Raises: DataError for what is no data.
    """
    seen = Seen.of(as_recordings(data))
    made = _whole(seen)
    if len(seen.x) >= _SHORTEST and seen.x.shape[1]:
        made = _studied(made, seen, surrogates, seed)
    found = list(findings_of(made, seen))
    advised = [key for key, _ in found if key]
    if "outliers" in advised and "gaps" not in advised:
        advised.append("gaps")
    line = prepare_line(advised, made, seen)
    return attrs.evolve(made, findings=tuple(each for _, each in found), prepare=line)


def _whole(seen: Seen) -> Examination:
    """Say what needs no study: sizes, the clock, and the values."""
    recordings = seen.recordings
    return Examination(
        samples=sum(map(len, recordings)),
        recordings=len(recordings),
        variables=_variables(seen),
        time_unit=recordings.time_unit,
        dt=seen.dt,
        jitter=seen.jitter,
        gaps=seen.gaps,
        missing=seen.missing,
        length=seen.length,
    )


def _variables(seen: Seen) -> tuple[Variable, ...]:
    recordings = seen.recordings
    joined = np.concatenate([one.x.detach().cpu().double().numpy() for one in recordings])
    units = recordings.units or ("",) * recordings.dim
    found: list[Variable] = []
    for name, unit, x, values in zip(
        recordings.columns, units, joined.T, seen.values, strict=True
    ):
        known = x[np.isfinite(x) & (x != values.fill)]
        known = known if len(known) else np.zeros(1)
        kind = "label" if values.labels else "count" if values.counts else "number"
        found.append(
            Variable(
                name=name,
                unit=unit,
                mean=float(known.mean()),
                spread=float(known.std()),
                least=float(known.min()),
                most=float(known.max()),
                missing=len(x) - len(known),
                outliers=len(values.outliers),
                step=values.step,
                kind="still" if values.constant else kind,
            )
        )
    return tuple(found)


def _studied(made: Examination, seen: Seen, surrogates: int, seed: int) -> Examination:
    """Add what follows from the longest stretch."""
    varying = np.flatnonzero(np.ptp(seen.x, 0) > 0)
    if not len(varying):
        return made
    x, names = standardised(seen.x[:, varying]), [seen.varying[i] for i in varying]
    part, dt = x[:_MOST], seen.dt
    periods = periods_of(x)
    period = periods.dominant[0] if periods.dominant else periods.mean
    first = part[:, 0]
    delay = choose_delay(first).samples
    dimension, chance = None, None
    with contextlib.suppress(TakensError):
        dimension = choose_dimension(
            first, delay, max(correlation_time(part), delay)
        ).coordinates
    if surrogates:
        with contextlib.suppress(TakensError):
            chance = surrogate_test(first, delay, count=surrogates, seed=seed).chance
    exponent, error, reason = _exponent(part[:_FOR_EXPONENT], dt)
    levels = dict(zip(names, noise_levels(x), strict=True))
    trends = {name: trend_of(column) for name, column in zip(names, x.T, strict=True)}
    variables = [
        attrs.evolve(v, noise=levels.get(v.name), trend=trends.get(v.name))
        for v in made.variables
    ]
    return attrs.evolve(
        made,
        variables=tuple(variables),
        periods=tuple(dt * each for each in periods.dominant),
        period=dt * period,
        delay=dt * delay,
        dimension=dimension,
        exponent=exponent,
        exponent_error=error,
        exponent_reason=reason,
        chance=chance,
        surrogates=surrogates,
        forecasts=_forecasts(part, delay, dimension or 4),
    )


def _forecasts(x: Array, delay: int, coordinates: int) -> Forecasts | None:
    coordinates = coordinates if x.shape[1] == 1 else max(1, coordinates // x.shape[1])
    if len(x) < 4 * (delay * (coordinates + 1) + 10):
        return None
    return forecasts_of(x, delay, coordinates, delay)


def _exponent(x: Array, dt: float) -> tuple[float | None, float | None, str]:
    """Estimate the largest Lyapunov exponent from the record, where a metric can."""
    series = TimeSeries(dt * np.arange(len(x)), x)
    for name in METRICS_WITHOUT_EQUATIONS:
        try:
            metric = metrics.create(name)
            if isinstance(metric, SeriesMetric):
                score = metric.compare(series, series)
                return score.value, score.error, score.reason
        except TakensError as error:
            return None, None, str(error)
    return None, None, "no metric that estimates it is installed"
