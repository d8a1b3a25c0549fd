"""The points that carry most of a covariance."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from takens_gp.kernel import Kernel


class Selection(NamedTuple):
    """Indices of the selected points, and the trace of what they leave unexplained."""

    indices: Tensor
    residual: float


def select(kernel: Kernel, x: Tensor, count: int, tolerance: float = 0.0) -> Selection:
    """Select at most ``count`` of `x: (n, d)`, each time that of the largest variance left.

    It stops where the variances that are left sum to less than ``tolerance``, or to nothing
    that rounding would not make.

    Source: Harbrecht, Peters, Schneider (2012), On the low-rank approximation by the pivoted
    Cholesky decomposition, Appl. Numer. Math. 62, algorithm 1.
    """
    with torch.no_grad():
        left = kernel.diagonal(x).clone()
        floor = 1e-13 * float(left.max())
        rows = x.new_empty(count, len(x))
        picked: list[int] = []
        for i in range(count):
            largest = left.max()
            if float(largest) <= floor or (tolerance and float(left.sum()) <= tolerance):
                break
            # The first of those that only rounding, and so the unit, could tell apart.
            at = int((left >= (1 - 1e-12) * largest).int().argmax())
            row = kernel(x[at : at + 1], x)[0]
            if i:
                row = torch.addmv(row, rows[:i].mT, rows[:i, at], alpha=-1)
            torch.div(row, largest.sqrt(), out=rows[i])
            left.addcmul_(rows[i], rows[i], value=-1).clamp_(min=0)
            left[at] = 0.0
            picked.append(at)
    return Selection(torch.tensor(picked, dtype=torch.long), float(left.sum()))
