"""Segments of the truth: one to judge against, others for the floor."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final, final

import attrs
import torch
from torch import Tensor

from takens._data.entrance import SeriesLike, as_recordings, as_series
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens.errors import DataError

# Effects are known well enough from so many.
_RECORDS: Final = 8


@final
@attrs.frozen(eq=False)
class Segments:
    """Independent segments of the truth, of one length.

    The reference, `x: (T, n)`, is what a subject is judged against; the others, `x: (pairs,
    T, n)`, say what a perfect model would score.
    """

    reference: TimeSeries
    others: TimeSeries

    @classmethod
    def of(cls, data: SeriesLike, second: SeriesLike | None) -> Segments:
        """Cut two series to one length; without a second, take the halves of the first.

        The second may be several, `x: (pairs, T, n)`. Of several recordings the longest is the
        first, and the others that are half as long or longer are the second.

        Raises: DataError where the two do not go together.
        """
        if second is None and (
            isinstance(data, Recordings) or not isinstance(data, TimeSeries)
        ):
            data, second = _of_recordings(as_recordings(data))
        data = as_series(data, "Judging")
        if data.x.ndim != 2:
            raise DataError(
                f"Judging takes one series x: (T, n); got shape {tuple(data.x.shape)}."
            )
        data = _double(data)
        if second is None:
            first, rest = data.halves()
            second = attrs.evolve(rest, x=rest.x.unsqueeze(0))
            _refuse_constants(first, second)
            return cls(first, second)
        second = _double(as_series(second, "Judging"))
        second = attrs.evolve(second, x=second.x.reshape(-1, *second.x.shape[-2:]))
        if second.dim != data.dim or abs(second.dt - data.dt) > 1e-6 * data.dt:
            raise DataError(
                f"Two segments of one truth have the same variables and interval; got "
                f"{data.dim} every {data.dt:g} and {second.dim} every {second.dt:g}."
            )
        length = min(len(data), len(second))
        data, second = data.between(0, length), second.between(0, length)
        _refuse_constants(data, second)
        return cls(data, second)

    def after(self, context: int) -> Segments:
        """Leave out the first samples, which a free run is started from."""
        return self.between(context, len(self.reference))

    def between(self, start: int, stop: int) -> Segments:
        """Cut out the samples start, ..., stop - 1 of each."""
        return Segments(*(s.between(start, stop) for s in (self.reference, self.others)))

    @functools.cached_property
    def records(self) -> TimeSeries:
        """The reference and others, up to eight in all, `x: (segments, T, n)`."""
        x = torch.cat((self.reference.x.unsqueeze(0), self.others.x[: _RECORDS - 1]))
        return attrs.evolve(self.reference, x=x)

    def pairs(self) -> Iterator[TimeSeries]:
        """Return the other segments one by one, `x: (T, n)` each."""
        u = self.others.inputs
        for i, x in enumerate(self.others.x):
            one = u if u is None or u.x.ndim < 3 else attrs.evolve(u, x=u.x[i])
            yield attrs.evolve(self.others, x=x, inputs=one)


def _of_recordings(data: Recordings) -> tuple[TimeSeries, TimeSeries | None]:
    """Return the longest recording, or stretch without gaps, and what goes beside it."""
    if not (data.complete and data.regular):
        data = data.stretches()
    first, *others = sorted(data, key=len, reverse=True)
    others = [one for one in others if 2 * len(one) >= len(first)]
    if not others:
        return first, None
    length = min(map(len, others))
    first = first.between(0, length)
    return first, Recordings([one.between(0, length) for one in others]).stacked()


@final
@attrs.frozen(eq=False)
class Places:
    """Where runs start in a record: at ``rows: (starts,)`` of `x: (T, n)`, `inputs: (T, k)`."""

    series: TimeSeries
    rows: Tensor

    @classmethod
    def spread(cls, series: TimeSeries, length: int, count: int) -> Places:
        """Cut evenly spaced starts of ``length`` samples, the first at the beginning.

        There are ``count`` of them, or as many as there are places.
        """
        places = torch.linspace(0, len(series) - length, count, dtype=torch.float64).long()
        return cls(series, torch.tensor(sorted(set(map(int, places)))))

    def contexts(self, length: int) -> Tensor:
        """Return the first samples of each: `(starts, length, n)`."""
        return self.series.x[self.rows[:, None] + torch.arange(length)]

    def inputs(self, length: int) -> Tensor | None:
        """Return what acts from each start on, `(starts, length, k)`, where anything does.

        Behind its end the record's inputs begin anew.
        """
        u = self.series.inputs
        if u is None:
            return None
        return u.x[(self.rows[:, None] + torch.arange(length)) % len(u)]


def _refuse_constants(*segments: TimeSeries) -> None:
    for series in segments:
        still = (series.x.amax(-2) == series.x.amin(-2)).reshape(-1, series.dim).any(0)
        for name, constant in zip(series.columns, still, strict=True):
            if bool(constant):
                raise DataError(
                    f"Column {name!r} does not vary in one segment of the data, so nothing can "
                    "be judged by it. Leave it out, or give more data."
                )


def _double(series: TimeSeries) -> TimeSeries:
    x = series.x.detach().to("cpu", torch.float64)
    return attrs.evolve(series, x=x, inputs=series.inputs and _double(series.inputs))
