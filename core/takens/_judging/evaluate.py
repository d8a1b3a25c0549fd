"""Scores of models and systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS
from takens._dynamics.sampling import interval_of
from takens._dynamics.simulate import simulate
from takens._judging.completion import complete
from takens._judging.each import over_recordings
from takens._judging.judge import judge
from takens._judging.measure import measure_dynamics
from takens._judging.naming import name_metrics
from takens._judging.once import Once
from takens._judging.score_table import Scores
from takens._judging.subject import as_model, as_record, for_recording, named_subject
from takens._plugins.isolation import isolated
from takens._plugins.registry import systems
from takens._protocols.dynamics import Time
from takens._protocols.metric import DevianceMetric, Metric, RecordsMetric, SeriesMetric
from takens._protocols.model import Model
from takens._protocols.system import System
from takens.errors import InputError


@arguments(subject=named_subject, truth=systems.get)
@isolated
def evaluate(
    subject: Model | System | SeriesLike | str | Path,
    data: SeriesLike | None = None,
    metrics: Mapping[str, Metric] | Sequence[str | Metric] = METRICS,
    *,
    second: SeriesLike | None = None,
    truth: System | str | None = None,
    references: Mapping[str, float] | None = None,
    dt: float | None = None,
    runs: int = 8,
    starts: int = 32,
    context: int = 32,
    noise: float | str = 0.0,
    seed: int = 0,
    each: bool = False,
) -> Scores:
    """Judge a model or a system; return a score for each metric, in float64 on the CPU.

    The subject may be the name of a system, or the path of a run or a checkpoint, all members
    of which are judged.

    Against ``data``, `x: (T, n)`, the subject runs freely from ``runs`` places, each time as
    long as the data, and a score is the median over the runs; metrics of the dynamics start
    from ``starts`` places. Every run and forecast is warmed up on ``context`` samples, or as
    many as the model encodes. Without data, a system can be asked for metrics of its dynamics,
    at the interval ``dt`` (by default the one that it names, or 0.01; one step of a map) and
    from starts drawn by ``seed``.

    The floor of a score is the same metric between the data and a ``second`` segment of the
    truth, equally long and independent (the median over several, `x: (pairs, T, n)`);
    without one, the data are cut into halves for the two. ``truth`` is the system that made
    the data: its published facts are the references, and it gives the floor of metrics of
    the dynamics. ``references`` are known values by metric name, and go before it.

    Of several recordings the longest is compared with, and the others are segments beside it.
    With ``each`` every recording is judged against by itself: a score is the median over them,
    and ``recordings`` of the answer holds those of each. A model of recordings is judged by its
    member for each.

    Of several models, the members of an ensemble, a score is the median, with the spread over
    them as its standard error and every member's value in ``members``.

    Raises: InputError where the data do not fit the subject, or where they are needed.
    """
    subject = cast("Model | System | TimeSeries | Sequence[Model]", as_record(subject))
    truth = cast("System | None", truth)
    if each and second is not None:
        raise InputError("Each recording has floors of its own; leave out second.")

    def judged(subject: Any, data: SeriesLike) -> Scores:
        return Scores(
            judge(
                subject,
                data,
                metrics,
                second=second,
                truth=truth,
                references=references,
                runs=runs,
                starts=starts,
                context=context,
                noise=noise,
                power=False,
            ).scores
        )

    if data is not None:
        if not each:
            return judged(subject, data)
        return over_recordings(
            as_recordings(data), lambda name, one: judged(for_recording(subject, name), one)
        )
    if isinstance(subject, (Model, TimeSeries, Sequence)):
        raise InputError("A model is judged against data: give a time series.")
    model, truth = as_model(subject), truth or subject
    if subject.time is Time.DISCRETE:
        dt = 1.0
    elif dt is None:
        dt = interval_of(subject, 0.01)
    scores = Scores()
    points = simulate(subject, dt=dt, steps=2, trajectories=starts, seed=seed).x[:, -1:]
    for name, metric in name_metrics(metrics, references).items():
        if isinstance(metric, (SeriesMetric, RecordsMetric, DevianceMetric)):
            raise InputError(f"{name} compares with data: give a time series.")
        score = measure_dynamics(metric, model, dt, points, truth, Once())
        scores[name] = complete(score, name, metric, truth, references)
    return scores
