"""How different the return maps of two records are."""

from typing import final

import numpy as np

import takens
from takens_metrics.geometry.sliced_wasserstein import sliced_distances
from takens_metrics.records import Array, paired
from takens_metrics.settings import ReturnMapDistanceSettings

_FEWEST_MAXIMA = 10
_DIRECTIONS = 100


@final
class ReturnMapDistance(ReturnMapDistanceSettings):
    """How far apart the clouds of successive maxima (m_k, m_k+1) are, in standard deviations.

    The sliced Wasserstein distance of the two clouds, for one ``variable`` (its number, from
    0), or the mean over all of them by themselves (-1). For strongly dissipative chaos the
    cloud is a thin curve, which says at a glance whether the folding is right.

    Raises: ComponentError where ``variable`` is below -1.

    Source: Lorenz (1963), Deterministic nonperiodic flow, J. Atmos. Sci. 20, 130-141, fig. 4.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", "distance")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together, or a variable of the reference has
        fewer than 10 maxima.
        """
        truth, run = paired(
            "return_map_distance", reference, generated, dims=("T", "n"), samples=8
        )
        n = truth.shape[1]
        if self.variable >= n:
            raise takens.errors.DataError(
                f"return_map_distance: there are variables 0 to {n - 1}; got {self.variable}."
            )
        chosen = range(n) if self.variable == -1 else [self.variable]
        convention = (
            f"sliced Wasserstein-1 of successive maxima, mean of {len(chosen)} variables, in "
            f"standard deviations of the reference, {len(truth)} samples of {reference.dt:g}"
        )
        distances: list[float] = []
        maxima: list[int] = []
        for i in chosen:
            name = reference.columns[i]
            p, q = (_pairs(x[:, i]) for x in (truth, run))
            if len(p) < _FEWEST_MAXIMA:
                raise takens.errors.DataError(
                    f"return_map_distance needs {_FEWEST_MAXIMA + 1} maxima of column {name!r} "
                    f"of the reference; it has {len(p) + 1}."
                )
            if len(q) < _FEWEST_MAXIMA:
                reason = (
                    f"column {name!r} of what was generated has fewer than "
                    f"{_FEWEST_MAXIMA + 1} maxima, where the reference has {len(p) + 1}"
                )
                return takens.Score(
                    value=None, reason=reason, unit="standard deviations", convention=convention
                )
            maxima.append(len(q) + 1)
            distances.append(float(sliced_distances(p, q, _DIRECTIONS).mean()))
        return takens.Score(
            value=float(np.mean(distances)),
            unit="standard deviations",
            convention=convention,
            details={"distances": distances, "maxima": maxima},
        )


def _pairs(x: Array) -> Array:
    # Successive maxima, each by the parabola through three samples: (maxima - 1, 2).
    before, here, after = x[:-2], x[1:-1], x[2:]
    top = (here > before) & (here >= after)
    a, b, c = before[top], here[top], after[top]
    bend = a - 2 * b + c
    heights = b - np.divide(np.square(a - c), 8 * bend, out=np.zeros_like(b), where=bend < 0)
    return np.stack((heights[:-1], heights[1:]), 1) if len(heights) > 1 else np.empty((0, 2))
