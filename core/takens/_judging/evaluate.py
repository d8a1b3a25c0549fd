"""Judging models and systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final

import attrs

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._dynamics.simulate import simulate
from takens._dynamics.trained_model import TrainedModel
from takens._errors import DataError, InputError, PluginWarning, near
from takens._judging.forecasts import compare_forecasts
from takens._judging.free_runs import compare_free_runs, free_runs
from takens._judging.members import together
from takens._judging.plain import plain
from takens._judging.probe import probe_dynamics
from takens._judging.stretches import Stretches, contexts
from takens._judging.subject import as_model
from takens._judging.surrogates import surrogates
from takens._plugins.catalogue import catalogue
from takens._plugins.registry import metrics as registered
from takens._plugins.warn import warn_outside
from takens._protocols.dynamics import Time
from takens._protocols.metric import (
    Metric,
    Score,
    SeriesMetric,
    SupportsFacts,
    SupportsReference,
)
from takens._protocols.model import Model
from takens._protocols.system import Facts, System

STANDARD_METRICS: Final = (
    "max_lyapunov",
    "state_space_divergence",
    "spectrum_distance",
    "prediction_error",
)


@final
@attrs.frozen(eq=False)
class Judgement:
    """The scores of a subject, and the free runs that they were taken from.

    ``reference`` is the stretch of truth that the runs, equally long, are compared with.
    """

    scores: Mapping[str, Score]
    reference: TimeSeries
    free: FreeRun


def evaluate(
    subject: Model | System | Sequence[Model],
    data: TimeSeries | None = None,
    metrics: Sequence[str | Metric] = STANDARD_METRICS,
    *,
    second: TimeSeries | None = None,
    truth: System | None = None,
    references: Mapping[str, float] | None = None,
    dt: float = 0.01,
    runs: int = 8,
    starts: int = 32,
    context: int = 32,
    seed: int = 0,
) -> dict[str, Score]:
    """Judge a model or a system, in float64 on the CPU; gives a score for each metric.

    Against ``data``, `x: (T, n)`, the subject runs freely from ``runs`` places, each time as
    long as the data, and a score is the median over the runs; metrics of the dynamics start
    from ``starts`` places. Every run and forecast is warmed up on ``context`` samples, or as
    many as the model encodes. Without data, a system can be asked for metrics of its dynamics,
    at the interval ``dt`` (one step of a map) and from starts drawn by ``seed``.

    The floor of a score is the same metric between the data and a ``second`` stretch of the
    truth, equally long and independent (the median over several, `x: (pairs, T, n)`);
    without one, the data are cut into halves for the two. ``truth`` is the system that made
    the data: its published facts are the references, and it gives the floor of metrics of
    the dynamics. ``references`` are known values by metric name, and go before it.

    Of several models, the members of an ensemble, a score is the median, with the spread over
    them as its standard error; ``details`` hold every member's value.

    Raises: InputError where the data do not fit the subject, or where they are needed.
    """
    if data is not None:
        members = subject if isinstance(subject, Sequence) else (subject,)
        if not members:
            raise InputError("There is no model to judge in an empty list.")
        named = _named(metrics, references)
        return together(
            [
                judge(
                    member,
                    data,
                    named,
                    second=second,
                    truth=truth,
                    references=references,
                    runs=runs,
                    starts=starts,
                    context=context,
                ).scores
                for member in members
            ]
        )
    if isinstance(subject, (Model, Sequence)):
        raise InputError("A model is judged against data: give a time series.")
    model, truth = as_model(subject), truth or subject
    if subject.time is Time.DISCRETE:
        dt = 1.0
    scores: dict[str, Score] = {}
    points = simulate(subject, dt=dt, steps=2, trajectories=starts, seed=seed).x[:, -1:]
    for name, metric in _named(metrics, references).items():
        if isinstance(metric, SeriesMetric):
            raise InputError(f"{name} compares with data: give a time series.")
        score = probe_dynamics(metric, model, dt, points, truth)
        scores[name] = _with_reference(score, name, metric, truth, references)
    return scores


def judge(
    subject: Model | System,
    data: TimeSeries,
    metrics: Mapping[str, Metric],
    *,
    second: TimeSeries | None,
    truth: System | None,
    references: Mapping[str, float] | None,
    runs: int,
    starts: int,
    context: int,
) -> Judgement:
    """Judge against data by metrics by name, and give the free runs too; see ``evaluate``.

    A metric that fails gets a score without a value, which says why.
    """
    for what, number in (("runs", runs), ("starts", starts), ("context", context)):
        if number < 1:
            raise InputError(f"{what} is at least 1; got {number}.")
    model = as_model(subject)
    stretches = Stretches.of(data, second)
    context = max(context, model.context_length)
    dt = _check(model, stretches.reference, context)
    if truth is not None and truth.dim != stretches.reference.dim:
        raise DataError(
            f"The true system has {truth.dim} variables and the data have "
            f"{stretches.reference.dim}; leave out truth where it is observed in part."
        )
    free = free_runs(model, stretches, dt, runs, context)
    beside = stretches.after(context)
    linear = surrogates(beside.reference)
    places = contexts(stretches.reference, context, starts)
    scores: dict[str, Score] = {}
    for name, metric in metrics.items():
        if truth is not None and isinstance(metric, SupportsFacts):
            metric = metric.with_facts(truth.facts())
        try:
            if not isinstance(metric, SeriesMetric):
                score = probe_dynamics(metric, model, dt, places, truth)
            elif metric.horizon is None:
                score = compare_free_runs(metric, beside, free, linear)
            else:
                score = compare_forecasts(metric, metric.horizon, model, stretches, dt, context)
        except Exception as error:
            if catalogue().strict:
                raise
            reason = f"{type(error).__name__}: {error}"
            warn_outside(f"takens: metric {name!r} gave no value: {reason}.", PluginWarning)
            score = Score(value=None, details={"reason": reason})
        scores[name] = _with_reference(score, name, metric, truth, references)
    return Judgement(scores, beside.reference, free)


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
    stretches = Stretches.of(data, second)
    context = max(context, model.context_length)
    _check(model, stretches.reference, context)
    beside = stretches.after(context)
    for name, metric in metrics.items():
        if not isinstance(metric, SeriesMetric):
            continue
        if metric.horizon is None:
            metric.compare(beside.reference, next(beside.pairs()))
        elif len(stretches.reference) <= context + metric.horizon:
            raise DataError(
                f"{name} forecasts {metric.horizon} steps after a context of {context}, and "
                f"the data have {len(stretches.reference)} samples; give more data."
            )


def _with_reference(
    score: Score,
    name: str,
    metric: Metric,
    truth: System | None,
    references: Mapping[str, float] | None,
) -> Score:
    score = attrs.evolve(score, details=plain(score.details))
    known = (references or {}).get(name)
    if known is None and isinstance(metric, SupportsReference):
        known = metric.reference(truth.facts() if truth is not None else Facts())
    return score if known is None else attrs.evolve(score, reference=known)


def _named(
    metrics: Sequence[str | Metric], references: Mapping[str, float] | None
) -> dict[str, Metric]:
    """Make the metrics that are given by name, and name those that are given."""
    named: dict[str, Metric] = {}
    for metric in metrics:
        if isinstance(metric, str):
            name, made = metric, registered.create(metric)
        else:
            found = catalogue().qualified_name("metric", type(metric))
            name, made = (
                (found.rpartition(":")[2] if found else type(metric).__name__),
                metric,
            )
        if name in named:
            raise InputError(f"The metric {name!r} is asked for twice; ask for each once.")
        named[name] = made
    for name in references or {}:
        if name not in named:
            raise InputError(
                f"references names {name!r}, which is not among the metrics: "
                f"{', '.join(named)}.{near(name, named)}"
            )
    return named


def _check(model: Model, reference: TimeSeries, context: int) -> float:
    """Refuse data that do not fit the model; give their sampling interval."""
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
            f"stretch of the data; got {len(reference)}. Give more data or a shorter context."
        )
    return dt
