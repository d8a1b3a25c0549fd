"""The divergence of occupation in state space."""

from collections.abc import Mapping
from typing import Any, final

import attrs
import numpy as np
import numpy.typing as npt

import takens
from takens_metrics.geometry.mixture_divergence import mixture_divergence
from takens_metrics.geometry.neighbour_divergence import neighbour_divergence
from takens_metrics.records import Array, paired
from takens_metrics.settings import StateSpaceDivergenceSettings

_SMOOTHING = 1e-5
_MOST_CELLS = 30**5
# The rule for bins: so many samples a cell of the grid, and no finer than published.
_PER_CELL = 3.7
_MOST_BINS = 30
_FEWEST_BINS = 4
_BINNED_UP_TO = 5


@final
@attrs.frozen
class _Convention:
    about: str
    # The range of the grid is widened by so many standard deviations beyond the extremes, or,
    # where it is about zero, reaches so far to both sides.
    margin: float
    about_zero: bool = False
    count_outside: bool = False
    drop_first: bool = False


_BINNED: Mapping[str, _Convention] = {
    "takens": _Convention("points outside counted in N", margin=0.1, count_outside=True),
    "hess2023": _Convention("points outside left out of N", margin=0.1),
    "brenner2022": _Convention(
        "points outside and the first bins left out of N",
        margin=2.0,
        about_zero=True,
        drop_first=True,
    ),
    "brenner2024": _Convention(
        "points outside and the first bins left out of N", margin=0.0, drop_first=True
    ),
}


@final
class StateSpaceDivergence(StateSpaceDivergenceSettings):
    """How differently two records occupy their state space, in nats; 0 where they agree.

    KL(truth || generated). By the convention ``"takens"``, up to 5 dimensions, of histograms
    over a regular grid that covers the truth and a margin of 0.1 standard deviations on each
    side. Each of the K cells of N samples is estimated as `(count + a) / (N + a K)`, a =
    1e-5. Generated samples outside the grid count in N: they are mass where the truth has
    none. (Published code leaves them out of N, which hides them; for a record with a share s
    inside the value here is higher by about -log s.) With ``bins="auto"`` there are about
    `(T / 3.7)^(1/n)` bins along each dimension, 4 to 30: 30 for 100,000 samples in 3
    dimensions. In more than 5 dimensions it is ``"neighbours"``: by the distances of samples
    to their nearest neighbours in both records.

    Published conventions have 30 bins by themselves. ``"hess2023"``: as above, but points
    outside are left out of N. ``"brenner2024"``: the grid has no margin, and the first bin of
    every dimension is left out, as the published Python code does. ``"brenner2022"``: the
    same, with a grid from -2 to 2 standard deviations about zero. ``"mixture"``: Gaussians of
    variance 1 at every sample, 1,000 draws, for many dimensions.

    The value depends on the number of samples above all: two records of the same chaotic
    attractor are far apart while most cells are visited once or never. Read it beside its
    floor.

    Raises: ComponentError where ``bins`` is below 2 or the convention is unknown.

    Source: Koppe, Toutounji, Kirsch, Lis, Durstewitz (2019), Identifying nonlinear dynamical
    systems via generative recurrent neural networks, PLoS Comput. Biol. 15, e1007263; Hess,
    Monfared, Brenner, Durstewitz (2023), ICML; Brenner et al. (2022), ICML; Brenner, Hemmer,
    Monfared, Durstewitz (2024), NeurIPS.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", "distance")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two records `(T, n)`.

        Raises: DataError where they do not fit together, are shorter than ``bins``, or have
        so many variables that the grid has more than 30^5 cells.
        """
        fewest = self.bins if self.bins != "auto" else 16
        truth, run = paired(
            "state_space_divergence", reference, generated, dims=("T", "n"), samples=fewest
        )
        n = truth.shape[1]
        if self.convention == "mixture":
            return mixture_divergence(truth, run)
        own = self.convention == "takens" and self.bins == "auto"
        if self.convention == "neighbours" or (own and n > _BINNED_UP_TO):
            return neighbour_divergence(truth, run)
        return self._binned(truth, run)

    def _binned(self, truth: Array, run: Array) -> takens.Score:
        samples, n = truth.shape
        rule = _BINNED[self.convention]
        bins = self._bins(samples, n)
        cells = bins**n
        if cells > _MOST_CELLS:
            raise takens.errors.DataError(
                f"state_space_divergence: {bins} bins along each of {n} dimensions make "
                f"{bins}^{n} cells, more than a record can fill; the most is 30^5. Choose "
                "fewer bins, the convention 'neighbours', or judge fewer columns."
            )
        # In units of the truth its mean is zero and its standard deviation one.
        low, high = truth.min(0) - rule.margin, truth.max(0) + rule.margin
        if rule.about_zero:
            low, high = np.full(n, -rule.margin), np.full(n, rule.margin)
        inside = [_cells(x, low, high, bins, rule.drop_first) for x in (truth, run)]
        n_truth, n_run = _counts(inside, cells)
        counted = [samples if rule.count_outside else len(each) for each in inside]
        details: dict[str, Any] = {
            "samples": samples,
            "bins": bins,
            "outside": 1 - len(inside[1]) / samples,
            "cells": cells,
            "cells_truth": int(np.count_nonzero(n_truth)),
            "cells_generated": int(np.count_nonzero(n_run)),
        }
        reach = (
            f"-{rule.margin:g} sd to {rule.margin:g} sd about the mean"
            if rule.about_zero
            else f"min - {rule.margin:g} sd to max + {rule.margin:g} sd of the truth"
        )
        value, reason = None, "no sample is inside the grid that this convention counts in"
        if min(counted):
            value, reason = _divergence(n_truth, n_run, counted, cells), ""
        return takens.Score(
            value=value,
            reason=reason,
            unit="nats",
            convention=(
                f"KL(truth || generated), {bins} bins in each of {n} dimensions, {reach}, "
                f"smoothing {_SMOOTHING:g}, {rule.about}, {samples} samples"
            ),
            details=details,
        )

    def _bins(self, samples: int, n: int) -> int:
        if self.bins != "auto":
            return self.bins
        if self.convention != "takens":
            return _MOST_BINS
        rule = round((samples / _PER_CELL) ** (1 / n))
        return min(max(rule, _FEWEST_BINS), _MOST_BINS)


