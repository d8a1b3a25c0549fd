"""Metrics that are given all records at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.generate import generate
from takens._judging.free_runs import FreeRuns, far_away
from takens._judging.lending import lent
from takens._judging.noise import with_noise
from takens._judging.segments import Places, Segments
from takens._protocols.metric import RecordsMetric, Starts
from takens._protocols.model import Model
from takens._protocols.score import EvidenceKind, Score

# Runs from elsewhere are made so many at a time.
_AT_ONCE: Final = 250


def compare_records(
    metric: RecordsMetric,
    kind: EvidenceKind | None,
    segments: Segments,
    free: FreeRuns,
    noise: float,
    true: Callable[[], FreeRuns | None] = lambda: None,
) -> Score:
    """Compare all runs with all true segments.

    Shares are counted on the runs as they are, and on the ``true`` system's where there are
    such and the share is not zero; for all else those that diverged are left out, and the
    others get the noise of the data.
    """
    truth, about = segments.records, free.fate
    if kind is EvidenceKind.SHARE:
        score = metric.compare_records(*lent(metric, truth, far_away(free.all, truth)))
        if score.value and (runs := true()) is not None:
            right = metric.compare_records(*lent(metric, truth, far_away(runs.all, truth)))
            score = attrs.evolve(score, reference=right.value, reference_over=right.trials)
        return attrs.evolve(score, runs=about)
    runs = free.finite
    if runs is None:
        reason = f"all {about.count} free runs diverged"
        return Score(value=None, reason=reason, reference=0.0, runs=about)
    noisy = with_noise(runs, noise, segments.reference)
    score = metric.compare_records(*lent(metric, truth, noisy))
    return attrs.evolve(score, runs=about)


def runs_from(
    model: Model, starts: Starts, truth: TimeSeries, chosen: slice = slice(None)
) -> TimeSeries:
    """Run a model from the observations, and keep the last ``steps`` of each run.

    What diverged is far from all of the truth.
    """
    length, steps = max(model.context_length, 1), starts.transient + starts.steps
    kept: list[Tensor] = []
    times = None
    chosen_x = starts.x[chosen]
    for at in range(0, len(chosen_x), _AT_ONCE):
        x = chosen_x[at : at + _AT_ONCE]
        context = x[:, None].expand(-1, length, -1)
        # Nobody says what acts elsewhere: what acts on the record, from its beginning on.
        inputs = Places(truth, torch.zeros(1, dtype=torch.long)).inputs(length + steps)
        made = generate(model, context=context, steps=steps, dt=truth.dt, inputs=inputs)
        kept.append(far_away(made, truth).x[:, starts.transient :].clone())
        times = times or attrs.evolve(
            made.series, t=made.t[starts.transient :], x=made.x[:, starts.transient :]
        )
    if times is None:
        raise ValueError("a metric starts from at least one observation")
    return attrs.evolve(times, x=torch.cat(kept))
