"""The distance of two clouds of states, seen from many directions."""

from typing import final

import numpy as np

import takens
from takens_metrics.records import Array, paired
from takens_metrics.settings import SlicedWassersteinSettings


@final
class SlicedWasserstein(SlicedWassersteinSettings):
    """How far two records' states are from each other as clouds, in standard deviations.

    The mean over random ``directions`` of the distance over which the projection of one
    record has to be moved to become that of the other (the Wasserstein-1 distance). It needs
    no bins, does not saturate, and serves in many dimensions; fine structure counts little.

    Raises: ComponentError where ``directions`` is below 1.

    Source: Rabin, Peyre, Delon, Bernot (2012), Wasserstein barycenter and its application to
    texture mixing, LNCS 6667, 435-446.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", "distance", squared=True)

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together.
        """
        truth, run = paired(
            "sliced_wasserstein", reference, generated, dims=("T", "n"), samples=2
        )
        n = truth.shape[1]
        distances = sliced_distances(truth, run, self.directions)
        return takens.Score(
            value=float(distances.mean()),
            unit="standard deviations",
            convention=(
                f"Wasserstein-1, mean over {len(distances)} directions in {n} dimensions, in "
                f"standard deviations of the reference, {len(truth)} samples"
            ),
            details={
                "samples": len(truth),
                "directions": len(distances),
                "largest": float(distances.max()),
            },
        )


def sliced_distances(a: Array, b: Array, directions: int) -> Array:
    """Return the Wasserstein-1 distance of `(A, n)` and `(B, n)` along each direction.

    In one dimension there is one direction; else they are drawn at random, always the same.
    """
    n = a.shape[1]
    random = np.random.default_rng(0)
    along = random.normal(size=(1 if n == 1 else directions, n))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    count = min(len(a), len(b))
    places = (np.arange(count) + 0.5) / count
    found = np.empty(len(along))
    for i, direction in enumerate(along):
        p, q = (_quantiles(np.sort(x @ direction), places) for x in (a, b))
        found[i] = np.abs(p - q).mean()
    return found


def _quantiles(ordered: Array, places: Array) -> Array:
    if len(ordered) == len(places):
        return ordered
    return np.interp(places, (np.arange(len(ordered)) + 0.5) / len(ordered), ordered)
