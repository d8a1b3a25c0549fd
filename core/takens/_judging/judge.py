"""Judging models and systems against data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, cast

import attrs

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS
from takens._dynamics.trained_model import TrainedModel
from takens._judging.criteria import Criteria
from takens._judging.judgement import Judgement
from takens._judging.judging import Judging
from takens._judging.naming import name_metrics
from takens._judging.noise import as_learned, check_noise, noise_level
from takens._judging.once import Once
from takens._judging.score_table import Scores
from takens._judging.segments import Segments
from takens._judging.subject import (
    as_record,
    named_subject,
    preparations_of,
    refuse_unchosen,
    unprepared,
)
from takens._plugins.isolation import isolated
from takens._plugins.registry import systems
from takens._preparing.preparations import Preparations
from takens._protocols.metric import Metric
from takens._protocols.model import Model
from takens._protocols.system import System
from takens.errors import DataError, InputError

Subject: TypeAlias = "Model | System | SeriesLike | str | Path"


@arguments(truth=systems.get)
@isolated
def judge(
    subject: Subject,
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

    A model of prepared data is judged on data so prepared, since distances are then as the
    model has learned them; conventions of scores say so.

    A metric that fails gets a score without a value, whose ``reason`` says why.

    Raises: InputError where the data do not fit the subject, or a number is out of its range.
    """
    judged = judge_each(
        [subject],
        data,
        metrics,
        second=second,
        truth=truth,
        references=references,
        runs=runs,
        starts=starts,
        context=context,
        noise=noise,
        tolerance=tolerance,
        level=level,
        power=power,
        progress=progress,
    )
    return next(judged)


@arguments(truth=systems.get)
@isolated
def judge_each(
    subjects: Iterable[Subject],
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
) -> Iterator[Judgement]:
    """Judge subjects one after the other against the same data; see ``judge``.

    What does not depend on the subject, such as floors, baselines, spoilt copies and what the
    true system does, is made once for all. Each is judged when its judgement is asked for.

    Raises: InputError where the data do not fit a subject, or a number is out of its range.
    """
    for what, number in (("runs", runs), ("starts", starts), ("context", context)):
        if number < 1:
            raise InputError(f"{what} is at least 1; got {number}.")
    criteria = Criteria(tolerance=tolerance or {}, level=level)
    named = name_metrics(metrics, references)
    criteria.check(named)
    check_noise(noise)
    noise = as_learned(noise, {})
    system = cast("System | None", truth)

    def prepared(preparations: Preparations | None) -> Judging:
        # What was learned is judged where it was learned.
        given, other = data, second
        if preparations is not None:
            given = as_recordings(given).map(preparations.forward)
            other = None if other is None else as_recordings(other).map(preparations.forward)
        segments = Segments.of(given, other)
        if system is not None and system.dim != segments.reference.dim:
            raise DataError(
                f"The true system has {system.dim} variables and the data have "
                f"{segments.reference.dim}; leave out truth where it is observed in part."
            )
        return Judging(
            segments=segments,
            halves=other is None,
            criteria=criteria,
            metrics=named,
            truth=system,
            references=references or {},
            runs=runs,
            starts=starts,
            context=context,
            noise=noise_level(segments.reference) if isinstance(noise, str) else noise,
        )

    once = Once()

    def judged(subject: Subject) -> Judgement:
        given = as_record(
            named_subject(subject) if isinstance(subject, (str, Path)) else subject
        )
        members = cast(
            "Sequence[Model | System | TimeSeries]",
            given if isinstance(given, Sequence) else (given,),
        )
        if not members:
            raise InputError("There is no model to judge in an empty list.")
        for each in members:
            refuse_unchosen(each)
        preparations = next(filter(None, map(preparations_of, members)), None)
        judging = once.of(lambda: prepared(preparations), preparations)
        trained = isinstance(given, (TrainedModel, Sequence))
        found = judging.judge([*map(unprepared, members)], trained, power, progress)
        return of_prepared(found, preparations)

    return map(judged, subjects)


def of_prepared(judgement: Judgement, preparations: Preparations | None) -> Judgement:
    """Add to the conventions of scores that they are of prepared data, where they are."""
    if preparations is None:
        return judgement
    words = f"of the data as prepared ({', '.join(preparations.names)})"
    scores = {
        name: attrs.evolve(score, convention=", ".join(filter(None, (score.convention, words))))
        for name, score in judgement.scores.items()
    }
    return attrs.evolve(judgement, scores=Scores(scores))
