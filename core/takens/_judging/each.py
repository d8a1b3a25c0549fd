"""Scores of every recording, and of all together."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import attrs

from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._judging.ensembles import over_members
from takens._judging.score_table import Scores
from takens._protocols.score import Score
from takens.errors import InputError, TakensError


def over_recordings(data: Recordings, judged: Callable[[str, TimeSeries], Scores]) -> Scores:
    """Return the median of each score over recordings, beside the scores of each.

    ``judged`` is given the name of a recording and the recording.

    One that is too short to be judged by is left out, and the reason kept.

    Raises: InputError where no recording can be judged by.
    """
    found: dict[str, Scores] = {}
    left_out: dict[str, str] = {}
    for name, one in zip(data.names, data, strict=True):
        try:
            found[name] = judged(name, one)
        except TakensError as error:
            left_out[name] = str(error)
    if not found:
        name, why = next(iter(left_out.items()))
        raise InputError(f"No recording can be judged by; of {name!r}: {why}")
    names = dict.fromkeys(name for scores in found.values() for name in scores)
    pooled = {name: _pooled([scores[name] for scores in found.values()]) for name in names}
    return Scores(pooled, recordings=found, left_out=left_out)


def _pooled(scores: Sequence[Score]) -> Score:
    """Return the median over recordings, with their values as ``members``."""
    if len(scores) == 1:
        return scores[0]
    floors = [score.floor for score in scores if score.floor is not None]
    pooled = over_members(scores, "recordings")
    if not floors:
        return pooled
    return attrs.evolve(pooled, floor=statistics.median(floors), floors=tuple(floors))
