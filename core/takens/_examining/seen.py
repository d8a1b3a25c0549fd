"""Data as they are looked at: their clock, their gaps, and the longest stretch without one."""

from __future__ import annotations

from typing import final

import attrs
import numpy as np
import numpy.typing as npt
import torch

from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._embedding.arrays import Array
from takens._examining.values import Values, look_at


@final
@attrs.frozen(eq=False)
class Seen:
    """Recordings, what was seen in the values of each variable, and what is left to study.

    ``x: (T, m)`` are the ``varying`` variables over the longest stretch in which nothing is
    missing and no fill value stands.
    """

    recordings: Recordings
    values: tuple[Values, ...]
    varying: tuple[str, ...]
    x: Array
    dt: float
    jitter: float
    length: float
    gaps: int
    missing: int
    longest_gap: int

    @classmethod
    def of(cls, recordings: Recordings) -> Seen:
        """Look at recordings."""
        arrays = [one.x.detach().cpu().double().numpy() for one in recordings]
        joined = np.concatenate(arrays)
        values = tuple(_values(arrays, i) for i in range(joined.shape[1]))
        whole = [
            _without_fills(x, values) if any(v.fill is not None for v in values) else x
            for x in arrays
        ]
        gone = [np.asarray(np.isnan(x).any(1)) for x in whole]
        runs = [length for each in gone for length in _runs(each)]
        names = recordings.columns
        kept = [i for i, v in enumerate(values) if not v.constant]
        stretches = [
            stretch
            for one, x in zip(recordings, whole, strict=True)
            for stretch in _series(one, x[:, kept] if kept else x).stretches()
        ]
        longest = max(stretches, key=len, default=None)
        steps = torch.cat([one.t.diff() for one in recordings])
        median = float(steps.median())
        usual = steps[steps <= 1.5 * median]
        return cls(
            recordings=recordings,
            values=values,
            varying=tuple(names[i] for i in kept),
            x=np.empty((0, len(kept))) if longest is None or not kept else longest.x.numpy(),
            dt=median,
            jitter=float((usual - median).abs().max()) / median,
            length=sum(float(one.t[-1] - one.t[0]) for one in recordings),
            gaps=len(runs) + int((steps > 1.5 * median).sum()),
            missing=sum(int(np.isnan(x).sum()) for x in whole),
            longest_gap=max(runs, default=0),
        )


def _values(arrays: list[Array], column: int) -> Values:
    # Outliers are those of each recording: one does not go on in the next.
    found = look_at(np.concatenate([x[:, column] for x in arrays]))
    if len(arrays) == 1:
        return found
    firsts = np.cumsum([0, *(len(x) for x in arrays[:-1])])
    places = [
        look_at(x[:, column]).outliers + first for x, first in zip(arrays, firsts, strict=True)
    ]
    return attrs.evolve(found, outliers=np.concatenate(places))


def _series(one: TimeSeries, x: Array) -> TimeSeries:
    finite = np.isfinite(x)
    return TimeSeries(one.t, torch.from_numpy(x), mask=None if finite.all() else finite)


def _without_fills(x: Array, values: tuple[Values, ...]) -> Array:
    found = x.copy()
    for i, each in enumerate(values):
        if each.fill is not None:
            found[x[:, i] == each.fill, i] = np.nan
    return found


def _runs(gone: npt.NDArray[np.bool_]) -> list[int]:
    edges = np.diff(np.concatenate(([0], gone.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return (ends - starts).tolist()
