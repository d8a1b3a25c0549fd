"""The distance of power spectra."""

from typing import final

import numpy as np
from scipy.ndimage import (  # pyright: ignore[reportMissingTypeStubs]
    gaussian_filter1d,  # pyright: ignore[reportUnknownVariableType]
)

import takens
from takens_metrics.records import Array, paired, remembered, standardised
from takens_metrics.settings import SpectrumDistanceSettings
from takens_metrics.spectra.time_scales import mean_frequency_of

# Fluctuations this far below the reference's are rounding of a constant.
_CONSTANT = 1e-9
# Of the mean frequency of the reference.
_WIDTH = 0.1
_PUBLISHED_BINS = 20.0

# Where the Gaussian is cut off, in sigma.
REACH = 4.0


@final
class SpectrumDistance(SpectrumDistanceSettings):
    """How differently the power of two records is spread over frequencies, from 0 to 1.

    For each variable the power spectrum `|rfft|^2` of the fluctuation about the mean is
    smoothed by a Gaussian of width ``sigma`` (mirrored at both ends), divided by its sum, and
    compared by the Hellinger distance; the value is the mean over variables. A generated
    variable that does not move has no spectrum: it shares no power with the truth, and its
    distance is 1.

    By the convention ``"frequency"``, ``sigma`` is a frequency in 1 / time unit, by itself 10 %
    of the mean frequency of the reference, so that values do not depend on the length of the
    record but for its noise. By ``"mikhaeil2022"``, as published, it is a number of frequency
    bins, by itself 20; a bin is 1 / (T dt) wide, so the value depends on the length.

    Raises: ComponentError where ``sigma`` is not positive.

    Source: Mikhaeil, Monfared, Durstewitz (2022), On the difficulty of learning chaotic
    dynamics with RNNs, NeurIPS, appendix on performance measures.
    """

    horizon = None
    evidence = takens.plugin.Evidence("spectrum", "distance", squared=True)

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together, are not equally spaced, or are so
        short that the smoothing would be wider than the spectrum.
        """
        truth, run = paired(
            "spectrum_distance", reference, generated, dims=("T", "n"), samples=16
        )
        samples, dt = len(truth), reference.dt
        if self.convention == "frequency":
            own = _WIDTH * mean_frequency_of(reference) / dt
            frequency = own if self.sigma == "auto" else self.sigma
            # Narrower than a bin is no smoothing at all.
            bins = max(1.0, frequency * samples * dt)
            width = f"{bins / (samples * dt):.3g} / time unit"
        else:
            bins = _PUBLISHED_BINS if self.sigma == "auto" else self.sigma
            width = f"{bins:g} frequency bins"
        shortest = int(np.ceil(2 * REACH * bins))
        if samples < shortest:
            raise takens.errors.DataError(
                f"spectrum_distance needs at least {shortest} samples in time for a smoothing "
                f"of {width}; got {samples}."
            )
        moving = np.ptp(run, axis=0) > _CONSTANT * np.maximum(1, np.abs(run).max(0))
        p = _root_spectrum(reference, bins)
        # What does not move has no spectrum, and any other stands in.
        q = np.sqrt(smoothed_spectrum(np.where(moving, run, truth), bins))
        distances = np.where(moving, np.sqrt(np.square(p - q).sum(0) / 2), 1.0)
        return takens.Score(
            value=float(distances.mean()),
            convention=(
                f"Hellinger, mean of {truth.shape[1]} dimensions, Gaussian smoothing sigma "
                f"{width}, {samples} samples of {dt:g}"
            ),
            details={
                "samples": samples,
                "sigma": bins,
                "sigma_frequency": bins / (samples * dt),
                "distances": distances.tolist(),
                "constant": [
                    name
                    for name, moves in zip(reference.columns, moving, strict=True)
                    if not moves
                ],
            },
        )


@remembered
def _root_spectrum(record: takens.TimeSeries, bins: float) -> Array:
    return np.sqrt(smoothed_spectrum(standardised(record)[0], bins))


def smoothed_spectrum(x: Array, sigma: float) -> Array:
    """Return the power of each variable of `x: (T, n)`, smoothed: `(T // 2 + 1, n)`, sum 1.

    The power `|rfft|^2` of the fluctuation about the mean is smoothed by a Gaussian of width
    ``sigma`` frequency bins, mirrored at both ends.
    """
    power = np.square(np.abs(np.fft.rfft(x - x.mean(0), axis=0)))
    smooth = np.empty_like(power)
    gaussian_filter1d(power, sigma, axis=0, mode="reflect", truncate=REACH, output=smooth)
    return smooth / smooth.sum(0)
