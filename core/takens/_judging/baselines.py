"""What simple alternatives to a model would score."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Final, final

import attrs

from takens._data.time_series import TimeSeries
from takens._judging.ensembles import error_of_median
from takens._judging.spoils import slowed
from takens._judging.surrogates import surrogates
from takens._protocols.metric import SeriesMetric, SupportsBest
from takens.errors import InputError

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


@final
@attrs.frozen(eq=False)
class Baselines:
    """Records that are wrong in a known way, as long as the reference.

    ``linear`` are surrogates; the ``other`` is the reference itself, moved, stretched and
    slowed down, for metrics by which a linear process cannot be told from the truth.
    """

    reference: TimeSeries
    linear: Mapping[str, TimeSeries]
    other: Mapping[str, TimeSeries]

    @classmethod
    def of(cls, reference: TimeSeries) -> Baselines:
        """Make the baselines of a record."""
        x, mean = reference.x, reference.x.mean(0)
        x = mean + x.std(0) + 2 * (slowed(x, 0.5) - mean)
        other = {"the data moved by 1 sd, twice as large, half as fast": x}
        return cls(
            reference,
            surrogates(reference),
            {name: attrs.evolve(reference, x=x) for name, x in other.items()},
        )

    def score(self, metric: SeriesMetric, floors: Sequence[float]) -> dict[str, float]:
        """Score the surrogates, and where none is beyond the floors, the other, too."""
        best = metric.best if isinstance(metric, SupportsBest) else 0.0
        least = beyond(floors, best)
        found = self._scores(metric, self.linear)
        if any(abs(value - best) > least for value in found.values()):
            return found
        return found | self._scores(metric, self.other)

    def _scores(
        self, metric: SeriesMetric, records: Mapping[str, TimeSeries]
    ) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, record in records.items():
            try:
                value = metric.compare(self.reference, record).value
            except InputError:
                # What has no value for a baseline has none to be compared with.
                continue
            if value is not None:
                found[name] = value
        return found
