"""Free runs, and metrics that compare them with the truth one by one."""

from __future__ import annotations

import functools
import math
import statistics
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.generate import generate
from takens._judging.baselines import Baselines
from takens._judging.ensembles import error_of_median, over_values
from takens._judging.floors import ENOUGH
from takens._judging.lending import lent
from takens._judging.noise import with_noise
from takens._judging.segments import Places, Segments
from takens._protocols.metric import SeriesMetric
from takens._protocols.model import Model, has_likelihood
from takens._protocols.score import Runs, Score

# A run that diverged is put so many times as far out as any of the data.
_FAR: Final = 1e9
# Effects are measured on so many runs; the truth, in eight segments at most, is known less.
_MEASURED: Final = 48
# What all runs that are counted may take in memory.
_BYTES: Final = 2**29


@final
@attrs.frozen(eq=False)
class FreeRuns:
    """Runs of a subject: the first beside the reference, ``scored`` ones, and all that count.

    ``all`` are all of them but the first. The first starts where the reference starts, so
    that the two can be laid over each other. The others start from places along the other
    true segments: a good model that starts on the reference itself follows it for a while,
    and would seem better than its floor. What acts there acts on them, and from its beginning
    again behind its end. ``expected`` is the share of the true system's runs
    that diverge.
    """

    beside: FreeRun
    all: FreeRun
    scored: int
    expected: float = 0.0

    @classmethod
    def of(
        cls,
        model: Model,
        segments: Segments,
        dt: float,
        scored: int,
        counted: int,
        context: int,
    ) -> FreeRuns:
        """Run a model freely, each time as long as the reference after its warm-up."""
        steps = len(segments.reference) - context
        most = _BYTES // (8 * steps * segments.reference.dim)
        counted = max(scored, min(counted, most))
        each = math.ceil(counted / len(segments.others.x))
        places = [Places.spread(pair, context, each) for pair in segments.pairs()]
        chosen = _spread(sum(len(place.rows) for place in places), counted)
        first, length = Places.spread(segments.reference, context, 1), context + steps
        starts = torch.cat([place.contexts(context) for place in places])[chosen]
        starts = torch.cat((first.contexts(context), starts))
        acting, inputs = first.inputs(length), None
        if acting is not None:
            others = [u for place in places if (u := place.inputs(length)) is not None]
            inputs = torch.cat((acting, torch.cat(others)[chosen]))
        # Runs are compared with observations, such as counts, and not with what is expected.
        draw = 0 if has_likelihood(model) else None
        made = generate(model, context=starts, steps=steps, dt=dt, inputs=inputs, draw=draw)
        return cls._split(made.series, made.diverged_at, scored)

    @classmethod
    def recorded(cls, series: TimeSeries, length: int, scored: int) -> FreeRuns:
        """Take records, `x: (T, n)` or `(runs, T, n)`, for the runs.

        One long record is cut into runs of ``length``.
        """
        x = series.x.reshape(-1, *series.x.shape[-2:]).double()
        if len(x) == 1 and x.shape[1] >= 2 * length:
            x = x[0, : x.shape[1] // length * length].reshape(-1, length, series.dim)
        x = x[:, :length]
        x, t = torch.cat((x[:1], x)), series.t[:length]
        series = attrs.evolve(series, t=t, x=x, inputs=None)
        # None of them diverged: a series is finite.
        return cls._split(series, (None,) * len(x), min(scored, len(x) - 1))

    @classmethod
    def _split(
        cls, series: TimeSeries, diverged_at: tuple[int | None, ...], scored: int
    ) -> FreeRuns:
        first, rest = (
            FreeRun(attrs.evolve(series, x=series.x[part]), diverged_at[part])
            for part in (slice(0, 1), slice(1, None))
        )
        return cls(first, rest, scored)

    @property
    def fate(self) -> Runs:
        """Which of all runs diverged."""
        return Runs(self.all.diverged_at, self.expected)

    @property
    def shown(self) -> FreeRun:
        """The first run and those that are scored one by one."""
        chosen = _spread(len(self.all.diverged_at), self.scored)
        x = torch.cat((self.beside.x, self.all.x[chosen]))
        at = self.beside.diverged_at + tuple(self.all.diverged_at[i] for i in chosen)
        return FreeRun(attrs.evolve(self.beside.series, x=x), at)

    @functools.cached_property
    def finite(self) -> TimeSeries | None:
        """Return runs that did not diverge, up to 48, `x: (runs, T, n)`, None where all did."""
        alive = [run for run, at in enumerate(self.all.diverged_at) if at is None]
        if not alive:
            return None
        chosen = [alive[i] for i in _spread(len(alive), _MEASURED)]
        return attrs.evolve(self.all.series, x=self.all.x[chosen])


def far_away(runs: FreeRun, truth: TimeSeries) -> TimeSeries:
    """Return all runs, `x: (runs, T, n)`, far from all data from where one diverged."""
    x = runs.x
    gone = [(run, at) for run, at in enumerate(runs.diverged_at) if at is not None]
    if gone:
        x = x.clone()
        for run, at in gone:
            x[run, max(at - 1, 0) :] = _FAR * float(truth.x.abs().max())
    return attrs.evolve(runs.series, x=x)


def _spread(count: int, chosen: int) -> Tensor:
    """Return evenly spaced indices, as many as are chosen of so many."""
    return torch.linspace(0, count - 1, min(chosen, count), dtype=torch.float64).long()


def compare_free_runs(
    metric: SeriesMetric, baselines: Baselines, free: FreeRuns, noise: float = 0.0
) -> Score:
    """Compute the median over the scored runs that did not diverge, with the floor.

    The runs are as long as the segments of the ``baselines``. What these would score stands
    beside those that the metric has.
    """
    reference, bounds = baselines.segments.reference, baselines.bounds(metric)
    floors, perfect = bounds.floors, bounds.perfect
    runs = free.shown
    scored = runs.diverged_at[1:]
    floor = statistics.median(floors) if floors else None
    known = error_of_median(floors) if len(floors) >= ENOUGH else None
    about: dict[str, Any] = {
        "runs": free.fate,
        "floor": floor,
        "floors": list(floors),
        "floor_from": f"the reference against {len(floors)} other true "
        f"segment{'s' * (len(floors) > 1)} of the same length (median)",
        "baselines": dict(bounds.simple),
    }
    noisy = with_noise(runs.series, noise, reference)
    scores = [
        metric.compare(*lent(metric, reference, attrs.evolve(noisy, x=x)))
        for x, at in zip(noisy.x[1:], scored, strict=True)
        if at is None
    ]
    if not scores:
        # What was found between true segments goes for no run.
        about |= {"error": None, "error_from": "", "reference_reason": ""}
        about |= {"curves": {}, "details": {}}
        reason = f"all {len(scored)} free runs diverged"
        return attrs.evolve(perfect, value=None, reason=reason, **about)
    values = [score.value for score in scores if score.value is not None]
    if not values:
        reason = scores[0].reason or "the metric gave no value"
        return attrs.evolve(scores[0], reason=reason, **about)
    median = statistics.median_low(values)
    typical = next(score for score in scores if score.value == median)
    about["details"] = dict(typical.details) | {"values": values}
    if len(values) > 1:
        about |= over_values(values, "free runs")
        low, *_, high = statistics.quantiles(values, n=4, method="inclusive")
        about["details"] |= {"quartiles": [low, high]}
    elif len(floors) >= ENOUGH:
        # A single run is taken to vary as the truth does.
        about |= {"error": statistics.stdev(floors), "error_over": len(floors)}
    if known is not None:
        about |= {"floor_error": known, "floor_over": len(floors)}
    elif floors and len(values) > 1:
        # One pair of true segments does not tell how much pairs differ; runs stand in.
        spread = statistics.stdev(values) / math.sqrt(len(floors))
        about |= {"floor_error": spread, "floor_over": len(values)}
    return attrs.evolve(typical, value=statistics.median(values), **about)
