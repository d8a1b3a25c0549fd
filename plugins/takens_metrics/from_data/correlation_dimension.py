"""The correlation dimension of an attractor."""

import itertools
from typing import Any, Literal, final

import numpy as np
from scipy.spatial.distance import cdist

import takens
from takens_metrics.from_data.neighbours import evenly
from takens_metrics.from_data.scaling_region import find_scaling_region
from takens_metrics.from_data.with_reference import beside, without_value
from takens_metrics.records import Array
from takens_metrics.settings import CorrelationDimensionSettings
from takens_metrics.spectra.time_scales import theiler_window

_PLACES = 1_000
_LIBRARY = 10_000
_RADII = 60
_BLOCKS = 20
_RESAMPLES = 100
_SHORTEST = 500
# Slopes are sought between these shares of all pairs; fewer are noise, more are saturated.
_FEWEST_PAIRS = 100
_LARGEST_SHARE = 0.1


@final
class CorrelationDimension(CorrelationDimensionSettings):
    """With which power of the radius the number of neighbours grows, of what was generated.

    The slope of `log C(r)` over `log r`, where C is the share of pairs of states closer than
    r and at least ``theiler`` samples apart, along its straight part, which ``details`` show.
    The reference is that of the data.

    Raises: ComponentError where ``theiler`` is below 1.

    Source: Grassberger, Procaccia (1983), Measuring the strangeness of strange attractors,
    Physica D 9, 189-208; Theiler (1986), Phys. Rev. A 34, 2427-2432.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", "distance")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Estimate from two records `(T, n)`.

        Raises: DataError where the reference is too short or constant.
        """
        x = _scaled(reference)
        window = theiler_window(x) if self.theiler == "auto" else self.theiler
        true = _dimension(x, window)
        try:
            found = _dimension(_scaled(generated), window)
        except takens.errors.DataError as error:
            reason = f"what was generated has no dimension: {error}"
            found = without_value(true, reason)
        return beside(found, true)


def correlation_dimension_from_data(
    series: takens.TimeSeries, *, theiler: int | Literal["auto"] = "auto"
) -> takens.Score:
    """Estimate the correlation dimension of `x: (T, n)`; see ``CorrelationDimension``.

    The error is from resampled segments of the record, and from how much the slope differs
    between parts of the scaling region. Where no part of the curve is straight over a factor
    e in the radius, there is no value.

    Raises: DataError where the record is too short or constant.
    """
    x = _scaled(series)
    return _dimension(x, theiler_window(x) if theiler == "auto" else theiler)


def _scaled(series: takens.TimeSeries) -> Array:
    x = series.x.detach().cpu().double().numpy()
    if x.ndim != 2 or len(x) < _SHORTEST:
        raise takens.errors.DataError(
            f"A correlation dimension needs one series x: (T, n) of at least {_SHORTEST} "
            f"samples; got shape {x.shape}."
        )
    # The deviation of equal numbers need not be 0 in rounding.
    spread = np.where(np.ptp(x, axis=0) > 0, x.std(0), 0.0)
    if not (spread > 0).all():
        name = series.columns[int(np.argmin(spread))]
        raise takens.errors.DataError(f"Column {name!r} does not vary, and has no dimension.")
    return (x - x.mean(0)) / spread


def _dimension(x: Array, window: int) -> takens.Score:
    log_r, counts, pairs = _pair_counts(x, window)
    share = counts.sum(0) / pairs.sum()
    details: dict[str, Any] = {"theiler": window, "samples": len(x)}
    log_pairs = [float(np.log(s)) if s > 0 else None for s in share]
    convention = (
        f"Grassberger-Procaccia in {x.shape[1]} dimensions, in standard deviations, {len(x)} "
        f"samples, pairs within {window} samples left out"
    )
    found = _slope(log_r, counts, pairs)
    if found is None:
        reason = "no scaling region: the curve has no straight part over a factor e"
        return takens.Score(
            value=None,
            reason=reason,
            unit="1",
            convention=convention,
            curves={"pairs": takens.plugin.Curve(x=log_r, y=log_pairs)},
            details=details,
        )
    slope, bend, first, last = found
    random = np.random.default_rng(0)
    again: list[float] = []
    for _ in range(_RESAMPLES):
        chosen = random.integers(0, len(counts), len(counts))
        resampled = _slope(log_r, counts[chosen], pairs[chosen])
        if resampled is not None:
            again.append(resampled[0])
    noise = float(np.std(again, ddof=1)) if len(again) > 1 else 0.0
    details |= {"scaling_region": [first, last], "bend": bend}
    return takens.Score(
        value=slope,
        unit="1",
        error=float(np.hypot(noise, bend)),
        error_from=(
            f"bootstrap of {len(counts)} segments of the record, and by how much the slope "
            "differs between parts of the scaling region"
        ),
        convention=convention,
        curves={"pairs": takens.plugin.Curve(x=log_r, y=log_pairs, straight=(first, last))},
        details=details,
    )


def _pair_counts(x: Array, window: int) -> tuple[Array, Array, Array]:
    # Log radii, the pairs that are closer for each segment of places, (blocks, radii), and all.
    samples = len(x)
    places, library = evenly(_PLACES, samples), evenly(_LIBRARY, samples)
    others = x[library]
    # A first look at the distances sets the range of the radii.
    look = cdist(x[places[::20]], others[::10])
    look = look[look > 0]
    if not len(look):
        raise takens.errors.DataError("Its states coincide: it is at rest, and has none.")
    low = float(np.log(np.quantile(look, 1e-3) / 10))
    high = float(np.log(np.quantile(look, 0.9)))
    log_r = low + (high - low) * np.arange(_RADII) / (_RADII - 1)
    step = (high - low) / (_RADII - 1)
    cuts = np.linspace(0, len(places), min(_BLOCKS, len(places)) + 1).astype(np.int64).tolist()
    counts, pairs = np.zeros((len(cuts) - 1, _RADII)), np.zeros(len(cuts) - 1)
    for i, (start, stop) in enumerate(itertools.pairwise(cuts)):
        here = places[start:stop]
        squared = cdist(x[here], others, "sqeuclidean")
        kept = squared[np.abs(here[:, None] - library) > window]
        # The first radius that is not smaller; states that coincide are within all of them.
        first = np.ceil((np.log(np.maximum(kept, 1e-300)) / 2 - low) / step)
        within = np.clip(first, 0, _RADII).astype(np.int64)
        counts[i] = np.bincount(within, minlength=_RADII + 1)[:_RADII].cumsum()
        pairs[i] = len(kept)
    return log_r, counts, pairs


def _slope(
    log_r: Array, counts: Array, pairs: Array
) -> tuple[float, float, float, float] | None:
    total, every = counts.sum(0), pairs.sum()
    used = np.nonzero((total >= _FEWEST_PAIRS) & (total <= _LARGEST_SHARE * every))[0]
    if len(used) < 8:
        return None
    x, y = log_r[used], np.log(total[used] / every)
    steep = (y[-1] - y[0]) / (x[-1] - x[0])
    region = find_scaling_region(x, y, least_rise=max(steep, 0.2))
    if region is None:
        return None
    return (region.slope, region.bend, float(x[region.start]), float(x[region.stop - 1]))
