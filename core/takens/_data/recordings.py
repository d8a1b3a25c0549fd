"""The container of what was measured: one recording or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast, final

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from takens._data.arrays import as_array, as_floats
from takens._data.assembly import Wanted, assemble
from takens._data.frames import is_frame, table_of
from takens._data.moments import time_of
from takens._data.rates import interval
from takens._data.table import Table
from takens._data.time_series import TimeSeries, labels
from takens._near import near
from takens._printed import Printed
from takens.errors import DataError

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas
    import polars
    import xarray


def _each(given: Any) -> tuple[TimeSeries, ...]:
    if isinstance(cast(object, given), Mapping) and not is_frame(given):
        raise DataError(
            "Columns, or recordings, by their names are taken by takens.Recordings.of(data)."
        )
    if isinstance(given, (TimeSeries, Tensor, np.ndarray, str)) or not _listed(given):
        return Recordings.of(given).series
    return tuple(
        one if isinstance(one, TimeSeries) else Recordings.of(one).only for one in given
    )


@final
@attrs.frozen(eq=False, repr=False)
class Recordings(Printed):
    """Recordings of the same variables, `x: (T, n)` each, of unequal length or not.

    ``names`` tell them apart (1, 2, ... where it is empty), ``groups`` say what each belongs
    to. ``recordings[0]`` and ``recordings["A"]`` are one of them, ``recordings[:3]`` and
    ``recordings[["A", "B"]]`` some; what comes behind a comma is cut out of each, as in
    ``recordings[:, :1000, "x"]``; see ``TimeSeries``.

    Raises: DataError where variables, units or inputs differ, or a name is there twice.
    """

    series: tuple[TimeSeries, ...] = attrs.field(converter=_each)
    names: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    groups: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    def __attrs_post_init__(self) -> None:
        if not self.series:
            raise DataError("There is no recording; give at least one.")
        if not self.names:
            names = tuple(str(i + 1) for i in range(len(self.series)))
            object.__setattr__(self, "names", names)
        if not any(self.groups):
            object.__setattr__(self, "groups", ())
        for what, given in (("name", self.names), ("group", self.groups or self.names)):
            if len(given) != len(self.series):
                raise DataError(
                    f"{len(self.series)} recordings need as many {what}s; got {len(given)}."
                )
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise DataError(f"Two recordings are called {twice!r}; rename one.")
        first = self.series[0]
        for name, one in zip(self.names, self.series, strict=True):
            if one.x.ndim != 2:
                raise DataError(
                    f"A recording is x: (T, n); {name!r} has the shape {tuple(one.x.shape)}. "
                    "Write takens.Recordings.of(series)."
                )
            for what, of in _SAME.items():
                if of(one) != of(first):
                    raise DataError(
                        f"Recordings have the same {what}; {self.names[0]!r} has "
                        f"{of(first) or 'none'} and {name!r} has {of(one) or 'none'}."
                    )

    @classmethod
    def of(
        cls,
        data: Any,
        *,
        columns: Sequence[str] | None = None,
        inputs: Sequence[str] = (),
        time: str | None = None,
        dt: float | str | None = None,
        rate: float | str | None = None,
        id: str | None = None,  # noqa: A002 - as in a configuration
        group: str | None = None,
        missing: Sequence[float | str] = (),
        units: Mapping[str, str] | None = None,
        names: Sequence[str] = (),
    ) -> Recordings:
        """Make recordings of arrays, frames, lists or a mapping of names to them.

        `(T,)` and `(T, n)` are one recording, `(trajectories, T, n)` several, as are a list
        and a mapping. Of a frame, ``columns`` are the variables (all but the others where
        None) and ``inputs`` what acts on them; ``time`` holds the times, by default an index
        of times or the column that is called so; ``id`` tells recordings apart, ``group`` what
        they belong to. Otherwise samples are ``dt`` apart, as 0.01 or "4 ms", or have a
        ``rate``, as "250 Hz", or are counted. NaN, and the numbers in ``missing``, are gaps.

        Raises: DataError for what is no recording.
        """
        step, unit = interval(dt, rate)
        wanted = Wanted(
            columns=columns,
            inputs=inputs,
            time=time,
            dt=step,
            time_unit=unit,
            id=id,
            group=group,
            missing=missing,
            units=units or {},
        )
        return cls._of(data, wanted, tuple(names))

    @classmethod
    def _of(cls, data: Any, wanted: Wanted, names: tuple[str, ...]) -> Recordings:
        if isinstance(data, Recordings):
            return data._as(wanted, names)
        if isinstance(data, TimeSeries):
            parts = data.x.reshape(-1, *data.x.shape[-2:]).unbind(0)
            masks = (
                [None] * len(parts)
                if data.mask is None
                else data.mask.reshape(-1, *parts[0].shape)
            )
            given = (attrs.evolve(data, x=x, mask=m) for x, m in zip(parts, masks, strict=True))
            return cls(tuple(given), names)._as(wanted, ())
        if isinstance(data, (str, PurePath)):
            raise DataError(
                f"{data} is no data but a name; read the file first, by takens.read."
            )
        if is_frame(data):
            return cls._table(table_of(data), wanted, names)
        if isinstance(data, Mapping):
            items = cast("Mapping[Any, Any]", data)
            if any(_length(value) == 1 for value in items.values()):
                return cls._table(_from_columns(items), wanted, names)
            made = [cls._of(value, wanted, ()).only for value in items.values()]
            return cls(made, names or tuple(map(str, items)))
        if isinstance(data, (list, tuple)) and _several(cast("list[Any]", data)):
            return cls(
                [cls._of(one, wanted, ()).only for one in cast("list[Any]", data)], names
            )
        return cls._table(_from_array(data), wanted, names)

    @classmethod
    def _table(cls, table: Table, wanted: Wanted, names: tuple[str, ...]) -> Recordings:
        if wanted.dt is None and wanted.time is None and table.clock is None:
            wanted = attrs.evolve(wanted, dt=1.0)
        parts = assemble(table, wanted)
        found = tuple(name for name, _, _ in parts)
        groups = tuple(group for _, group, _ in parts)
        return cls([one for _, _, one in parts], names or (found if any(found) else ()), groups)

    def _as(self, wanted: Wanted, names: tuple[str, ...]) -> Recordings:
        """Return what is wanted of recordings that are made already."""
        if wanted.id or wanted.group or wanted.time or wanted.missing:
            raise DataError(
                "Recordings are made already; id, group, time and missing are for tables."
            )
        columns = wanted.columns
        found = self if columns is None else self.map(lambda one: one[list(columns)])
        if wanted.dt is not None:
            step, unit = wanted.dt, wanted.time_unit

            def timed(one: TimeSeries) -> TimeSeries:
                t = step * torch.arange(len(one), dtype=torch.float64)
                inputs = one.inputs and attrs.evolve(one.inputs, t=t, time_unit=unit, origin="")
                return attrs.evolve(one, t=t, time_unit=unit, origin="", inputs=inputs)

            found = found.map(timed)
        return attrs.evolve(found, names=names) if names else found

    def __len__(self) -> int:
        return len(self.series)

    def __iter__(self) -> Iterator[TimeSeries]:
        return iter(self.series)

    def __array__(
        self, dtype: np.dtype[Any] | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        return np.array(self.stacked().x.detach().cpu().numpy(), dtype, copy=copy)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            which, *parts = cast("tuple[Any, ...]", key)
            found: TimeSeries | Recordings = self[which]
            rest = tuple(parts)
            return (
                found[rest]
                if isinstance(found, TimeSeries)
                else found.map(lambda one: one[rest])
            )
        if isinstance(key, int):
            if not -len(self) <= key < len(self):
                raise IndexError(f"There are {len(self)} recordings; got number {key}.")
            return self.series[key]
        if isinstance(key, str):
            return self.series[self._place(key)]
        if isinstance(key, slice):
            return self._some(range(len(self))[key])
        if isinstance(key, list):
            places = [
                self._place(one) if isinstance(one, str) else range(len(self))[cast(int, one)]
                for one in cast("list[Any]", key)
            ]
            return self._some(places)
        raise DataError(
            "Recordings are chosen by number, by name, by a list of these or by a slice; "
            f"got {key!r}."
        )

    def _parts(self) -> Iterator[tuple[str, object]]:
        first, lengths = self.series[0], [len(one) for one in self.series]
        unit = f" {first.time_unit}" if first.time_unit else ""
        many = f"{len(self)} recording{'s' * (len(self) > 1)}"
        spread = f"{min(lengths):,} to {max(lengths):,}" if min(lengths) < max(lengths) else ""
        steps = f"every {self.dt:.6g}{unit}" if self.regular else "at unequal steps"
        yield "recordings", f"{many} of {spread or f'{lengths[0]:,}'} samples, {steps}"
        if len(self) > 1:
            yield "names", self.names
        yield "groups", tuple(dict.fromkeys(self.groups))
        yield "columns", labels(self.columns, self.units)
        if first.inputs is not None:
            yield "inputs", labels(first.inputs.columns, first.inputs.units)
        gone = sum(int((~one.mask).sum()) for one in self if one.mask is not None)
        if gone:
            yield "missing", f"{gone:,} of {sum(lengths) * self.dim:,} numbers"
        files = dict.fromkeys(one.source.file for one in self if one.source is not None)
        yield "source", tuple(filter(None, files))
        yield "remarks", " ".join(self.remarks)

    @property
    def only(self) -> TimeSeries:
        """The recording, where there is one.

        Raises: DataError where there are several.
        """
        if len(self) > 1:
            raise DataError(
                f"One recording is needed, and there are {len(self)}; choose one, as "
                f"recordings[{self.names[0]!r}]."
            )
        return self.series[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the variables."""
        return self.series[0].columns

    @property
    def units(self) -> tuple[str, ...]:
        """The units of the variables, or nothing."""
        return self.series[0].units

    @property
    def time_unit(self) -> str:
        """The unit of the times."""
        return self.series[0].time_unit

    @property
    def dim(self) -> int:
        """The number of variables, n."""
        return self.series[0].dim

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return all(one.mask is None for one in self.series)

    @property
    def regular(self) -> bool:
        """Whether all samples are equally spaced, by the same interval to a thousandth."""
        if not all(one.regular for one in self.series):
            return False
        first = self.series[0].dt
        return all(abs(one.dt - first) <= 1e-3 * first for one in self.series)

    @property
    def dt(self) -> float:
        """The sampling interval, of the longest recording.

        Raises: DataError where samples are not equally spaced.
        """
        if not self.regular:
            steps = [one.dt for one in self.series]
            low, high = (steps.index(f(steps)) for f in (min, max))
            raise DataError(
                "The recordings must be equally spaced alike; the interval of "
                f"{self.names[low]!r} is {steps[low]:g} and that of {self.names[high]!r} "
                f"{steps[high]:g}. Resample them first."
            )
        return max(self.series, key=len).dt

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was noticed when the data were read."""
        sources = [one.source for one in self.series if one.source is not None]
        return tuple(dict.fromkeys(remark for each in sources for remark in each.remarks))

    def map(self, work: Callable[[TimeSeries], TimeSeries]) -> Recordings:
        """Do something with each recording."""
        return attrs.evolve(self, series=tuple(map(work, self.series)))

    def join(self, *others: Any) -> Recordings:
        """Return these recordings and others, which may be anything that ``of`` takes."""
        found = [self, *(Recordings.of(other) for other in others)]
        names = [name for each in found for name in each.names]
        if len(set(names)) < len(names):
            names = []
        groups = [group for each in found for group in each.groups or [""] * len(each)]
        return Recordings([one for each in found for one in each], names, groups)

    def split(self, where: float | str | Sequence[str]) -> tuple[Recordings, Recordings]:
        """Split into recordings to learn from and recordings to judge against.

        A number between 0 and 1 is the first fraction of every recording, a text the time (or
        date, where the times are dates) at which each is cut, a list the names or groups that
        are judged against.

        Raises: DataError where one side is left empty.
        """
        if isinstance(where, str):
            return self._cut_each(lambda one: _samples_before(one, where), f"split = {where!r}")
        if isinstance(where, (int, float)):
            if not 0 < where < 1:
                raise DataError(
                    "split is a fraction from 0 to 1, a time as a text, or names in a list; "
                    f"got {where!r}."
                )
            return self._cut_each(lambda one: round(len(one) * where), f"split = {where:g}")
        known = dict.fromkeys((*self.names, *self.groups))
        for name in where:
            if name not in known:
                raise DataError(
                    f"split names {name!r}, which is no recording.{near(name, known)} There "
                    f"are {', '.join([*known][:12])}."
                )
        groups = self.groups or self.names
        held = [i for i in range(len(self)) if self.names[i] in where or groups[i] in where]
        rest = [i for i in range(len(self)) if i not in held]
        if not rest or not held:
            raise DataError(f"split = {[*where]} leaves no recording to learn from.")
        return self._some(rest), self._some(held)

    def stretches(self, *, across: bool = False) -> Recordings:
        """Cut out what lies between gaps; see ``TimeSeries.stretches``.

        Raises: DataError where nothing is left.
        """
        parts = [one.stretches(across=across) for one in self.series]
        if all(len(part) == 1 for part in parts):
            return attrs.evolve(self, series=[part[0] for part in parts])
        found: list[TimeSeries] = []
        names: list[str] = []
        groups: list[str] = []
        for name, group, part in zip(self.names, self.groups or self.names, parts, strict=True):
            found += part
            names += [name] if len(part) == 1 else [f"{name}.{i + 1}" for i in range(len(part))]
            groups += [group] * len(part)
        if not found:
            raise DataError("There is no stretch without a gap; fill the gaps first.")
        return Recordings(
            found,
            names if len(set(names)) == len(names) else (),
            groups if self.groups else (),
        )

    def stacked(self) -> TimeSeries:
        """Return recordings of one length and interval as `x: (recordings, T, n)`.

        Raises: DataError where lengths or times differ.
        """
        first = self.series[0]
        for name, one in zip(self.names, self.series, strict=True):
            steps = one.t - one.t[0]
            if len(one) != len(first) or not torch.allclose(steps, first.t - first.t[0]):
                raise DataError(
                    f"An array holds recordings of one length and clock; {self.names[0]!r} has "
                    f"{len(first)} samples and {name!r} {len(one)}. Cut them alike, as "
                    f"recordings[:, :{min(len(first), len(one))}], or take them one by one."
                )
        mask = None
        if not self.complete:
            mask = torch.stack([one.x.isfinite() for one in self.series])
        inputs = None
        if first.inputs is not None:
            inputs = Recordings([cast(TimeSeries, one.inputs) for one in self]).stacked()
        x = torch.stack([one.x for one in self.series])
        return attrs.evolve(first, x=x, mask=mask, inputs=inputs)

    def to_pandas(self) -> pandas.DataFrame:
        """Return one long DataFrame, with the name of the recording before the time.

        Raises: InputError where pandas is missing.
        """
        from takens._data.export import library

        pandas = library("pandas", "to_pandas")
        frames = [one.to_pandas() for one in self.series]
        return pandas.concat(
            [frame.reset_index() for frame in frames], keys=self.names, names=["recording"]
        ).reset_index(level=0)

    def to_polars(self) -> polars.DataFrame:
        """Return one long polars DataFrame, with the name of the recording first.

        Raises: InputError where polars is missing.
        """
        from takens._data.export import library

        polars = library("polars", "to_polars")
        parts = zip(self.names, self.series, strict=True)
        return polars.concat(
            [
                one.to_polars().select(polars.lit(name).alias("recording"), polars.all())
                for name, one in parts
            ]
        )

    def to_xarray(self) -> xarray.Dataset:
        """Return a Dataset over ``recording`` and ``time``; what one has not is NaN.

        Raises: InputError where xarray is missing.
        """
        from takens._data.export import library

        xarray = library("xarray", "to_xarray")
        parts = [one.to_xarray() for one in self.series]
        index = xarray.DataArray([*self.names], dims="recording", name="recording")
        return xarray.concat(parts, dim=index, join="outer")

    def plot(self, portrait: Any = None) -> matplotlib.figure.Figure:
        """Draw the recordings against time, each by its name, or the ``portrait`` named.

        A portrait shows them as far as the shortest.
        """
        if portrait is not None:
            shortest = min(map(len, self.series))
            return self[:, :shortest].stacked().plot(portrait)
        from matplotlib.figure import Figure

        import takens
        from takens._defaults import PLOTS

        plot: Any = takens.create("plot", PLOTS["Recordings"])
        with takens.plot.style():
            figure = Figure(layout="constrained")
            plot.draw(plot.panels(figure, self), self)
        return figure

    def _some(self, places: Sequence[int]) -> Recordings:
        if not len(places):
            raise DataError(f"None of the {len(self)} recordings is left.")
        return Recordings(
            [self.series[i] for i in places],
            [self.names[i] for i in places],
            [self.groups[i] for i in places] if self.groups else (),
        )

    def _place(self, name: str) -> int:
        if name in self.names:
            return self.names.index(name)
        if name in self.columns:
            raise DataError(
                f"{name!r} is a variable, which is cut out of each recording: "
                f"recordings[:, {name!r}]."
            )
        raise DataError(
            f"There is no recording {name!r} among {', '.join(self.names[:12])}."
            f"{near(name, self.names)}"
        )

    def _cut_each(
        self, cut: Callable[[TimeSeries], int], given: str
    ) -> tuple[Recordings, Recordings]:
        sides: tuple[list[int], list[int]] = [], []
        places = [cut(one) for one in self.series]
        for i, (one, at) in enumerate(zip(self.series, places, strict=True)):
            if at >= 2:
                sides[0].append(i)
            if len(one) - at >= 2:
                sides[1].append(i)
        for which, side in zip(("to learn from", "to judge against"), sides, strict=True):
            if not side:
                raise DataError(
                    f"{given} leaves nothing {which}; the recordings have "
                    f"{min(map(len, self.series))} samples or more."
                )
        before, after = (self._some(side) for side in sides)
        at = dict(zip(self.names, places, strict=True))
        first = [
            one.between(0, at[name]) for name, one in zip(before.names, before, strict=True)
        ]
        second = [
            one.between(at[name], len(one))
            for name, one in zip(after.names, after, strict=True)
        ]
        return attrs.evolve(before, series=first), attrs.evolve(after, series=second)


_SAME: Mapping[str, Callable[[TimeSeries], Any]] = {
    "variables": lambda one: one.columns,
    "units": lambda one: one.units,
    "unit of time": lambda one: one.time_unit,
    "inputs": lambda one: one.inputs and one.inputs.columns,
}


def _samples_before(one: TimeSeries, where: str) -> int:
    try:
        time = float(where)
    except ValueError:
        try:
            if not one.origin:
                raise ValueError
            time = time_of(where, one.origin, one.time_unit)
        except ValueError:
            kind = "a date" if one.origin else f"a number of {one.time_unit or 'time units'}"
            raise DataError(f"split is {where!r}, and times are {kind} here.") from None
    return int(torch.searchsorted(one.t, time))


def _listed(given: Any) -> bool:
    return isinstance(given, Iterable) and not is_frame(given)


def _length(value: Any) -> int:
    """Return the number of dimensions of an array or list, 0 for anything else."""
    if isinstance(value, (TimeSeries, Recordings)) or is_frame(value):
        return 2
    return as_array(value).ndim


def _several(data: Sequence[Any]) -> bool:
    """Whether a list holds recordings rather than rows or numbers."""
    if not data:
        raise DataError("There are no numbers in an empty list.")
    kinds = (TimeSeries, Recordings, Tensor, np.ndarray)
    if isinstance(data[0], kinds) or is_frame(data[0]):
        return not (isinstance(data[0], (Tensor, np.ndarray)) and data[0].ndim == 0)
    return isinstance(data[0], (list, tuple)) and isinstance(data[0][0], (list, tuple))


def _from_array(data: Any) -> Table:
    if isinstance(data, Tensor) and data.requires_grad:
        data = data.detach()
    x = as_floats(data, "A recording").double().cpu().numpy()
    if x.ndim not in (1, 2, 3) or 0 in x.shape:
        about = f"the shape {x.shape}" if x.ndim else type(data).__name__
        raise DataError(f"Recordings are (T,), (T, n) or (trajectories, T, n); got {about}.")
    x = x[:, None] if x.ndim == 1 else x
    return _from_columns({f"x{i + 1}": x[..., i] for i in range(x.shape[-1])})


def _from_columns(columns: Mapping[Any, Any]) -> Table:
    found = {str(name): as_array(values) for name, values in columns.items()}
    lengths = {name: values.shape for name, values in found.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {shape[0]}" for name, shape in lengths.items())
        raise DataError(
            f"Columns have one length; got {told}. "
            "Recordings of one variable are arrays (T, 1)."
        )

    def load(
        numbers: Sequence[str], others: Sequence[str], _: Sequence[str]
    ) -> Mapping[str, NDArray[Any]]:
        numeric = {n: as_floats(found[n], f"Column {n!r}").double().numpy() for n in numbers}
        return numeric | {name: found[name] for name in others}

    return Table(what="The data", names=tuple(found), load=load)
