"""Scores of spoilt copies of the truth, from which it is known what would be noticed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._judging.baselines import Baselines
from takens._judging.completion import evidence_of
from takens._judging.free_runs import FreeRuns, compare_free_runs
from takens._judging.records import compare_records
from takens._judging.segments import Segments
from takens._judging.spoils import spoilt
from takens._protocols.metric import Metric, RecordsMetric, SeriesMetric, SupportsStarts
from takens._protocols.score import Score
from takens._threads import side_by_side

# So many true segments are spoilt at the most.
_SPOILT: Final = 3
# And compared with so many more than one.
_LEFT: Final = 4


def score_spoilt(
    baselines: Baselines,
    metrics: Mapping[str, Metric],
    threads: int,
    tell: Callable[[str], None],
) -> Mapping[str, Mapping[str, Score]]:
    """Score spoilt copies of the truth by every metric that needs no dynamics.

    They are made of true segments that the copies are then not compared with, where there are
    enough of them.
    """
    reference, others = baselines.segments.reference, baselines.segments.others
    held = rest = others.x
    if len(others.x) > 1:
        held, left = others.x[1 : 1 + _SPOILT], others.x[1 + _SPOILT :]
        rest = torch.cat((others.x[:1], left[:_LEFT]))
    beside = Segments(reference, attrs.evolve(others, x=rest))
    baselines = attrs.evolve(baselines, segments=beside)

    def scored(copy: tuple[str, TimeSeries]) -> Mapping[str, Score]:
        what, records = copy
        free = FreeRuns.recorded(records, len(reference), len(held))
        found: dict[str, Score] = {}
        for name, metric in metrics.items():
            # What a copy has no value for, it is not noticed by.
            with contextlib.suppress(Exception):
                if score := _of_copy(metric, baselines, free):
                    found[name] = attrs.evolve(score, curves={}, details={})
        tell(what)
        return found

    copies = list(spoilt(attrs.evolve(others, x=held)).items())
    each = side_by_side(scored, copies, threads)
    return {
        name: {
            what: found[name]
            for (what, _), found in zip(copies, each, strict=True)
            if name in found
        }
        for name in metrics
    }


def _of_copy(metric: Metric, baselines: Baselines, free: FreeRuns) -> Score | None:
    evidence = evidence_of(metric)
    if evidence is None or evidence.by is None or isinstance(metric, SupportsStarts):
        return None
    if isinstance(metric, RecordsMetric):
        return compare_records(metric, evidence.by, baselines.segments, free, 0.0)
    if isinstance(metric, SeriesMetric) and metric.horizon is None:
        return compare_free_runs(metric, baselines, free)
    return None
