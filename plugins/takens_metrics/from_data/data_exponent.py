"""The largest Lyapunov exponent, from data alone."""

from typing import Any, Literal

import numpy as np

import takens
from takens_metrics.from_data.scaling_region import slope_of
from takens_metrics.from_data.separation import (
    Separation,
    region_of,
    separation_of,
    slopes_of_parts,
)
from takens_metrics.records import Array
from takens_metrics.settings import Method

_RESAMPLES = 100


def exponent_from_data(
    series: takens.TimeSeries,
    *,
    method: Method = "rosenstein",
    theiler: int | Literal["auto"] = "auto",
    steps: int | Literal["auto"] = "auto",
    delays: int | Literal["auto"] = "auto",
    lag: int | Literal["auto"] = "auto",
    seed: int = 0,
) -> takens.Score:
    """Estimate the largest exponent of `x: (T, n)` from how neighbours separate.

    Neighbours are at least ``theiler`` samples apart in time and are followed for ``steps``
    samples. A single variable is embedded by 5 ``delays`` of ``lag`` samples, several are
    taken as the state. The exponent is the slope of the mean logarithm of the distance along
    the straight part of that curve, which ``details`` show, a factor e or more below where
    distances saturate. The interval reaches from the lowest to the highest slope of the parts
    that could have been taken for it, and two standard errors farther: those are from
    resampled segments of the record, for each of which the part is sought anew. The error is
    half of its wider side. The first mean period, in which neighbours leave each other
    faster, counts where growth goes on as in it. Where no part is straight over a factor e,
    there is no value.

    Raises: DataError where the record is too short, not equally spaced, or constant.

    Source: Rosenstein, Collins, De Luca (1993), A practical method for calculating largest
    Lyapunov exponents from small data sets, Physica D 65, 117-134; Kantz (1994), A robust
    method to estimate the maximal Lyapunov exponent of a time series, Phys. Lett. A 185,
    77-87.
    """
    found = separation_of(
        series, method=method, theiler=theiler, steps=steps, delays=delays, lag=lag, seed=seed
    )
    return exponent_of(found, series.dt, method, seed)


def exponent_of(found: Separation, dt: float, method: Method, seed: int) -> takens.Score:
    """Estimate the exponent from how neighbours separated in a record of interval ``dt``."""
    time = np.arange(len(found.curve), dtype=np.float64) * dt
    details: dict[str, Any] = {
        "method": method,
        "theiler": found.theiler,
        "places": found.places,
        "delays": found.delays,
        "lag": found.lag,
    }
    convention = f"natural logarithm, per unit of time, from data by {method}"
    region = found.region
    if region is None:
        reason = (
            "no scaling region: the logarithm of the distance between neighbours has no "
            "straight part over a factor e"
        )
        return takens.Score(
            value=None,
            reason=reason,
            unit="1 / time unit",
            convention=convention,
            curves={"separation": takens.plugin.Curve(x=time, y=found.curve)},
            details=details,
        )
    noise = float(_resampled_slopes(time, found, seed).std(ddof=1))
    slopes = slopes_of_parts(time, found.curve, found.period, region)
    low, high = slopes[0] - 2 * noise, slopes[1] + 2 * noise
    part = (float(time[region.start]), float(time[region.stop - 1]))
    details |= {
        "scaling_region": list(part),
        "interval": [low, high],
        "slopes": list(slopes),
        "noise": noise,
    }
    return takens.Score(
        value=region.slope,
        unit="1 / time unit",
        error=max(high - region.slope, region.slope - low) / 2,
        error_from=(
            f"bootstrap of {len(found.curves)} segments of the record, and by how much the "
            "slope differs between parts of the curve that could be the scaling region"
        ),
        # What a record of the same kind would scatter by, whose straight part lies alike.
        parts={
            "": takens.plugin.Part(
                value=region.slope, error=float(np.hypot(noise, region.bend))
            )
        },
        convention=convention,
        curves={"separation": takens.plugin.Curve(x=time, y=found.curve, straight=part)},
        details=details,
    )


def _resampled_slopes(time: Array, found: Separation, seed: int) -> Array:
    random = np.random.default_rng(seed)
    region = found.region
    slopes: list[float] = []
    for _ in range(_RESAMPLES):
        chosen = random.integers(0, len(found.curves), len(found.curves))
        curve = found.curves[chosen].mean(0)
        again = region_of(time, curve, found.period)
        if again is not None:
            slopes.append(again.slope)
        elif region is not None:
            part = slice(region.start, region.stop)
            slopes.append(slope_of(time[part], curve[part]))
    return np.asarray(slopes)
