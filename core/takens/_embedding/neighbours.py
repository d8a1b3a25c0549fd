"""Nearest neighbours that are no neighbours in time."""

from __future__ import annotations

from typing import Any, cast, final

import attrs
import numpy as np
from scipy.spatial import KDTree

from takens._embedding.arrays import Array, Places
from takens.errors import DataError


@final
@attrs.frozen(eq=False)
class Neighbours:
    """The nearest states of the ``places`` that have enough: `distances, which: (p, count)`."""

    places: Places
    distances: Array
    which: Places


def neighbours(
    states: Array, places: Places, *, count: int, window: int, norm: float = 2.0
) -> Neighbours:
    """Find the ``count`` states nearest to those at ``places`` in `states: (T, m)`.

    They are more than ``window`` samples away in time, and do not coincide with the place.

    Raises: DataError where no place has enough neighbours.

    Source: Theiler (1986), Phys. Rev. A 34, 2427-2432 (for the window).
    """
    tree = cast(Any, KDTree(states))
    distances = np.full((len(places), count), np.inf)
    which = np.zeros((len(places), count), dtype=np.int64)
    missing, asked = np.arange(len(places)), count + 3
    while len(missing):
        asked = min(asked, len(states))
        found: Any = tree.query(states[places[missing]], k=np.arange(1, asked + 1), p=norm)
        apart, others = np.asarray(found[0]), np.asarray(found[1])
        good = (np.abs(others - places[missing, None]) > window) & (apart > 0)
        enough = good.sum(1) >= count
        first = np.argsort(~good, axis=1, kind="stable")[:, :count][enough]
        rows = missing[enough]
        distances[rows] = np.take_along_axis(apart[enough], first, 1)
        which[rows] = np.take_along_axis(others[enough], first, 1)
        missing = missing[~enough] if asked < len(states) else missing[:0]
        asked *= 4
    known = np.isfinite(distances[:, 0])
    if not known.any():
        raise DataError(
            f"No state of {len(states)} has {count} neighbours more than {window} samples away."
        )
    return Neighbours(places[known], distances[known], which[known])
