"""The container of one recording: measured, simulated or generated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast, final

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from takens._data.arrays import as_array, as_floats, as_times
from takens._data.frames import is_frame, names_of, numbers_of
from takens._data.moments import moments_at, text_of
from takens._data.provenance import Provenance
from takens._printed import Printed, short
from takens.errors import DataError

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas
    import polars
    import xarray

    from takens._data.window_set import WindowSet


@final
@attrs.frozen(eq=False, repr=False)
class TimeSeries(Printed):
    """Samples `x: (..., T, n)` of n variables at times `t: (T,)`, T at least 2.

    Arrays, lists and frames are taken, too, and `x: (T,)` is one variable. ``t`` is float64 on
    the host and strictly increasing, in the unit ``time_unit``; ``origin`` is the moment of
    t = 0 where it is known. ``columns`` names the variables (x1, x2, ... where it is empty)
    and ``units`` their units.

    Every number is finite where ``mask: (..., T, n)`` is True, or where there is no mask; what
    is missing is NaN in ``x``. ``inputs`` are what acts on the system (drives, stimuli,
    controls), at the same times. ``source`` says where the data come from.

    ``series[:1000]`` are samples, ``series[0.5:2.0]`` times, ``series["x"]`` and
    ``series[["x", "y"]]`` variables, ``series[:1000, "x"]`` both.

    Raises: DataError where shapes do not match, times do not increase or a number is not
    finite, naming the place.
    """

    t: Tensor
    x: Tensor
    columns: tuple[str, ...]
    time_unit: str = attrs.field(kw_only=True)
    units: tuple[str, ...] = attrs.field(kw_only=True)
    mask: Tensor | None = attrs.field(kw_only=True)
    inputs: TimeSeries | None = attrs.field(kw_only=True)
    origin: str = attrs.field(kw_only=True)
    source: Provenance | None = attrs.field(kw_only=True)

    def __init__(
        self,
        t: Any,
        x: Any,
        columns: Sequence[str] = (),
        *,
        time_unit: str = "",
        units: Sequence[str] = (),
        mask: Any = None,
        inputs: Any = None,
        origin: str = "",
        source: Provenance | None = None,
    ) -> None:
        t, unit, first = as_times(t)
        if is_frame(x):
            columns, x = columns or names_of(x), numbers_of(x)
        elif isinstance(x, Mapping):
            named = cast("Mapping[Any, Any]", x)
            columns = columns or tuple(map(str, named))
            arrays = [as_array(values) for values in named.values()]
            if len({array.shape for array in arrays}) != 1:
                raise DataError("The columns of a time series have one length.")
            x = np.stack(arrays, -1)
        x = as_floats(x)
        if x.ndim == 0:
            raise DataError("A time series has samples x: (..., T, n); got one number.")
        if x.ndim == 1 and x.shape == t.shape:
            x = x.unsqueeze(-1)
        if inputs is not None and not isinstance(inputs, TimeSeries):
            names = [] if is_frame(inputs) else [f"u{i + 1}" for i in range(_width(inputs))]
            inputs = TimeSeries(t, inputs, names)
        cast(Any, self).__attrs_init__(
            t,
            x,
            tuple(map(str, columns)) or tuple(f"x{i + 1}" for i in range(x.shape[-1])),
            time_unit=time_unit or unit,
            units=tuple(units) if any(units) else (),
            mask=None if mask is None else torch.as_tensor(mask, dtype=torch.bool),
            inputs=inputs,
            origin=origin or first,
            source=source,
        )

    def __attrs_post_init__(self) -> None:
        t, x = self.t, self.x
        if t.ndim != 1 or x.ndim < 2 or x.shape[-2] != t.shape[0]:
            raise DataError(
                "A time series is t: (T,) and x: (..., T, n) with the same T; got "
                f"t: {tuple(t.shape)} and x: {tuple(x.shape)}."
            )
        if t.shape[0] < 2:
            raise DataError(f"A time series has at least 2 samples; got {t.shape[0]}.")
        backward = (~(t.diff() > 0)).nonzero()
        if len(backward):
            i = int(backward[0])
            raise DataError(
                f"Times must increase; sample {i + 1} is at t = {t[i + 1]:g} "
                f"after t = {t[i]:g}."
            )
        if len(self.columns) != x.shape[-1]:
            raise DataError(
                f"{x.shape[-1]} variables need as many names; got {', '.join(self.columns)}."
            )
        if self.units and len(self.units) != x.shape[-1]:
            raise DataError(
                f"{x.shape[-1]} variables need as many units; got {', '.join(self.units)}."
            )
        if self.inputs is not None and not torch.equal(self.inputs.t, t):
            raise DataError("Inputs have the times of the observations; resample them first.")
        self._apply_mask()

    def _apply_mask(self) -> None:
        x, mask = self.x, self.mask
        # A finite sum has finite terms, and is found in a fraction of the time.
        if mask is None and math.isfinite(float(torch.func.debug_unwrap(x.detach()).sum())):
            return
        finite = x.isfinite()
        if mask is not None and mask.shape != x.shape:
            raise DataError(
                f"A mask has the shape of the samples, {tuple(x.shape)}; got "
                f"{tuple(mask.shape)}."
            )
        bad = ~finite if mask is None else ~finite & mask
        if bool(bad.any()):
            *_, row, column = (int(i) for i in bad.nonzero()[0])
            raise DataError(
                f"Every number of a time series is finite; sample {row}, column {column} is "
                f"{float(x[bad][0])}. Give mask=x.isfinite() if it is missing, fill the gap, "
                "or cut the series there."
            )
        if mask is None or bool(mask.all()):
            object.__setattr__(self, "mask", None)
        elif bool((finite != mask).any()):
            object.__setattr__(self, "x", x.masked_fill(~mask, math.nan))

    def __len__(self) -> int:
        return self.t.shape[0]

    def __array__(
        self, dtype: np.dtype[Any] | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        return np.array(self.x.detach().cpu().numpy(), dtype, copy=copy)

    def _parts(self) -> Iterator[tuple[str, object]]:
        unit = f" {self.time_unit}" if self.time_unit else ""
        steps = f"every {self.dt:.6g}{unit}" if self.regular else "at unequal steps"
        ends = f"from {self.t[0]:.6g} to {self.t[-1]:.6g}{unit}"
        since = f", t = 0 is {self.origin}" if self.origin else ""
        yield "t", f"{len(self)} samples {ends}, {steps}{since}"
        yield "x", self.x
        yield "columns", labels(self.columns, self.units)
        if self.mask is not None:
            gaps = int((~self.mask).sum())
            yield "missing", f"{gaps:,} of {self.mask.numel():,} numbers"
        if self.inputs is not None:
            yield "inputs", labels(self.inputs.columns, self.inputs.units)
        if self.source is not None:
            yield "source", self.source.file
            yield "remarks", " ".join(self.source.remarks)

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

    def __getitem__(self, key: Any) -> TimeSeries:
        if isinstance(key, tuple):
            found = self
            for part in cast("tuple[Any, ...]", key):
                found = found[part]
            return found
        if isinstance(key, slice):
            return self._cut(self._samples(cast("slice[Any, Any, Any]", key)))
        if isinstance(key, str):
            return self._variables([key])
        if isinstance(key, list) and all(isinstance(name, str) for name in cast(Any, key)):
            return self._variables(cast("list[str]", key))
        raise DataError(
            "A series is cut by a slice of samples, series[:1000], of times, series[0.5:2.0], "
            f"or by names, series['{self.columns[0]}']; got {key!r}."
        )

    def between(self, start: int, stop: int) -> TimeSeries:
        """Cut out the samples start, ..., stop - 1, with the clock set to zero."""
        part = self._cut(slice(start, stop))
        first, origin = float(part.t[0]), self.origin
        if origin and first:
            origin = text_of(moments_at(origin, np.array([first]), self.time_unit)[0])
        inputs = part.inputs and attrs.evolve(part.inputs, t=part.t - first, origin=origin)
        return attrs.evolve(part, t=part.t - first, origin=origin, inputs=inputs)

    def halves(self) -> tuple[TimeSeries, TimeSeries]:
        """Cut into two segments of equal length, without a left-over sample."""
        n = len(self) // 2
        return self.between(0, n), self.between(n, 2 * n)

    def stretches(self, *, across: bool = False) -> list[TimeSeries]:
        """Cut out the parts between gaps, in which nothing is missing, of two samples or more.

        A step of more than one and a half times the median is a gap, too, unless steps vary
        throughout. Parts go ``across`` samples that are missing where that is asked for, but
        not across such steps.
        """
        kept = self.unbroken(across=across)
        return [self if b - a == len(self) else self.between(a, b) for a, b in kept]

    def unbroken(self, *, across: bool = False) -> list[tuple[int, int]]:
        """Return where each of the ``stretches`` starts and stops."""
        whole = torch.ones(len(self), dtype=torch.bool)
        for one in (self.inputs,) if across else (self, self.inputs):
            if one is not None and one.mask is not None:
                whole &= one.mask.reshape(-1, *one.mask.shape[-2:]).all(-1).all(0)
        steps = self.t.diff()
        jumps = steps > 1.5 * steps.median()
        if float(jumps.double().mean()) > 0.1:
            jumps = torch.zeros_like(jumps)
        cuts = [
            0,
            *(i for i in range(1, len(self)) if jumps[i - 1] or whole[i] != whole[i - 1]),
        ]
        ends = [*cuts[1:], len(self)]
        return [(a, b) for a, b in zip(cuts, ends, strict=True) if whole[a] and b - a > 1]

    def to_pandas(self) -> pandas.DataFrame:
        """Return a DataFrame of the variables and inputs over the times.

        Raises: DataError for several trajectories; InputError where pandas is missing.
        """
        from takens._data.export import pandas_frame

        return pandas_frame(*self._table())

    def to_polars(self) -> polars.DataFrame:
        """Return a polars DataFrame: the times, the variables and the inputs.

        Raises: DataError for several trajectories; InputError where polars is missing.
        """
        from takens._data.export import polars_frame

        return polars_frame(*self._table())

    def to_xarray(self) -> xarray.Dataset:
        """Return a Dataset with an array for each variable and input, over ``time``.

        Raises: InputError where xarray is missing.
        """
        from takens._data.export import xarray_dataset

        parts = [one for one in (self, self.inputs) if one is not None]
        units = {c: u for one in parts for c, u in zip(one.columns, one.units, strict=False)}
        values = {c: v for one in parts for c, v in one.values().items()}
        return xarray_dataset(self.clock(), values, units, self.time_unit)

    def plot(self, portrait: Any = None) -> matplotlib.figure.Figure:
        """Draw the series against time, or the ``portrait`` that is named."""
        import takens
        from takens._defaults import PORTRAIT

        picture = takens.portraits.get(portrait or PORTRAIT)
        return cast(Any, picture).draw(None, self)

    def windows(self, length: int | None = None, every: int = 1) -> WindowSet:
        """Return windows of so many samples, or whole trajectories, for torch's ``DataLoader``.

        Each is `(length, n)` in torch's default precision.

        Raises: DataError where the series is shorter than a window.
        """
        from takens._data.window_set import windows_of

        return windows_of(self.x, length, every)

    def clock(self) -> NDArray[Any]:
        """Return the times `(T,)`, as dates where the origin is known."""
        times = self.t.numpy()
        if not self.origin:
            return times
        return moments_at(self.origin, times, self.time_unit)

    def values(self) -> dict[str, NDArray[Any]]:
        """Return the variables by name, `(..., T)` each."""
        x = self.x.detach().cpu().numpy()
        return {name: x[..., i] for i, name in enumerate(self.columns)}

    def _table(self) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
        if self.x.ndim > 2:
            raise DataError(
                "A frame holds one recording; this series has the shape "
                f"{tuple(self.x.shape)}. Write takens.Recordings.of(series) first."
            )
        more = {} if self.inputs is None else self.inputs.values()
        return self.clock(), self.values() | more

    def _samples(self, key: slice[Any, Any, Any]) -> slice[Any, Any, Any]:
        ends = [end for end in (key.start, key.stop) if end is not None]
        if not any(isinstance(end, float) for end in ends):
            return key
        if key.step is not None:
            raise DataError("A slice of times has no step; cut first, then thin by [::2].")
        start = 0 if key.start is None else int(torch.searchsorted(self.t, float(key.start)))
        stop = None if key.stop is None else int(torch.searchsorted(self.t, float(key.stop)))
        return slice(start, stop)

    def _cut(self, part: slice[Any, Any, Any]) -> TimeSeries:
        if part.step is not None and part.step < 1:
            raise DataError(
                f"Time goes forwards: a slice has a positive step; got {part.step}."
            )
        left = len(range(*part.indices(len(self))))
        if left < 2:
            raise DataError(
                f"A time series has at least 2 samples; of the {len(self)} here the slice "
                f"leaves {left}."
            )
        return attrs.evolve(
            self,
            t=self.t[part],
            x=self.x[..., part, :],
            mask=None if self.mask is None else self.mask[..., part, :],
            inputs=self.inputs and self.inputs._cut(part),
        )

    def _variables(self, names: Sequence[str]) -> TimeSeries:
        places = [self._place(name) for name in names]
        return attrs.evolve(
            self,
            x=self.x[..., places],
            columns=tuple(names),
            units=tuple(self.units[i] for i in places) if self.units else (),
            mask=None if self.mask is None else self.mask[..., places],
        )

    def _place(self, name: str) -> int:
        if name in self.columns:
            return self.columns.index(name)
        from takens._near import near

        raise DataError(
            f"There is no variable {name!r} among {short(self.columns)}."
            f"{near(name, self.columns)}"
        )


def labels(columns: Sequence[str], units: Sequence[str]) -> tuple[str, ...]:
    """Return names with their units."""
    if not units:
        return tuple(columns)
    pairs = zip(columns, units, strict=True)
    return tuple(f"{name} ({unit})" if unit else name for name, unit in pairs)


def _width(values: Any) -> int:
    shape = np.shape(values)
    return shape[-1] if len(shape) > 1 else 1
