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

    They are tried one group after the other: ``linear`` surrogates; the reference itself
    ``slowed`` down, for metrics of what a linear process has in common with it, such as
    spectra; and ``other``, moved, stretched and slowed down, for whatever sees none of these.
    """

    reference: TimeSeries
    linear: Mapping[str, TimeSeries]
    slowed: Mapping[str, TimeSeries]
    other: Mapping[str, TimeSeries]

    @classmethod
    def of(cls, reference: TimeSeries) -> Baselines:
        """Make the baselines of a record."""
        x, mean = reference.x, reference.x.mean(0)
        slow = attrs.evolve(reference, x=slowed(x, 0.9))
        far = attrs.evolve(reference, x=mean + x.std(0) + 2 * (slowed(x, 0.5) - mean))
        return cls(
            reference,
            surrogates(reference),
            {"time x 0.9": slow},
            {"the data moved by 1 sd, twice as large, half as fast": far},
        )

    def score(self, metric: SeriesMetric, floors: Sequence[float]) -> dict[str, float]:
        """Score the first group of which every member is beyond the floors."""
        best = metric.best if isinstance(metric, SupportsBest) else 0.0
        least = beyond(floors, best)
        found: dict[str, float] = {}
        for group in (self.linear, self.slowed, self.other):
            found = self._scores(metric, group)
            if found and all(abs(value - best) > least for value in found.values()):
                break
        return found

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
