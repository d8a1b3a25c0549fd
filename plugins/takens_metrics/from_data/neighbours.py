"""Neighbours of states, as arrays of known types."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from takens_metrics.records import Array

Places = npt.NDArray[np.int64]


def evenly(count: int, samples: int) -> Places:
    """Return up to ``count`` places spread evenly over 0, ..., samples - 1."""
    spread = np.linspace(0, samples - 1, min(count, samples)).astype(np.int64)
    return np.asarray(np.unique(cast(Any, spread)), dtype=np.int64)


def nearest(tree: KDTree, states: Array, count: int) -> tuple[Array, Places]:
    """Return distances to the ``count`` nearest of a tree, and which: `(states, count)`."""
    found: Any = cast(Any, tree).query(states, k=np.arange(1, count + 1))
    return np.asarray(found[0], dtype=np.float64), np.asarray(found[1], dtype=np.int64)


def within(tree: KDTree, states: Array, radius: float) -> list[Places]:
    """Return which of a tree are at most ``radius`` away, for each of `states: (states, d)`."""
    found: Any = cast(Any, tree).query_ball_point(states, radius)
    return [np.asarray(near, dtype=np.int64) for near in found]
