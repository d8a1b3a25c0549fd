"""The places where the data are."""

from __future__ import annotations

from typing import Any, Final, final

import attrs
import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from takens_metrics.records import Array

_POINTS: Final = 20_000
# Samples of a run that are looked at.
_LOOKS: Final = 16
# Elsewhere is what is so many times as far from the data as the data from themselves, and so
# many standard deviations more.
_FARTHER: Final = 2.0
_MORE: Final = 0.05


@final
@attrs.frozen(eq=False)
class Neighbourhood:
    """The points of the truth, and the distance beyond which a point is elsewhere."""

    tree: Any
    reach: float

    @classmethod
    def of(cls, truth: Tensor) -> Neighbourhood:
        """Look how far points of one half of `(segments, T, n)` are from the other half."""
        points = truth.reshape(-1, truth.shape[2])
        points = points[:: max(1, len(points) // _POINTS)].numpy()
        half = len(points) // 2
        apart = _distances(KDTree(points[:half]), points[half:])
        reach = _FARTHER * float(np.quantile(apart, 0.999)) + _MORE
        return cls(KDTree(points), reach)

    def left(self, runs: Tensor) -> Tensor:
        """Return which of `(runs, T, n)` are elsewhere for more than half of the time."""
        at = torch.linspace(0, runs.shape[1] - 1, _LOOKS).long()
        apart = _distances(self.tree, runs[:, at].reshape(-1, runs.shape[2]).numpy())
        far = torch.as_tensor(apart > self.reach)
        return far.reshape(len(runs), -1).double().mean(1) > 0.5


def _distances(tree: Any, points: Array) -> Array:
    found: tuple[Array, Any] = tree.query(points)
    return found[0]
