"""Judging models and systems against data."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast, final

import attrs
import torch

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS
from takens._dynamics.free_run import FreeRun
from takens._dynamics.system_model import SystemModel
from takens._dynamics.trained_model import TrainedModel
from takens._judging.baselines import Baselines
from takens._judging.completion import complete, evidence_of, with_scale
from takens._judging.criteria import Criteria
from takens._judging.ensembles import merge_members
from takens._judging.equivalence import trials_to_tell
from takens._judging.forecasts import compare_forecasts
from takens._judging.free_runs import FreeRuns, compare_free_runs
from takens._judging.judgement import Judgement
from takens._judging.lending import lent
from takens._judging.measure import measure_dynamics
from takens._judging.naming import name_metrics, qualified
from takens._judging.noise import check_noise, noise_level
from takens._judging.records import compare_records, runs_from
from takens._judging.rehearsal import check_fit
from takens._judging.score_table import Scores
from takens._judging.segments import Segments, contexts
from takens._judging.spoils import SPOILS
from takens._judging.spoilt_copies import score_spoilt
from takens._judging.stationarity import difference, mean_period
from takens._judging.subject import (
    as_model,
    as_record,
    named_subject,
    preparations_of,
    system_model,
    unprepared,
)
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import left_out
from takens._plugins.isolation import isolated
from takens._plugins.registry import systems
from takens._progress import progress_bar
from takens._protocols.dynamics import Time
from takens._protocols.metric import (
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
from takens.errors import DataError, InputError


@final
@attrs.frozen(kw_only=True, eq=False)
class Judging:
    """How a subject is judged, whatever it is."""

    segments: Segments
    criteria: Criteria
    metrics: Mapping[str, Metric]
    truth: System | None
    references: Mapping[str, float]
    runs: int
    counted: int
    starts: int
    context: int
    noise: float
    _made: dict[tuple[int, int], Baselines] = attrs.field(
        factory=dict[tuple[int, int], Baselines], init=False
    )

    def beside(self, start: int, stop: int) -> Baselines:
        """Return what runs of these samples are read against, made once for all members."""
        if (start, stop) not in self._made:
            self._made[start, stop] = Baselines.of(self.segments.between(start, stop))
        return self._made[start, stop]


@arguments(subject=named_subject, truth=systems.get)
@isolated
def judge(
    subject: Model | System | SeriesLike | str | Path,
    data: SeriesLike,
    metrics: Mapping[str, Metric] | Sequence[str | Metric] = METRICS,
    *,
    second: SeriesLike | None = None,
    truth: System | str | None = None,
    references: Mapping[str, float] | None = None,
    runs: int = 8,
    starts: int = 32,
    context: int = 32,
    noise: float | str = 0.0,
    tolerance: Mapping[str, float] | None = None,
    level: float = 0.05,
    power: bool = True,
    progress: bool = False,
) -> Judgement:
    """Judge a model or a system against data, and keep the free runs; see ``evaluate``.

    The subject may also be a record, or several, `x: (runs, T, n)`, judged as free runs; what
    needs the dynamics is then not judged. ``noise`` is that of the data, in standard
    deviations, or ``"estimate"``; free runs are compared with as much added. ``tolerance``
    holds those by kind that differ from what the metrics name, ``level`` is the share of true
    subjects that may be called wrong. With ``power``, copies of the truth that are spoilt on
    purpose are scored beside it, which says what would have been noticed.

    A metric that fails gets a score without a value, whose ``reason`` says why.

    Raises: InputError where the data do not fit the subject, or a number is out of its range.
    """
    subject = cast("Model | System | TimeSeries | Sequence[Model]", as_record(subject))
    truth = cast("System | None", truth)
    members = subject if isinstance(subject, Sequence) else (subject,)
    if not members:
        raise InputError("There is no model to judge in an empty list.")
    preparations = next(filter(None, map(preparations_of, members)), None)
    if preparations is not None:
        # What was learned is judged where it was learned.
        data = as_recordings(data).map(preparations.forward)
        second = None if second is None else as_recordings(second).map(preparations.forward)
        members = [unprepared(each) for each in members]
    for what, number in (("runs", runs), ("starts", starts), ("context", context)):
        if number < 1:
            raise InputError(f"{what} is at least 1; got {number}.")
    criteria = Criteria(tolerance=tolerance or {}, level=level)
    named = name_metrics(metrics, references)
    criteria.check(named)
    segments = Segments.of(data, second)
    if truth is not None and truth.dim != segments.reference.dim:
        raise DataError(
            f"The true system has {truth.dim} variables and the data have "
            f"{segments.reference.dim}; leave out truth where it is observed in part."
        )
    check_noise(noise)
    if isinstance(noise, str):
        noise = noise_level(segments.reference)
    told = trials_to_tell(criteria.of_shares, criteria.level)
    how = Judging(
        segments=segments,
        criteria=criteria,
        metrics=named,
        truth=truth,
        references=references or {},
        runs=runs,
        counted=max(runs, math.ceil(told / len(members))),
        starts=starts,
        context=context,
        noise=noise,
    )
    threads = _threads([*members, *named.values(), *([truth] if truth else [])])
    count = len(members) * len(named) + (len(SPOILS) if power else 0)
    done = itertools.count(1)
    with contextlib.ExitStack() as stack:
        bar = progress_bar("judging", count) if progress else None
        show = stack.enter_context(bar) if bar else None

        def tell(what: str) -> None:
            if show:
                show(next(done), what)

        each = side_by_side(
            lambda given: _judge(given[1], how, given[0], len(members), tell),
            list(enumerate(members)),
            threads,
        )
        first, _, baselines = each[0]
        scores: Mapping[str, Score] = merge_members([scores for _, scores, _ in each])
        if power:
            seen = score_spoilt(baselines, named, threads, tell)
            scores = {n: attrs.evolve(s, spoilt=seen.get(n, {})) for n, s in scores.items()}
    if len(members) == 1 and isinstance(subject, (TrainedModel, Sequence)):
        scores = {n: attrs.evolve(s, members=[s.value]) for n, s in scores.items()}
    if second is None and (doubt := difference(segments.reference, next(segments.pairs()))):
        doubt = f"the record is not stationary ({doubt} changes), so that no floor is trusted"
        scores = {
            n: attrs.evolve(s, floor_doubt=doubt) if s.floor is not None else s
            for n, s in scores.items()
        }
    return Judgement(Scores(scores), baselines.segments.reference, first, criteria)


def _judge(
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
        free = FreeRuns.of(model, segments, dt, how.runs, how.counted, context)
        baselines = how.beside(context, len(segments.reference))
    compared = baselines.segments

    @functools.cache
    def true_runs() -> FreeRuns | None:
        if how.truth is None or model is None:
            return None
        if isinstance(model, SystemModel) and model.system is how.truth:
            return free
        true = system_model(how.truth)
        return FreeRuns.of(true, segments, dt, how.runs, how.counted, context)

    if free.all.diverged and (true := true_runs()) is not None:
        free = attrs.evolve(free, expected=true.all.diverged)
    period = mean_period(compared.reference)
    places = contexts(segments.reference, context, how.starts) if model else None

    def measure(metric: Metric) -> Score | None:
        if how.truth is not None and isinstance(metric, SupportsFacts):
            metric = metric.with_facts(how.truth.facts())
        if isinstance(metric, SeriesMetric) and metric.horizon is None:
            return compare_free_runs(metric, baselines, free, how.noise)
        if isinstance(metric, RecordsMetric) and not isinstance(metric, SupportsStarts):
            evidence = evidence_of(metric)
            kind = evidence and evidence.by
            return compare_records(metric, kind, compared, free, how.noise, true_runs)
        if model is None or places is None:
            return None
        if isinstance(metric, RecordsMetric):
            return _elsewhere(metric, model, how.truth, compared, member, members)
        if isinstance(metric, SeriesMetric):
            horizon = cast(int, metric.horizon)
            return compare_forecasts(metric, horizon, model, segments, dt, context)
        return measure_dynamics(metric, model, dt, places, how.truth)

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
    truth: System | None,
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
    if not score.value or truth is None:
        return score
    true = runs_from(system_model(truth), starts, reference, part)
    right = metric.compare_records(*lent(metric, records, true))
    return attrs.evolve(score, reference=right.value, reference_over=right.trials)