def _divergence(n_truth: Any, n_run: Any, counted: list[int], cells: int) -> float:
    a = _SMOOTHING
    total_truth, total_run = (count + a * cells for count in counted)
    p = (n_truth + a) / total_truth
    q = (n_run + a) / total_run
    value = float(p @ np.log(p / q))
    # Cells that are empty in both, of which there are many, and all alike.
    empty = cells - len(p)
    return value + empty * (a / total_truth) * float(np.log(total_run / total_truth))


def _counts(inside: list[npt.NDArray[np.int64]], cells: int) -> tuple[Any, Any]:
    # Occupied cells only: most are empty in both records.
    if cells <= 4 * sum(map(len, inside)):
        n_truth, n_run = (np.bincount(each, minlength=cells) for each in inside)
        occupied = (n_truth > 0) | (n_run > 0)
        return n_truth[occupied], n_run[occupied]
    occupied, of_sample = np.unique(np.concatenate(inside), return_inverse=True)
    first, second = np.split(of_sample, [len(inside[0])])
    many = len(occupied)
    return np.bincount(first, minlength=many), np.bincount(second, minlength=many)


def _cells(
    x: Array, low: Array, high: Array, bins: int, drop_first: bool
) -> npt.NDArray[np.int64]:
    # The flat index of the cell of each sample that is within the grid.
    flat = np.zeros(len(x), dtype=np.int64)
    within = np.ones(len(x), dtype=np.bool_)
    first = 1 if drop_first else 0
    for column, start, stop in zip(x.T, low, high, strict=True):
        along = (column - start) / (stop - start) * bins
        within &= (along >= first) & (along < bins)
        # What is far outside has no whole number; it is left out all the same.
        flat = flat * bins + np.clip(along, 0, bins - 1).astype(np.int64)
    return flat[within]
