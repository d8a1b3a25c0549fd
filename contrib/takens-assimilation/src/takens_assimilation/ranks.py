"""Where the truth ranks among the members."""

from __future__ import annotations

from typing import Final, final

import attrs
import numpy as np
import scipy.stats
import torch
from torch import Tensor

import takens

# As many cases are wanted in each class of the test.
_PER_CLASS: Final = 10


@final
@attrs.frozen(eq=False)
class RankHistogram:
    """How often what is verified had each rank among the members.

    `counts: (variables, members + 1)`. ``p_values`` has one chi-square test of a flat
    histogram for each variable, with neighbouring ranks put together so that every class
    expects 10 cases or more; the test takes the cases for independent.
    """

    counts: Tensor
    columns: tuple[str, ...]
    p_values: tuple[float, ...]

    @property
    def p_value(self) -> float:
        """The smallest of the p-values, times their number: that of all variables together."""
        return min(1.0, min(self.p_values) * len(self.p_values))

    @property
    def sentence(self) -> str:
        """What the histogram says, in words."""
        if self.p_value > 0.01:
            return f"The rank histogram is flat as far as can be told (p = {self.p_value:.2g})."
        n = self.counts.shape[-1]
        outer = max(1, n // 10)
        share = self.counts.double() / self.counts.sum(-1, keepdim=True)
        ends = float((share[:, :outer].sum(-1) + share[:, -outer:].sum(-1)).mean())
        uniform = 2 * outer / n
        shape = "leans to one side: the forecasts are biased"
        if ends > 1.25 * uniform:
            shape = "is higher at its ends: the ensemble is too narrow"
        elif ends < 0.8 * uniform:
            shape = "is lower at its ends: the ensemble is too wide"
        return f"The rank histogram is not flat (p = {self.p_value:.2g}) and {shape}."


def rank_histogram(
    verification: Tensor, ensemble: Tensor, columns: tuple[str, ...] = (), *, seed: int = 0
) -> RankHistogram:
    """Rank `verification: (..., v)`, NaN for none, among `ensemble: (..., members, v)`.

    Ties are broken at random. Where the verification has errors, the members need errors of
    the same kind.

    Raises: takens.InputError where shapes do not match or there are too few cases.

    Source: Hamill (2001), Interpretation of rank histograms for verifying ensemble forecasts,
    Mon. Wea. Rev. 129, 550-560.
    """
    *leading, members, variables = ensemble.shape
    if verification.shape != (*leading, variables):
        raise takens.InputError(
            "What is ranked has the shape of the ensemble without its members, "
            f"{(*leading, variables)}; got {tuple(verification.shape)}."
        )
    truth = verification.reshape(-1, variables)
    states = ensemble.reshape(-1, members, variables)
    generator = torch.Generator().manual_seed(seed)
    below = (states < truth.unsqueeze(1)).sum(1)
    ties = (states == truth.unsqueeze(1)).sum(1)
    share = torch.rand(truth.shape, generator=generator, dtype=torch.float64)
    ranks = below + (share * (ties + 1)).long()
    counts = torch.stack(
        [
            torch.bincount(ranks[~truth[:, v].isnan(), v], minlength=members + 1)
            for v in range(variables)
        ]
    )
    names = columns or tuple(f"x{i + 1}" for i in range(variables))
    return RankHistogram(counts, names, tuple(_p_value(row) for row in counts))


def _p_value(row: Tensor) -> float:
    counts = row.numpy()
    total, ranks = int(counts.sum()), len(counts)
    classes = min(ranks, total // _PER_CLASS)
    if classes < 2:
        raise takens.InputError(
            f"A rank histogram needs {2 * _PER_CLASS} cases or more; got {total}."
        )
    belongs = np.arange(ranks) * classes // ranks
    found = np.bincount(belongs, weights=counts)
    expected = np.bincount(belongs) * (total / ranks)
    return float(scipy.stats.chisquare(found, expected).pvalue)  # pyright: ignore[reportUnknownArgumentType]
