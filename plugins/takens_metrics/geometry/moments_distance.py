"""How far the marginal moments of two records are apart."""

from typing import final

import numpy as np

import takens
from takens_metrics.records import Array, paired
from takens_metrics.settings import MomentsDistanceSettings

_NAMES = ("mean", "log_standard_deviation", "skewness", "kurtosis")
# Spreads below this are those of a constant.
_STILL = 1e-9


@final
class MomentsDistance(MomentsDistanceSettings):
    """How far mean, spread, skewness and kurtosis are apart, root mean square over all.

    Means are in standard deviations of the reference, spreads are compared by the logarithm
    of their ratio (of at most 10^9), and skewness and excess kurtosis are those of each
    record. ``details`` give every difference, generated less reference, for each variable.

    Source: Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.2.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", "distance")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together.
        """
        truth, run = paired(
            "moments_distance", reference, generated, dims=("T", "n"), samples=8
        )
        differences = _moments(run) - _moments(truth)
        return takens.Score(
            value=float(np.sqrt(np.square(differences).mean())),
            unit="1",
            convention=(
                "root mean square difference of mean (in standard deviations), log standard "
                f"deviation, skewness and excess kurtosis, {truth.shape[1]} dimensions, "
                f"{len(truth)} samples"
            ),
            details={
                "columns": list(reference.columns),
                **{name: row.tolist() for name, row in zip(_NAMES, differences, strict=True)},
            },
        )


def _moments(x: Array) -> Array:
    # (4, n); a record that does not move has the skewness and kurtosis of a normal one.
    mean = x.mean(0)
    spread = np.maximum((x - mean).std(0), _STILL)
    scaled = (x - mean) / spread
    moving = spread > _STILL
    skewness = np.where(moving, (scaled**3).mean(0), 0.0)
    kurtosis = np.where(moving, (scaled**4).mean(0) - 3, 0.0)
    return np.stack((mean, np.log(spread), skewness, kurtosis))
