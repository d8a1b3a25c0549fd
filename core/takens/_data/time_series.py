"""The container of measured, simulated and generated data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import final

import attrs
import torch
from torch import Tensor

from takens._printed import Printed
from takens.errors import DataError


@final
@attrs.frozen(eq=False, repr=False)
class TimeSeries(Printed):
    """Samples `x: (..., T, n)` of n variables at times `t: (T,)`, all finite, T at least 2.

    ``t`` is float64 on the host and strictly increasing, in the unit ``time_unit``.
    ``columns`` names the variables; where it is empty they are called x1, x2, ...

    Raises: DataError where shapes do not match, times do not increase or a number is not
    finite, naming the place.
    """

    t: Tensor = attrs.field(converter=lambda t: torch.as_tensor(t).to("cpu", torch.float64))
    x: Tensor
    columns: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    time_unit: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        t, x = self.t, self.x
        if t.ndim != 1 or x.ndim < 2 or x.shape[-2] != t.shape[0]:
            raise DataError(
                "A time series is t: (T,) and x: (..., T, n) with the same T; got "
                f"t: {tuple(t.shape)} and x: {tuple(x.shape)}."
            )
        if t.shape[0] < 2:
            raise DataError(f"A time series has at least 2 samples; got {t.shape[0]}.")
        if not x.dtype.is_floating_point:
            raise DataError(f"A time series holds floating-point numbers; got {x.dtype}.")
        backward = (~(t.diff() > 0)).nonzero()
        if len(backward):
            i = int(backward[0])
            raise DataError(
                f"Times must increase; sample {i + 1} is at t = {t[i + 1]:g} "
                f"after t = {t[i]:g}."
            )
        # A finite sum has finite terms, and is found in a fraction of the time.
        if not math.isfinite(float(x.detach().sum())) and not bool(x.isfinite().all()):
            *_, row, column = (int(i) for i in (~x.isfinite()).nonzero()[0])
            raise DataError(
                f"Every number of a time series is finite; sample {row}, column {column} is "
                f"{float(x[~x.isfinite()][0])}. Interpolate the gap, or cut the series there."
            )
        if not self.columns:
            names = tuple(f"x{i + 1}" for i in range(x.shape[-1]))
            object.__setattr__(self, "columns", names)
        if len(self.columns) != x.shape[-1]:
            raise DataError(
                f"{x.shape[-1]} variables need as many names; got {', '.join(self.columns)}."
            )

    def __len__(self) -> int:
        return self.t.shape[0]

    def _parts(self) -> Iterator[tuple[str, object]]:
        unit = f" {self.time_unit}" if self.time_unit else ""
        steps = f"every {self.dt:.6g}{unit}" if self.regular else "at unequal steps"
        ends = f"from {self.t[0]:.6g} to {self.t[-1]:.6g}{unit}"
        yield "t", f"{len(self)} samples {ends}, {steps}"
        yield "x", self.x
        yield "columns", self.columns

    @property
    def dim(self) -> int:
        """The number of variables, n."""
        return self.x.shape[-1]

    @property
    def regular(self) -> bool:
        """Whether the samples are equally spaced, to a thousandth of the median step."""
        steps = self.t.diff()
        dt = steps.median()
        return bool((steps - dt).abs().max() <= 1e-3 * dt)

    @property
    def dt(self) -> float:
        """The sampling interval.

        Raises: DataError where steps differ by more than a thousandth of their median.
        """
        steps = self.t.diff()
        dt = float(steps.median())
        off = (steps - dt).abs()
        if not self.regular:
            i = int(off.argmax())
            raise DataError(
                f"The samples must be equally spaced; step {i} is {float(steps[i]):g} where "
                f"the median is {dt:g}. Resample the series first."
            )
        # The end points fix the interval better than any one difference of rounded times.
        return float(self.t[-1] - self.t[0]) / (len(self) - 1)

    def between(self, start: int, stop: int) -> TimeSeries:
        """Cut out the samples start, ..., stop - 1, with the clock set to zero."""
        t = self.t[start:stop]
        return attrs.evolve(self, t=t - t[0], x=self.x[..., start:stop, :])

    def halves(self) -> tuple[TimeSeries, TimeSeries]:
        """Cut into two segments of equal length, without a left-over sample."""
        n = len(self) // 2
        return self.between(0, n), self.between(n, 2 * n)
