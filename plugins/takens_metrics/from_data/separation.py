"""How neighbours in a record separate."""

import itertools
from typing import Literal, final, get_args

import attrs
import numpy as np
from scipy.spatial import KDTree

import takens
from takens_metrics.from_data.neighbours import Places, evenly, nearest, within
from takens_metrics.from_data.scaling_region import (
    ScalingRegion,
    find_scaling_region,
    slopes_within,
)
from takens_metrics.records import Array
from takens_metrics.settings import Method
from takens_metrics.spectra.time_scales import mean_frequency, theiler_window

METHODS: tuple[Method, ...] = get_args(Method)

# Distances that grow by less than a factor e are no exponential growth that can be seen.
_LEAST_RISE = 1.0
_SATURATION = 1.0
# Slopes of one straight part differ by less than this fraction.
_CURVATURE = 0.15
_FEWEST_STEPS = 5
# Any part along which distances grow by this much could have been taken for the straight one.
_ANY_RISE = 0.3
# Slopes are no better known than by what a straight part may bend.
_STRAIGHT = 0.05
# The curve is followed for so many mean periods.
_PERIODS = 15
_PLACES = 2_000
# Kantz' method averages over at least so many neighbours of a place, and at most.
_FEWEST_NEIGHBOURS = 5
_MOST_NEIGHBOURS = 30
_BLOCKS = 25
_SHORTEST = 200
_DELAYS_OF_ONE = 5


@final
@attrs.frozen(eq=False)
class Separation:
    """How the logarithm of the distance between neighbours grows: `curve: (steps,)`.

    ``curves: (blocks, steps)`` are the same for segments of the places that neighbours were
    sought for, ``region`` is the straight part, at least one mean ``period`` long, None
    where there is none.
    """

    curve: Array
    curves: Array
    region: ScalingRegion | None
    period: float
    theiler: int
    places: int
    delays: int
    lag: int


