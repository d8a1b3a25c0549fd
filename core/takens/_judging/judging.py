"""Judging one subject after the other against one truth."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast, final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.system_model import SystemModel
from takens._dynamics.trained_model import TrainedModel
from takens._judging.baselines import Baselines
from takens._judging.completion import complete, evidence_of, with_scale
from takens._judging.criteria import Criteria
from takens._judging.deviances import compare_deviances
from takens._judging.ensembles import merge_members
from takens._judging.equivalence import trials_to_tell
from takens._judging.forecasts import compare_forecasts
from takens._judging.free_runs import FreeRuns, compare_free_runs
from takens._judging.judgement import Judgement
from takens._judging.lending import lent
from takens._judging.measure import measure_dynamics
from takens._judging.naming import qualified
from takens._judging.once import Once
from takens._judging.records import compare_records, runs_from
from takens._judging.rehearsal import check_fit
from takens._judging.score_table import Scores
from takens._judging.segments import Places, Segments
from takens._judging.spoils import SPOILS
from takens._judging.spoilt_copies import score_spoilt
from takens._judging.stationarity import difference, mean_period
from takens._judging.subject import as_model, system_model
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import left_out
from takens._plugins.isolation import blaming
from takens._progress import progress_bar
from takens._protocols.dynamics import Time
from takens._protocols.metric import (
    DevianceMetric,
    Metric,
    RecordsMetric,
    SeriesMetric,
    SupportsFacts,
    SupportsStarts,
)
from takens._protocols.model import Model
from takens._protocols.score import Score
from takens._protocols.system import System
from takens._threads import side_by_side
from takens.errors import DataError

_UNVISITED: Final = (
    "the data never start there, and so do not say where the true system ends from there"
)


@final
@attrs.frozen(kw_only=True, eq=False)
class Judging:
    """How subjects are judged, and against what; what is the same for all is made ``once``.

    The segments are ``halves`` of one record where there is no other.
    """

    segments: Segments
    halves: bool
    criteria: Criteria
    metrics: Mapping[str, Metric]
    truth: System | None
    references: Mapping[str, float]
    runs: int
    starts: int
    context: int
    noise: float
    once: Once = attrs.field(factory=Once, init=False)

    def beside(self, start: int, stop: int) -> Baselines:
        """Return what runs of these samples are read against."""
        return self.once.of(
            lambda: Baselines.of(self.segments.between(start, stop)), "beside", start, stop
        )

    def counted(self, members: int) -> int:
        """Return of how many runs of each member shares are counted."""
        told = trials_to_tell(self.criteria.of_shares, self.criteria.level)
        return max(self.runs, math.ceil(told / members))

    def _doubt(self) -> str:
        """Return why no floor is to be trusted, empty where all are."""
        first, second = self.segments.reference, next(self.segments.pairs())
        if not self.halves or not (found := difference(first, second, self.criteria)):
            return ""
        return f"the record is not stationary ({found} changes), so that no floor is trusted"

    def judge(
        self,
        members: Sequence[Model | System | TimeSeries],
        trained: bool,
        power: bool,
        progress: bool,
    ) -> Judgement:
        """Judge the members of a subject, often one; see ``takens.judge``.

        Where it was trained, scores say of a single member that it is one.
        """
        with blaming("judge", members, self.metrics, self.truth):
            scores, free, reference = self._scores(members, power, progress)
        if trained and len(members) == 1:
            scores = {n: attrs.evolve(s, members=[s.value]) for n, s in scores.items()}
        if doubt := self._doubt():
            scores = {
                n: attrs.evolve(s, floor_doubt=doubt) if s.floor is not None else s
                for n, s in scores.items()
            }
        return Judgement(Scores(scores), reference, free, self.criteria)

    def _scores(
        self, members: Sequence[Model | System | TimeSeries], power: bool, progress: bool
    ) -> tuple[Mapping[str, Score], FreeRun, TimeSeries]:
        components = [*members, *self.metrics.values(), *([self.truth] if self.truth else [])]
        threads = _threads(components)
        count = len(members) * len(self.metrics) + (len(SPOILS) if power else 0)
        done = itertools.count(1)
        with contextlib.ExitStack() as stack:
            bar = progress_bar("judging", count) if progress else None
            show = stack.enter_context(bar) if bar else None

            def tell(what: str) -> None:
                if show:
                    show(next(done), what)

            each = side_by_side(
                lambda given: _judge_member(given[1], self, given[0], len(members), tell),
                list(enumerate(members)),
                threads,
            )
            first, _, baselines = each[0]
            scores: Mapping[str, Score] = merge_members([scores for _, scores, _ in each])
            if power:
                seen = self.once.of(
                    lambda: score_spoilt(baselines, self.metrics, threads, tell),
                    "spoilt",
                    id(baselines),
                )
                scores = {n: attrs.evolve(s, spoilt=seen.get(n, {})) for n, s in scores.items()}
        return scores, first, baselines.segments.reference


def _judge_member(
    subject: Model | System | TimeSeries,
    how: Judging,
    member: int,
    members: int,
    tell: Callable[[str], None],
) -> tuple[FreeRun, Mapping[str, Score], Baselines]:
    """Score one member; return its runs, its scores and what they are read against."""
    model = None if isinstance(subject, TimeSeries) else as_model(subject)
    segments, context = how.segments, 0
    if model is None:
        free = _recorded(cast(TimeSeries, subject), segments, how)
        dt, length = segments.reference.dt, free.all.x.shape[1]
        baselines = how.beside(0, length)
    else:
        context = max(how.context, model.context_length)
        dt = check_fit(model, segments.reference, context)
        free = FreeRuns.of(model, segments, dt, how.runs, how.counted(members), context)
        baselines = how.beside(context, len(segments.reference))
    compared = baselines.segments

    def true_runs() -> FreeRuns | None:
        truth = how.truth
        if truth is None or model is None:
            return None
        if isinstance(model, SystemModel) and model.system is truth:
            return free
        counted = how.counted(members)
        return how.once.of(
            lambda: FreeRuns.of(system_model(truth), segments, dt, how.runs, counted, context),
            "runs",
            counted,
            context,
        )

    if free.all.diverged and (true := true_runs()) is not None:
        free = attrs.evolve(free, expected=true.all.diverged)
    period = mean_period(compared.reference)
    under = Places.spread(segments.reference, context, how.starts) if model else None
    places = under and under.contexts(context)

    def measure(metric: Metric) -> Score | None:
        truth, given = how.truth, metric
        if truth is not None and isinstance(given, SupportsFacts):
            metric = how.once.of(lambda: given.with_facts(truth.facts()), "facts", id(given))
        if isinstance(metric, SeriesMetric) and metric.horizon is None:
            return compare_free_runs(metric, baselines, free, how.noise)
        if isinstance(metric, RecordsMetric) and not isinstance(metric, SupportsStarts):
            evidence = evidence_of(metric)
            kind = evidence and evidence.by
            return compare_records(metric, kind, compared, free, how.noise, true_runs)
        if model is None or places is None:
            return None
        if isinstance(metric, DevianceMetric):
            return compare_deviances(metric, model, segments.reference, dt, context)
        if isinstance(metric, RecordsMetric):
            return _elsewhere(metric, model, how, compared, member, members)
        if isinstance(metric, SeriesMetric):
            horizon = cast(int, metric.horizon)
            return compare_forecasts(metric, horizon, model, segments, dt, context, how.once)
        return measure_dynamics(metric, model, dt, places, truth, how.once, under)

    if how.truth is not None and how.truth.time is Time.DISCRETE:
        period = dt
    return free.shown, _scored(how, measure, period, tell), baselines


def _threads(components: Sequence[object]) -> int:
    """Return how many threads may judge at once: several where all components are ours."""
    inner = [one.inner if isinstance(one, TrainedModel) else one for one in components]
    owners = [catalogue().owner(type(one)) for one in inner]
    ours = all(owner is not None and owner[0].ours for owner in owners)
    return torch.get_num_threads() if ours else 1


def _scored(
    how: Judging,
    measure: Callable[[Metric], Score | None],
    period: float,
    tell: Callable[[str], None],
) -> Mapping[str, Score]:
    """Score by every metric; what fails gets a score without a value."""
    scores: dict[str, Score] = {}
    for name, metric in how.metrics.items():
        owner = catalogue().owner(type(metric))
        plugin, what = owner or (None, f"metric {name!r}")
        with left_out(
            f"{what} gave no value", plugin, strict=catalogue().strict, asked_for=True
        ) as why:
            score = measure(metric)
            if score is None:
                why.append("a record has no dynamics that could be measured")
            else:
                score = complete(score, name, metric, how.truth, how.references)
                scores[name] = with_scale(score, period, how.criteria)
        if why:
            scores[name] = Score(value=None, reason=why[0], metric=qualified(metric))
        tell(name)
    return scores


def _recorded(subject: TimeSeries, segments: Segments, how: Judging) -> FreeRuns:
    reference = segments.reference
    if subject.dim != reference.dim or abs(subject.dt - reference.dt) > 1e-6 * reference.dt:
        raise DataError(
            f"A record is judged against data of the same variables and interval; got "
            f"{subject.dim} every {subject.dt:g} and {reference.dim} every {reference.dt:g}."
        )
    return FreeRuns.recorded(subject, len(reference), how.runs)


def _elsewhere(
    metric: RecordsMetric,
    model: Model,
    how: Judging,
    segments: Segments,
    member: int,
    members: int,
) -> Score:
    """Score runs that start where the metric says; each member has its part of the starts."""
    records, reference = segments.records, segments.reference
    starts = cast(SupportsStarts, metric).starts(records)
    part = slice(member, None, members)
    found = runs_from(model, starts, reference, part)
    score = metric.compare_records(*lent(metric, records, found))
    truth = how.truth
    if not score.value:
        return score
    if truth is None:
        return attrs.evolve(score, reference_reason=_UNVISITED)

    def of_truth() -> Score:
        true = runs_from(system_model(truth), starts, reference, part)
        return metric.compare_records(*lent(metric, records, true))

    about = ("elsewhere", id(metric), len(reference), member, members)
    right = how.once.of(of_truth, *about)
    return attrs.evolve(score, reference=right.value, reference_over=right.trials)
