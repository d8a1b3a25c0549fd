"""What simple alternatives to a model would score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import final

import attrs

from takens._data.time_series import TimeSeries
from takens._judging.floors import beyond
from takens._judging.lending import lent
from takens._judging.once import Once
from takens._judging.segments import Segments
from takens._judging.spoils import slowed
from takens._judging.surrogates import surrogates
from takens._protocols.metric import SeriesMetric, SupportsBest
from takens._protocols.score import Score
from takens.errors import InputError


@final
@attrs.frozen(eq=False)
class Bounds:
    """What a metric gives between true segments, first of one pair, and of the baselines."""

    perfect: Score
    floors: Sequence[float]
    simple: Mapping[str, float]


@final
@attrs.frozen(eq=False)
class Baselines:
    """What runs are read against: true segments, and records that are wrong in a known way.

    The latter are tried one group after the other: ``linear`` surrogates of the reference; the
    reference itself ``slowed`` down, for metrics of what a linear process has in common with
    it, such as spectra; and ``other``, moved, stretched and slowed down, for whatever sees none
    of these. All are as long as the reference.
    """

    segments: Segments
    linear: Mapping[str, TimeSeries]
    slowed: Mapping[str, TimeSeries]
    other: Mapping[str, TimeSeries]
    _once: Once = attrs.field(factory=Once, init=False)

    @classmethod
    def of(cls, segments: Segments) -> Baselines:
        """Make the baselines of a reference."""
        reference = segments.reference
        x, mean = reference.x, reference.x.mean(0)
        slow = attrs.evolve(reference, x=slowed(x, 0.9))
        far = attrs.evolve(reference, x=mean + x.std(0) + 2 * (slowed(x, 0.5) - mean))
        return cls(
            segments,
            surrogates(reference),
            {"time x 0.9": slow},
            {"the data moved by 1 sd, twice as large, half as fast": far},
        )

    def bounds(self, metric: SeriesMetric) -> Bounds:
        """Score what does not depend on the runs, once for all of them."""
        # The metric is kept, so that its number stays its own.
        return self._once.of(lambda: (metric, self._bounds(metric)), id(metric))[1]

    def _bounds(self, metric: SeriesMetric) -> Bounds:
        reference = self.segments.reference
        perfect = [
            metric.compare(*lent(metric, reference, other)) for other in self.segments.pairs()
        ]
        floors = [score.value for score in perfect if score.value is not None]
        simple = self._score(metric, floors) | dict(perfect[0].baselines)
        return Bounds(perfect[0], floors, simple)

    def _score(self, metric: SeriesMetric, floors: Sequence[float]) -> dict[str, float]:
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
                value = metric.compare(*lent(metric, self.segments.reference, record)).value
            except InputError:
                # What has no value for a baseline has none to be compared with.
                continue
            if value is not None:
                found[name] = value
        return found
