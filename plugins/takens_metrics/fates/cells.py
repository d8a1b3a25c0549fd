"""Parts of state space that runs do not visit."""

from __future__ import annotations

from typing import Final, final

import attrs
import torch
from torch import Tensor

_CELLS: Final = 24
_POINTS: Final = 4_000
_ROUNDS: Final = 15
# Points in a mean period that are looked at.
_LOOKS: Final = 8
# What a run may leave out beyond what true windows as long as it leave out.
_MARGIN: Final = 0.15


@final
@attrs.frozen(eq=False)
class Cells:
    """State space cut into `centres: (cells, n)`, with the truth's `mass: (cells,)` in each.

    A run of which every ``stride``-th sample is looked at stays on a part of the data where
    the cells that it never visits hold more than ``bound`` of that mass.
    """

    centres: Tensor
    mass: Tensor
    stride: int
    bound: float

    @classmethod
    def of(cls, truth: Tensor, samples: int, period: float) -> Cells:
        """Cut up the truth `(segments, T, n)`, to look at runs of so many samples.

        Source: Lloyd (1982), Least squares quantization in PCM, IEEE Trans. Inf. Theory 28,
        129-137.
        """
        stride = max(1, round(period / _LOOKS))
        points = truth.reshape(-1, truth.shape[2])
        points = points[:: max(1, len(points) // _POINTS)]
        count = min(_CELLS, len(points))
        centres = points[torch.linspace(0, len(points) - 1, count).long()]
        for _ in range(_ROUNDS):
            own = _nearest(points, centres)
            sums = torch.zeros_like(centres).index_add_(0, own, points)
            sizes = own.bincount(minlength=count)[:, None]
            centres = torch.where(sizes > 0, sums / sizes.clamp(min=1), centres)
        places = _nearest(truth[:, ::stride], centres)
        mass = places.reshape(-1).bincount(minlength=count).double() / places.numel()
        looks = min(-(-samples // stride), places.shape[1])
        windows = places.unfold(1, looks, max(1, looks // 8)).reshape(-1, looks)
        left_out = _left_out(windows, mass)
        return cls(centres, mass, stride, float(left_out.max()) + _MARGIN)

    def found(self, runs: Tensor) -> Tensor:
        """Return which of `(runs, T, n)` stay on a part of the data: `(runs,)`."""
        places = _nearest(runs[:, :: self.stride], self.centres)
        return _left_out(places, self.mass) > self.bound


def _nearest(x: Tensor, centres: Tensor) -> Tensor:
    return (centres.square().sum(-1) - 2 * x @ centres.T).argmin(-1)


def _left_out(places: Tensor, mass: Tensor) -> Tensor:
    visited = torch.zeros(len(places), len(mass), dtype=torch.float64)
    return 1 - visited.scatter_(1, places, 1.0) @ mass
