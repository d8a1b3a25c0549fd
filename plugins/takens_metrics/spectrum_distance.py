"""The distance of power spectra."""

from typing import final

import attrs
import numpy as np
from scipy.ndimage import (  # pyright: ignore[reportMissingTypeStubs]
    gaussian_filter1d,  # pyright: ignore[reportUnknownVariableType]
)

import takens
from takens_metrics.records import Array, paired

# Where the Gaussian is cut off, in sigma.
_REACH = 4.0
# Fluctuations this far below the reference's are rounding of a constant.
_CONSTANT = 1e-9


@final
@attrs.frozen
class SpectrumDistance:
    """How differently the power of two records is spread over frequencies, from 0 to 1.

    For each variable the power spectrum `|rfft|^2` of the fluctuation about the mean is
    smoothed by a Gaussian of width ``sigma`` frequency bins (mirrored at both ends), divided
    by its sum, and compared by the Hellinger distance; the value is the mean over variables.
    A generated variable that does not move has no spectrum: it shares no power with the
    truth, and its distance is 1.

    A frequency bin is 1 / (T dt) wide, so the smoothing and the value depend on the length.

    Raises: ComponentError where ``sigma`` is not positive.

    Source: Mikhaeil, Monfared, Durstewitz (2022), On the difficulty of learning chaotic
    dynamics with RNNs, NeurIPS, appendix on performance measures.
    """

    sigma: float = 20.0
    horizon = None

    def __attrs_post_init__(self) -> None:
        if not 0 < self.sigma < np.inf:
            raise takens.ComponentError(
                f"spectrum_distance: sigma is above 0 frequency bins; got {self.sigma}."
            )

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together, are not equally spaced, or are
        shorter than 8 sigma, where the smoothing would be wider than the spectrum.
        """
        shortest = int(np.ceil(2 * _REACH * self.sigma))
        truth, run = paired(
            "spectrum_distance", reference, generated, dims=("T", "n"), samples=shortest
        )
        dt = reference.dt
        moving = np.ptp(run, axis=0) > _CONSTANT * np.maximum(1, np.abs(run).max(0))
        p, q = (np.sqrt(_spectrum(x[:, moving], self.sigma)) for x in (truth, run))
        distances = np.ones(truth.shape[1])
        distances[moving] = np.sqrt(np.square(p - q).sum(0) / 2)
        return takens.Score(
            value=float(distances.mean()),
            convention=(
                f"Hellinger, mean of {truth.shape[1]} dimensions, Gaussian smoothing sigma "
                f"{self.sigma:g} frequency bins, {len(truth)} samples of {dt:g}"
            ),
            details={
                "samples": len(truth),
                "sigma": self.sigma,
                "sigma_frequency": self.sigma / (len(truth) * dt),
                "distances": distances.tolist(),
                "constant": [
                    name
                    for name, moves in zip(reference.columns, moving, strict=True)
                    if not moves
                ],
            },
        )


def _spectrum(x: Array, sigma: float) -> Array:
    power = np.square(np.abs(np.fft.rfft(x - x.mean(0), axis=0)))
    smooth = np.empty_like(power)
    gaussian_filter1d(power, sigma, axis=0, mode="reflect", truncate=_REACH, output=smooth)
    return smooth / smooth.sum(0)
