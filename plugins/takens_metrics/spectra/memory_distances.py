"""How differently two records remember their past."""

from typing import Any, final

import numpy as np

import takens
from takens_metrics.records import Array, paired
from takens_metrics.settings import (
    AutocorrelationDistanceSettings,
    LagsSettings,
    MutualInformationDistanceSettings,
)
from takens_metrics.spectra.time_scales import mean_frequency

_PERIODS = 5
_SHOWN = 200
_BINS = 32
_FEWEST = 64


class _MemoryDistance(LagsSettings):
    horizon = None
    evidence = takens.plugin.Evidence("spectrum", "distance")
    name = "memory"

    def _records(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries
    ) -> tuple[Array, Array, int]:
        truth, run = paired(self.name, reference, generated, dims=("T", "n"), samples=_FEWEST)
        period = 1 / max(mean_frequency(truth), 1 / len(truth))
        lags = int(np.ceil(_PERIODS * period)) if self.lags == "auto" else self.lags
        most = len(truth) // 4
        if self.lags != "auto" and lags > most:
            raise takens.errors.DataError(
                f"{self.name} over {lags} lags needs at least {4 * lags} samples; got "
                f"{len(truth)}."
            )
        return truth, run, min(lags, most)

    def _score(
        self, p: Array, q: Array, lags: Any, reference: takens.TimeSeries, about: str, unit: str
    ) -> takens.Score:
        # p, q: (lags, n).
        apart = np.sqrt(np.square(p - q).mean(0))
        shown = np.unique(np.linspace(0, len(lags) - 1, _SHOWN).astype(np.int64))
        return takens.Score(
            value=float(apart.mean()),
            unit=unit,
            convention=(
                f"root mean square difference of the {about} over lags 1 to {int(lags[-1])}, "
                f"mean of {p.shape[1]} dimensions, {len(reference)} samples of "
                f"{reference.dt:g}"
            ),
            details={
                "distances": apart.tolist(),
                "lags": lags[shown].tolist(),
                "reference_curves": p[shown].T.tolist(),
                "generated_curves": q[shown].T.tolist(),
            },
        )


@final
class AutocorrelationDistance(_MemoryDistance, AutocorrelationDistanceSettings):
    """How far the autocorrelations of two records are apart, root mean square over lags.

    Up to ``lags`` samples, by itself five mean periods of the reference; the mean over
    variables. A generated variable that does not move has no autocorrelation, which counts
    as zero.

    Raises: ComponentError where ``lags`` is below 1.

    Source: Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.3.
    """

    name = "autocorrelation_distance"

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together or are too short for the lags.
        """
        truth, run, lags = self._records(reference, generated)
        p, q = (takens.plugin.autocorrelation(x, lags)[1:] for x in (truth, run))
        return self._score(p, q, np.arange(1, lags + 1), reference, "autocorrelation", "1")


@final
class MutualInformationDistance(_MemoryDistance, MutualInformationDistanceSettings):
    """How far the delayed mutual informations of two records are apart, in nats.

    As ``autocorrelation_distance``, but of the information that a variable has about its own
    future, over 32 equally likely bins of the reference, at up to 50 lags. It sees what is
    not linear: a surrogate with the right spectrum has another.

    Raises: ComponentError where ``lags`` is below 1.

    Source: Fraser, Swinney (1986), Independent coordinates for strange attractors from mutual
    information, Phys. Rev. A 33, 1134-1140.
    """

    name = "mutual_information_distance"

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together or are too short for the lags.
        """
        truth, run, lags = self._records(reference, generated)
        chosen = np.unique(np.linspace(1, lags, min(lags, 50)).astype(np.int64))
        edges = np.quantile(truth, np.linspace(0, 1, _BINS + 1)[1:-1], axis=0)
        p, q = (
            np.stack(
                [
                    _information(column, own, chosen)
                    for column, own in zip(x.T, edges.T, strict=True)
                ],
                1,
            )
            for x in (truth, run)
        )
        about = f"mutual information over {_BINS} bins"
        return self._score(p, q, chosen, reference, about, "nats")


def _information(x: Array, edges: Array, lags: Any) -> Array:
    places = np.searchsorted(edges, x)
    found = np.empty(len(lags))
    for i, lag in enumerate(lags):
        joint = np.bincount(places[:-lag] * _BINS + places[lag:], minlength=_BINS**2)
        table = joint.reshape(_BINS, _BINS) / joint.sum()
        apart = np.outer(table.sum(1), table.sum(0))
        seen = table > 0
        found[i] = float((table[seen] * np.log(table[seen] / apart[seen])).sum())
    return found
