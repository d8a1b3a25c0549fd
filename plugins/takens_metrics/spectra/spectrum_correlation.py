"""The correlation of power spectra."""

from typing import final

import numpy as np

import takens
from takens_metrics.records import paired
from takens_metrics.settings import SpectrumCorrelationSettings
from takens_metrics.spectra.spectrum_distance import REACH, smoothed_spectrum

_CONSTANT = 1e-9
_FAINTEST = 1e-300


@final
class SpectrumCorrelation(SpectrumCorrelationSettings):
    """How alike two power spectra are in decibels: 1 where they agree, and higher is better.

    The mean over variables of the absolute correlation of the logarithms of smoothed spectra
    (a Gaussian of ``sigma`` frequency bins), up to the bin ``cutoff`` (all where it is 0), as
    it was published in 2022. Any two spectra that fall off alike are highly correlated: of
    the two, ``spectrum_distance`` tells more. A variable that does not move counts as 0.

    Raises: ComponentError where ``sigma`` is not positive or ``cutoff`` negative.

    Source: Brenner, Hess, Mikhaeil, Bereska, Monfared, Kuo, Durstewitz (2022), Tractable
    dendritic RNNs for reconstructing nonlinear dynamical systems, ICML, appendix.
    """

    horizon = None
    evidence = takens.plugin.Evidence("spectrum")
    best = 1.0

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together or are shorter than 8 sigma.
        """
        shortest = max(16, int(np.ceil(2 * REACH * self.sigma)))
        truth, run = paired(
            "spectrum_correlation", reference, generated, dims=("T", "n"), samples=shortest
        )
        last = self.cutoff or len(truth)
        moving = np.ptp(run, axis=0) > _CONSTANT * np.maximum(1, np.abs(run).max(0))
        p, q = (
            np.log(np.maximum(smoothed_spectrum(x[:, moving], self.sigma), _FAINTEST))[:last]
            for x in (truth, run)
        )
        found = np.zeros(truth.shape[1])
        found[moving] = [
            abs(float(np.corrcoef(a, b)[0, 1])) for a, b in zip(p.T, q.T, strict=True)
        ]
        return takens.Score(
            value=float(found.mean()),
            convention=(
                f"|correlation| of decibel spectra, mean of {truth.shape[1]} dimensions, "
                f"Gaussian smoothing sigma {self.sigma:g} frequency bins, cutoff "
                f"{self.cutoff or 'none'}, {len(truth)} samples; higher is better"
            ),
            details={"samples": len(truth), "correlations": found.tolist()},
        )
