"""Segments of the truth: one to judge against, others for the floor."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final, final

import attrs
import torch
from torch import Tensor

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
    def of(cls, data: TimeSeries, second: TimeSeries | None) -> Segments:
        """Cut two series to one length; without a second, take the halves of the first.

        The second may be several, `x: (pairs, T, n)`.

        Raises: DataError where the two do not go together.
        """
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
        second = _double(second)
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
        return (attrs.evolve(self.others, x=x) for x in self.others.x)


def contexts(series: TimeSeries, length: int, count: int) -> Tensor:
    """Cut evenly spaced starts, the first at the beginning: `(starts, length, n)`.

    There are ``count`` of them, or as many as there are places.
    """
    last = len(series) - length
    places = torch.linspace(0, last, count, dtype=torch.float64).long()
    first = torch.tensor(sorted(set(map(int, places))))
    return series.x[first[:, None] + torch.arange(length)]


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
    return attrs.evolve(series, x=series.x.detach().to("cpu", torch.float64))
