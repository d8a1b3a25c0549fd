"""How far from what is best a score has to be to tell something."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from takens._judging.ensembles import error_of_median

# From so many true segments it is known how much they differ.
ENOUGH: Final = 3
# A baseline counts where it is beyond the floor by so many of the floor's errors, or, where
# these are not known, by so many floors.
_ERRORS: Final = 3.0
_FLOORS: Final = 2.0


def beyond(floors: Sequence[float], best: float) -> float:
    """Return the distance from what is best beyond which a baseline tells something."""
    away = [abs(floor - best) for floor in floors]
    if len(away) < ENOUGH:
        return _FLOORS * max(away, default=0.0)
    return statistics.median(away) + _ERRORS * error_of_median(away)
