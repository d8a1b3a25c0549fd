"""Two stretches of the truth: one to judge against, one for the floor."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._errors import DataError


@final
@attrs.frozen(eq=False)
class Stretches:
    """Two independent stretches of the truth, `x: (T, n)` each, of one length.

    The reference is what a subject is judged against; the second says what a perfect model
    would score.
    """

    reference: TimeSeries
    second: TimeSeries

    @classmethod
    def of(cls, data: TimeSeries, second: TimeSeries | None) -> Stretches:
        """Cut two series to one length; without a second, take the halves of the first.

        Raises: DataError where the two do not go together.
        """
        for series in (data,) if second is None else (data, second):
            if series.x.ndim != 2:
                raise DataError(
                    f"Judging takes one series x: (T, n); got shape {tuple(series.x.shape)}."
                )
        data = _double(data)
        if second is None:
            return cls(*data.halves())
        second = _double(second)
        if second.dim != data.dim or abs(second.dt - data.dt) > 1e-6 * data.dt:
            raise DataError(
                f"Two stretches of one truth have the same variables and interval; got "
                f"{data.dim} every {data.dt:g} and {second.dim} every {second.dt:g}."
            )
        length = min(len(data), len(second))
        return cls(data.between(0, length), second.between(0, length))

    def after(self, context: int) -> Stretches:
        """Leave out the first samples, which a free run is started from."""
        return Stretches(*(s.between(context, len(s)) for s in (self.reference, self.second)))


def contexts(series: TimeSeries, length: int, count: int, ahead: int = 0) -> Tensor:
    """Cut ``count`` evenly spaced starts, the first at the beginning: `(count, length, n)`.

    At least ``ahead`` samples follow each of them.
    """
    last = len(series) - length - ahead
    first = torch.linspace(0, max(last, 0), count, dtype=torch.float64).long()
    return series.x[first[:, None] + torch.arange(length)]


def _double(series: TimeSeries) -> TimeSeries:
    return attrs.evolve(series, x=series.x.detach().to("cpu", torch.float64))