def separation_of(
    series: takens.TimeSeries,
    *,
    method: Method,
    theiler: int | Literal["auto"],
    steps: int | Literal["auto"],
    delays: int | Literal["auto"],
    lag: int | Literal["auto"],
    seed: int,
) -> Separation:
    """Follow neighbours of `x: (T, n)`; see ``exponent_from_data``."""
    if method not in METHODS:
        raise takens.InputError(
            f"An exponent is estimated from data by 'rosenstein' or 'kantz'; got {method!r}."
        )
    x = series.x.detach().cpu().double().numpy()
    if x.ndim != 2 or len(x) < _SHORTEST:
        raise takens.errors.DataError(
            f"Exponents from data need one series x: (T, n) of at least {_SHORTEST} samples; "
            f"got shape {x.shape}."
        )
    spread = x.std(0)
    if not (spread > 0).all():
        name = series.columns[int(np.argmin(spread))]
        raise takens.errors.DataError(
            f"Column {name!r} does not vary, so nothing separates along it."
        )
    x = (x - x.mean(0)) / spread
    if delays == "auto":
        delays = 1 if x.shape[1] > 1 else _DELAYS_OF_ONE
    if lag == "auto":
        lag = max(1, takens.plugin.correlation_time(x) // 2)
    window = theiler_window(x) if theiler == "auto" else theiler
    period = 1 / max(mean_frequency(x), 1 / len(x))
    if steps == "auto":
        steps = int(min(max(_PERIODS * period, 20), len(x) // 5))
    states = _embed(x, delays, lag)
    last = len(states) - steps
    if last < 2 * window + 2 * _FEWEST_NEIGHBOURS:
        raise takens.errors.DataError(
            f"Neighbours {window} samples apart that are followed for {steps} steps need more "
            f"than {len(x) - last + 2 * window + 2 * _FEWEST_NEIGHBOURS} samples; got {len(x)}."
        )
    places = evenly(_PLACES, last)
    follow = _nearest if method == "rosenstein" else _all_near
    logs = follow(states, places, window, steps, np.random.default_rng(seed))
    cuts = np.linspace(0, len(logs), min(_BLOCKS, len(logs)) + 1).astype(np.int64).tolist()
    blocks = [logs[a:b] for a, b in itertools.pairwise(cuts)]
    curves = np.stack([_mean(block) for block in blocks])
    curve = _mean(logs)
    return Separation(
        curve=curve,
        curves=curves,
        region=region_of(np.arange(len(curve), dtype=np.float64) * series.dt, curve, period),
        period=period,
        theiler=window,
        places=int(np.isfinite(logs).all(1).sum()),
        delays=delays,
        lag=lag,
    )


def _embed(x: Array, delays: int, lag: int) -> Array:
    length = len(x) - (delays - 1) * lag
    if length < 2:
        raise takens.errors.DataError(
            f"{delays} delays of {lag} samples need more than {(delays - 1) * lag} samples; "
            f"got {len(x)}."
        )
    return np.concatenate([x[i * lag : i * lag + length] for i in range(delays)], 1)


def _nearest(
    states: Array, places: Places, window: int, steps: int, random: np.random.Generator
) -> Array:
    # (places, steps): the log distance to the nearest neighbour, step by step.
    library = states[: len(states) - steps]
    tree = KDTree(library)
    partner = np.full(len(places), -1, dtype=np.int64)
    count = 8
    while (partner < 0).any():
        open_ = np.nonzero(partner < 0)[0]
        count = min(count, len(library))
        _, found = nearest(tree, states[places[open_]], count)
        apart = np.abs(found - places[open_, None]) > window
        has = apart.any(1)
        partner[open_[has]] = found[has, apart[has].argmax(1)]
        if count == len(library):
            break
        count *= 4
    known = partner >= 0
    here, there = places[known], partner[known]
    logs = np.empty((len(here), steps))
    for k in range(steps):
        gap = states[here + k] - states[there + k]
        logs[:, k] = np.einsum("pd,pd->p", gap, gap)
    return _log(logs) / 2


def _all_near(
    states: Array, places: Places, window: int, steps: int, random: np.random.Generator
) -> Array:
    # (places, steps): the log of the mean distance to the neighbours in a small ball.
    library = states[: len(states) - steps]
    tree = KDTree(library)
    places = places[:: max(1, len(places) // (_PLACES // 2))]
    radius = _radius(tree, library, places, window, random)
    rows: list[Array] = []
    for place, near in zip(places, within(tree, states[places], radius), strict=True):
        others = near[np.abs(near - place) > window]
        if len(others) < _FEWEST_NEIGHBOURS:
            continue
        if len(others) > _MOST_NEIGHBOURS:
            others = random.choice(others, _MOST_NEIGHBOURS, replace=False)
        ahead = np.arange(steps)
        gaps = states[others[:, None] + ahead] - states[place + ahead]
        rows.append(np.linalg.norm(gaps, axis=2).mean(0))
    if not rows:
        return np.full((1, steps), np.nan)
    return _log(np.stack(rows))


def _radius(
    tree: KDTree, library: Array, places: Places, window: int, random: np.random.Generator
) -> float:
    # The smallest for which most places have enough neighbours.
    some = random.choice(places, min(200, len(places)), replace=False)
    count = min(2 * window + 1 + _FEWEST_NEIGHBOURS, len(library))
    distances, found = nearest(tree, library[some], count)
    distances[np.abs(found - some[:, None]) <= window] = np.inf
    enough = np.sort(distances, 1)[:, _FEWEST_NEIGHBOURS - 1]
    return float(np.quantile(enough[np.isfinite(enough)], 0.7))


def _log(values: Array) -> Array:
    # Two states that coincide have no logarithm of their distance, and are left out.
    return np.log(values, out=np.full_like(values, np.nan), where=values > 0)


def _mean(logs: Array) -> Array:
    known = np.isfinite(logs)
    counted = np.asarray(known.sum(0), dtype=np.float64)
    total = np.asarray(np.where(known, logs, 0.0).sum(0), dtype=np.float64)
    return np.where(counted > 0, total / np.maximum(counted, 1.0), np.nan)


def region_of(time: Array, curve: Array, period: float) -> ScalingRegion | None:
    """Return the straight part of a curve, at least one mean ``period`` (in samples) long."""
    if not np.isfinite(curve).all():
        return None
    last, least = _unsaturated(curve), _least(period)

    def after(first: int) -> ScalingRegion | None:
        part = slice(first, last)
        found = find_scaling_region(
            time[part],
            curve[part],
            least_rise=_LEAST_RISE,
            least_samples=least,
            curvature=_CURVATURE,
        )
        if found is None:
            return None
        return attrs.evolve(found, start=found.start + first, stop=found.stop + first)

    found, early = after(0), int(period)
    # Neighbours that are far apart, or near in what was observed only, leave each other faster
    # at first: growth is exponential where it goes on without that beginning.
    if found is not None and found.start < early and early >= 2 * _FEWEST_STEPS:
        later = after(early)
        goes_on = later is not None and later.slope >= (1 - _CURVATURE) * found.slope
        return found if goes_on else later
    return found


def slopes_of_parts(
    time: Array, curve: Array, period: float, region: ScalingRegion
) -> tuple[float, float]:
    """Return the lowest and highest slope among parts that were as good as ``region``.

    Growth is faster where neighbours begin, slower where some of them have come to be as far
    apart as unrelated states, and differs along the attractor: what a straight part is, is a
    choice, and its slope is off by what that choice makes of it.
    """
    last = _unsaturated(curve)
    found = slopes_within(
        time[:last], curve[:last], least_rise=_ANY_RISE, least_samples=_least(period)
    )
    low, high = found or (region.slope, region.slope)
    least = _STRAIGHT * region.slope
    return min(low, region.slope - least), max(high, region.slope + least)


def _unsaturated(curve: Array) -> int:
    # Where distances are those of unrelated states they grow no more, and before that less.
    below = curve < np.median(curve[-max(1, len(curve) // 5) :]) - _SATURATION
    return len(curve) if below.all() else int(below.argmin())


def _least(period: float) -> int:
    # Within a period neighbours also separate because noise drives them apart.
    return max(_FEWEST_STEPS, int(np.ceil(period)))
