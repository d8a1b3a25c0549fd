"""The divergence of occupation in state space."""

from typing import final

import attrs
import numpy as np
import numpy.typing as npt

import takens
from takens_metrics.records import Array, paired

_MARGIN = 0.1
_SMOOTHING = 1e-5
_MOST_CELLS = 30**5


@final
@attrs.frozen
class StateSpaceDivergence:
    """How differently two records occupy their state space, in nats; 0 where they agree.

    KL(truth || generated) of histograms over a regular grid that covers the truth and a
    margin of 0.1 standard deviations on each side. Each of the K cells of N samples is
    estimated as `(count + a) / (N + a K)`, a = 1e-5. Generated samples outside the grid count
    in N: they are mass where the truth has none. (Published code leaves them out of N, which
    hides them; for a record with a share s inside the value
    here is higher by about -log s.)

    The value depends on the number of samples above all: two records of the same chaotic
    attractor are far apart while most cells are visited once or never. Read it beside its
    floor.

    Raises: ComponentError where ``bins`` is below 2.

    Source: Koppe, Toutounji, Kirsch, Lis, Durstewitz (2019), Identifying nonlinear dynamical
    systems via generative recurrent neural networks, PLoS Comput. Biol. 15, e1007263.
    """

    bins: int = 30
    horizon = None

    def __attrs_post_init__(self) -> None:
        if self.bins < 2:
            raise takens.ComponentError(
                f"state_space_divergence: bins is at least 2; got {self.bins}."
            )

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together, are shorter than ``bins``, or have
        so many variables that the grid has more than 30^5 cells.
        """
        truth, run = paired(
            "state_space_divergence", reference, generated, dims=("T", "n"), samples=self.bins
        )
        samples, n = truth.shape
        cells = self.bins**n
        if cells > _MOST_CELLS:
            raise takens.DataError(
                f"state_space_divergence: {self.bins} bins along each of {n} dimensions make "
                f"{self.bins}^{n} cells, more than a record can fill; the most is 30^5. Choose "
                "fewer bins, or judge fewer columns."
            )
        low, high = truth.min(0) - _MARGIN, truth.max(0) + _MARGIN
        inside = [_cells(x, low, high, self.bins) for x in (truth, run)]
        # Occupied cells only: most are empty in both records, and those add log 1.
        occupied, of_sample = np.unique(np.concatenate(inside), return_inverse=True)
        n_truth, n_run = (
            np.bincount(at, minlength=len(occupied)) for at in np.split(of_sample, [samples])
        )
        p = (n_truth + _SMOOTHING) / (samples + _SMOOTHING * cells)
        # The totals are the same and cancel in the ratio.
        value = float(p @ np.log((n_truth + _SMOOTHING) / (n_run + _SMOOTHING)))
        return takens.Score(
            value=value,
            unit="nats",
            convention=(
                f"KL(truth || generated), {self.bins} bins in each of {n} dimensions, min - "
                f"{_MARGIN} sd to max + {_MARGIN} sd of the truth, smoothing {_SMOOTHING:g}, "
                f"points outside counted in N, {samples} samples"
            ),
            details={
                "samples": samples,
                "bins": self.bins,
                "outside": 1 - len(inside[1]) / samples,
                "cells": cells,
                "cells_truth": int(np.count_nonzero(n_truth)),
                "cells_generated": int(np.count_nonzero(n_run)),
            },
        )


def _cells(x: Array, low: Array, high: Array, bins: int) -> npt.NDArray[np.int64]:
    # The flat index of the cell of each sample that is within the grid.
    along = (x - low) / (high - low) * bins
    within = along[((along >= 0) & (along < bins)).all(1)].astype(np.int64)
    flat = np.zeros(len(within), dtype=np.int64)
    for index in within.T:
        flat = flat * bins + index
    return flat
