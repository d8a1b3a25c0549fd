"""Judging models and systems against data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast, final

import attrs

from takens._arguments import arguments
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS
from takens._dynamics.free_run import FreeRun
from takens._dynamics.trained_model import TrainedModel
from takens._judging.ensembles import merge_members
from takens._judging.forecasts import compare_forecasts
from takens._judging.free_runs import compare_free_runs, free_runs
from takens._judging.json_types import to_json
from takens._judging.measure import measure_dynamics
from takens._judging.naming import name_metrics, qualified
from takens._judging.segments import Segments, contexts
from takens._judging.subject import as_model, named_subject
from takens._judging.surrogates import surrogates
from takens._judging.verdict import Verdict, verdict
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import left_out
from takens._plugins.isolation import isolated
from takens._plugins.registry import systems
from takens._printed import Printed
from takens._protocols.metric import (
    Metric,
    SeriesMetric,
    SupportsBest,
    SupportsEvidence,
    SupportsFacts,
    SupportsReference,
)
from takens._protocols.model import Model
from takens._protocols.score import Evidence, Score
from takens._protocols.system import Facts, System
from takens.errors import DataError, InputError


@final
@attrs.frozen(eq=False, repr=False)
class Judgement(Printed):
    """The scores of a subject, and the free runs that they were taken from.

    ``reference`` is the segment of truth that the runs, equally long, are compared with; of
    several members ``free`` are those of the first.
    """

    scores: Mapping[str, Score]
    reference: TimeSeries
    free: FreeRun

    @property
    def verdict(self) -> Verdict:
        """Whether the subject is right, as far as the scores tell."""
        return verdict(self.scores)


@arguments(subject=named_subject, truth=systems.get)
@isolated
def judge(
    subject: Model | System | Sequence[Model] | str | Path,
    data: TimeSeries,
    metrics: Mapping[str, Metric] | Sequence[str | Metric] = METRICS,
    *,
    second: TimeSeries | None = None,
    truth: System | str | None = None,
    references: Mapping[str, float] | None = None,
    runs: int = 8,
    starts: int = 32,
    context: int = 32,
) -> Judgement:
    """Judge a model or a system against data, and keep the free runs; see ``evaluate``.

    A metric that fails gets a score without a value, whose ``reason`` says why.

    Raises: InputError where the data do not fit the subject.
    """
    subject = cast("Model | System | Sequence[Model]", subject)
    truth = cast("System | None", truth)
    members = subject if isinstance(subject, Sequence) else (subject,)
    if not members:
        raise InputError("There is no model to judge in an empty list.")
    for what, number in (("runs", runs), ("starts", starts), ("context", context)):
        if number < 1:
            raise InputError(f"{what} is at least 1; got {number}.")
    named = name_metrics(metrics, references)
    segments = Segments.of(data, second)
    if truth is not None and truth.dim != segments.reference.dim:
        raise DataError(
            f"The true system has {truth.dim} variables and the data have "
            f"{segments.reference.dim}; leave out truth where it is observed in part."
        )
    each = [
        _judge(as_model(member), segments, named, truth, references, runs, starts, context)
        for member in members
    ]
    return attrs.evolve(each[0], scores=merge_members([one.scores for one in each]))


@isolated
def rehearse(
    model: Model,
    data: TimeSeries,
    metrics: Mapping[str, Metric],
    *,
    second: TimeSeries | None,
    context: int,
) -> None:
    """Find out before a long training whether its result could be judged by these data.

    Raises: InputError where a metric could not be computed even for the truth.
    """
    segments = Segments.of(data, second)
    context = max(context, model.context_length)
    _check(model, segments.reference, context)
    beside = segments.after(context)
    for name, metric in metrics.items():
        if not isinstance(metric, SeriesMetric):
            continue
        if metric.horizon is None:
            metric.compare(beside.reference, next(beside.pairs()))
        elif len(segments.reference) <= context + metric.horizon:
            raise DataError(
                f"{name} forecasts {metric.horizon} steps after a context of {context}, and "
                f"the data have {len(segments.reference)} samples; give more data."
            )


def complete(
    score: Score,
    name: str,
    metric: Metric,
    truth: System | None,
    references: Mapping[str, float] | None,
) -> Score:
    """Add to a score what its metric says of itself, and the value that is known.

    Raises: TypeError where its evidence is none.
    """
    known, error = (references or {}).get(name), score.reference_error
    facts = truth.facts() if truth is not None else Facts()
    if known is None and (fact := facts.of(qualified(metric))):
        known, error = fact.value, fact.error
    if known is None and isinstance(metric, SupportsReference):
        known = metric.reference(facts)
    if known is None:
        known = score.reference
    if known is None and isinstance(metric, SupportsBest):
        known = metric.best
    return attrs.evolve(
        score,
        reference=known,
        reference_error=error,
        evidence=_evidence(metric) or score.evidence,
        metric=qualified(metric),
        details=to_json(score.details),
    )


def _judge(
    model: Model,
    segments: Segments,
    metrics: Mapping[str, Metric],
    truth: System | None,
    references: Mapping[str, float] | None,
    runs: int,
    starts: int,
    context: int,
) -> Judgement:
    context = max(context, model.context_length)
    dt = _check(model, segments.reference, context)
    free = free_runs(model, segments, dt, runs, context)
    beside = segments.after(context)
    linear = surrogates(beside.reference)
    places = contexts(segments.reference, context, starts)

    def measure(metric: Metric) -> Score:
        if truth is not None and isinstance(metric, SupportsFacts):
            metric = metric.with_facts(truth.facts())
        if not isinstance(metric, SeriesMetric):
            return measure_dynamics(metric, model, dt, places, truth)
        if metric.horizon is None:
            return compare_free_runs(metric, beside, free, linear)
        return compare_forecasts(metric, metric.horizon, model, segments, dt, context)

    scores: dict[str, Score] = {}
    for name, metric in metrics.items():
        owner = catalogue().owner(type(metric))
        plugin, what = owner or (None, f"metric {name!r}")
        with left_out(
            f"{what} gave no value", plugin, strict=catalogue().strict, asked_for=True
        ) as why:
            scores[name] = complete(measure(metric), name, metric, truth, references)
        if why:
            scores[name] = Score(value=None, reason=why[0], metric=qualified(metric))
    return Judgement(scores, beside.reference, free)


def _evidence(metric: Metric) -> Evidence | None:
    if not isinstance(metric, SupportsEvidence):
        return None
    found = metric.evidence
    if not isinstance(found, Evidence):  # pyright: ignore[reportUnnecessaryIsInstance] - what plugins give
        raise TypeError(f"its evidence is {found!r}, which is no takens.plugin.Evidence")
    return found


def _check(model: Model, reference: TimeSeries, context: int) -> float:
    """Refuse data that do not fit the model; return their sampling interval."""
    if reference.dim != model.obs_dim:
        raise DataError(
            f"The subject has {model.obs_dim} variables and the data have {reference.dim} "
            f"({', '.join(reference.columns)})."
        )
    dt = reference.dt
    if isinstance(model, TrainedModel) and abs(model.dt - dt) > 1e-6 * dt:
        raise DataError(
            f"The model was trained at an interval of {model.dt:g} and the data have {dt:g}; "
            "resample the data."
        )
    if len(reference) < context + 3:
        raise DataError(
            f"Judging warms up on {context} samples and needs at least {context + 3} in each "
            f"segment of the data; got {len(reference)}. Give more data or a shorter context."
        )
    return dt
