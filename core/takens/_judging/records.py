"""Metrics that are given all records at once."""

from __future__ import annotations

from typing import Final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.generate import generate
from takens._judging.free_runs import FreeRuns
from takens._judging.noise import with_noise
from takens._judging.segments import Segments
from takens._protocols.metric import RecordsMetric, Starts
from takens._protocols.model import Model
from takens._protocols.score import EvidenceKind, Runs, Score

# Runs from elsewhere are made so many at a time.
_AT_ONCE: Final = 250


def compare_records(
    metric: RecordsMetric,
    kind: EvidenceKind | None,
    segments: Segments,
    free: FreeRuns,
    noise: float,
) -> Score:
    """Compare all runs with all true segments.

    Shares are counted on the runs as they are; for all else they get the noise of the data.
    """
    runs = free.counted()
    if kind is not EvidenceKind.SHARE:
        runs = with_noise(runs, noise, segments.reference)
    score = metric.compare_records(segments.records, runs)
    return attrs.evolve(score, runs=Runs(free.all.diverged_at))


def runs_from(
    model: Model, starts: Starts, dt: float, chosen: slice = slice(None)
) -> TimeSeries:
    """Run a model from the observations, and keep the last ``steps`` of each run."""
    length = max(model.context_length, 1)
    kept: list[Tensor] = []
    times = None
    chosen_x = starts.x[chosen]
    for at in range(0, len(chosen_x), _AT_ONCE):
        x = chosen_x[at : at + _AT_ONCE]
        context = x[:, None].expand(-1, length, -1)
        made = generate(model, context=context, steps=starts.transient + starts.steps, dt=dt)
        tail = made.series.x[:, starts.transient :].clone()
        tail[[at is not None for at in made.diverged_at]] = torch.nan
        kept.append(tail)
        times = times or attrs.evolve(
            made.series, t=made.t[starts.transient :], x=made.x[:, starts.transient :]
        )
    if times is None:
        raise ValueError("a metric starts from at least one observation")
    return attrs.evolve(times, x=torch.cat(kept))
