"""From a table to recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
from numpy.typing import NDArray

from takens._data.clocks import beside, dates_in_digits, elapsed, unix_unit
from takens._data.fills import fill_values, is_finite, mask_of, suspects
from takens._data.moments import moments_of, since_first, text_of
from takens._data.moments_spelt import is_date, spelt_moments
from takens._data.sampling import equal_steps, rises_evenly, with_missing_rows
from takens._data.selection import Selection, select
from takens._data.table import Table
from takens._data.time_series import TimeSeries
from takens.errors import DataError

Floats = NDArray[np.float64]
# Two samples make a step; a third shows that it is one.
_FEWEST: Final = 3


@final
@attrs.frozen(kw_only=True)
class Wanted:
    """What is wanted of a table.

    ``columns`` are the variables (all but the others where None), ``inputs`` act on the
    system, ``time`` holds the times, or samples are ``dt`` apart, in ``time_unit``. The texts
    or numbers of ``id`` tell recordings apart, those of ``group`` what they belong to.
    ``missing`` are numbers that stand for gaps. ``strict`` refuses gaps and unequal steps.
    """

    columns: Sequence[str] | None = None
    inputs: Sequence[str] = ()
    time: str | None = None
    dt: float | None = None
    time_unit: str = ""
    id: str | None = None
    group: str | None = None
    missing: Sequence[float | str] = ()
    units: Mapping[str, str] = attrs.field(factory=dict[str, str])
    strict: bool = False


# The name and group of a recording, and what was measured.
Part = tuple[str, str, TimeSeries]


def assemble(table: Table, wanted: Wanted) -> list[Part]:
    """Return the recordings that a table holds, `x: (T, n)` each.

    Raises: DataError where columns cannot be found, are no numbers, or are no recording.
    """
    time = wanted.time or (table.clock if wanted.dt is None else None)
    day_time = None if wanted.time or time is None else table.time_of_day(time)
    columns = wanted.columns
    if day_time is not None and columns is None:
        taken = (time, day_time, wanted.id, wanted.group, *wanted.inputs)
        columns = [name for name in table.names if name not in taken] or None
    elif day_time is not None and columns is not None and day_time in columns:
        day_time = None
    chosen = select(
        table,
        columns=columns,
        inputs=wanted.inputs,
        time=time,
        id=wanted.id,
        group=wanted.group,
        timed=wanted.dt is not None,
    )
    numbers = (*chosen.variables, *chosen.inputs)
    named = (chosen.time, chosen.id, chosen.group, day_time)
    others = [name for name in named if name is not None]
    values, texts = fill_values(wanted.missing)
    found = dict(table.load(numbers, others, texts))
    if day_time is not None and chosen.time is not None:
        both = beside(found[chosen.time], found[day_time])
        if both is None:
            raise DataError(
                f"{table.what}: {table.noun} {day_time!r} beside {chosen.time!r} holds no "
                "times of the day; name the columns that are variables, and the one of times."
            )
        found[chosen.time] = both
    if chosen.complete and wanted.columns is None:
        numbers, chosen = _without_counts(table, numbers, chosen, found)
    first = found[numbers[0]]
    x = np.empty((*first.shape, len(numbers)))
    for i, name in enumerate(numbers):
        x[..., i] = found.pop(name) if name not in others else found[name]
    for name in others:
        _refuse_shape(table, name, found[name], x)
    if others and x.size == 0:
        raise DataError(
            f"{table.what} has too few samples, 0; a recording has at least {_FEWEST}."
        )
    wanted = attrs.evolve(wanted, missing=values)
    found = {name: found[name] for name in others}
    if x.ndim > 3:
        raise DataError(
            f"{table.what} holds columns with {x.ndim - 1} dimensions; a column is (T,), or "
            "(trajectories, T)."
        )
    if x.ndim > 2:
        return [*_trajectories(table, wanted, chosen, found, x)]
    return [*_rows(table, wanted, chosen, found, x)]


def _refuse_shape(table: Table, name: str, values: NDArray[Any], x: Floats) -> None:
    """Refuse times and labels that are not one for each sample of `x: (..., T, n)`."""
    if values.shape not in (x.shape[:-1], x.shape[-2:-1]):
        raise DataError(
            f"{table.what}: {table.noun} {name!r} has the shape {values.shape} where "
            f"{x.shape[-2:-1]} is needed, one for each sample; correct it, or name another in "
            "its place."
        )


def _within(table: Table, trajectory: int) -> Callable[[int], str]:
    return lambda row: f"trajectory {trajectory}, {table.place(row)}"


def _without_counts(
    table: Table, numbers: tuple[str, ...], chosen: Selection, found: dict[str, Any]
) -> tuple[tuple[str, ...], Selection]:
    """Leave out columns without a name that count the rows, as an index does."""
    for name in table.counts:
        values = found.get(name)
        if name in numbers and values is not None and len(numbers) > 1:
            start = values[0]
            if start in (0, 1) and np.array_equal(values, start + np.arange(len(values))):
                numbers = tuple(other for other in numbers if other != name)
                variables = tuple(other for other in chosen.variables if other != name)
                chosen = attrs.evolve(chosen, variables=variables)
                del found[name]
    return numbers, chosen


def _trajectories(
    table: Table, wanted: Wanted, chosen: Selection, found: Mapping[str, Any], x: Floats
) -> Iterator[Part]:
    if chosen.id or chosen.group:
        raise DataError(
            f"{table.what} holds {len(x)} trajectories already; leave out id and group."
        )
    clock = found.get(chosen.time or "")
    for i, one in enumerate(x):
        each = attrs.evolve(table, place=_within(table, i))
        times = clock[i] if clock is not None and clock.ndim > 1 else clock
        yield str(i + 1), "", _series(each, wanted, chosen, times, one, range(len(one)))


def _rows(
    table: Table, wanted: Wanted, chosen: Selection, found: Mapping[str, Any], x: Floats
) -> Iterator[Part]:
    clock, groups = found.get(chosen.time or ""), found.get(chosen.group or "")
    if chosen.id is None:
        group = "" if groups is None else _only(table, chosen.group or "", groups)
        yield "", group, _series(table, wanted, chosen, clock, x, range(len(x)))
        return
    labels = found[chosen.id]
    names, first, which = np.unique(labels, return_index=True, return_inverse=True)
    for number in np.argsort(first):
        rows = np.flatnonzero(which == number)
        times = None if clock is None else clock[rows]
        group = "" if groups is None else _only(table, chosen.group or "", groups[rows])
        yield (
            _label(names[number]),
            group,
            _series(table, wanted, chosen, times, x[rows], rows),
        )


def _label(value: Any) -> str:
    number: Any = value.item() if hasattr(value, "item") else value
    whole = isinstance(number, float) and number.is_integer()
    return str(int(number) if whole else number)


def _only(table: Table, name: str, values: NDArray[Any]) -> str:
    kinds = np.unique(values)
    if len(kinds) > 1:
        raise DataError(
            f"{table.what}: one recording is in several groups of {name!r}, "
            f"{_label(kinds[0])!r} and {_label(kinds[1])!r}; name the column that "
            "tells recordings apart as id."
        )
    return _label(kinds[0])


def _series(
    table: Table,
    wanted: Wanted,
    chosen: Selection,
    clock: NDArray[Any] | None,
    x: Floats,
    rows: Sequence[int] | NDArray[np.int64],
) -> TimeSeries:
    samples, n = x.shape
    if wanted.strict and samples < max(_FEWEST, n + 1):
        raise DataError(
            f"{table.what} has too few samples, {samples} for {n} variable{'s' * (n > 1)}; at "
            f"least {max(_FEWEST, n + 1)} are needed, one below the other (transpose a table "
            "that lies on its side)."
        )
    if samples < _FEWEST:
        raise DataError(
            f"{table.what} has too few samples, {samples}; a recording has at least {_FEWEST}."
        )
    mask = mask_of(x, cast("Sequence[float]", wanted.missing))
    if wanted.strict:
        _refuse_gaps(table, chosen, x, rows)
    elif mask is not None:
        _refuse_empty(table, chosen, mask)
    if chosen.complete:
        for i, name in enumerate(chosen.variables):
            if rises_evenly(x[:, i]):
                raise DataError(
                    f"{table.what}: column {name!r} rises in equal steps, as a time or a "
                    "row number does; give it as the time, or name the columns that are "
                    "variables."
                )
    remarks = [*table.source.remarks]
    if wanted.missing and mask is not None:
        x = np.where(mask, x, np.nan)
    named = zip((*chosen.variables, *chosen.inputs), x.T, suspects(x), strict=True)
    for name, column, suspected in named:
        for value in suspected:
            count = int((column == value).sum())
            remarks.append(
                f"{table.noun.capitalize()} {name!r} is {value:g} {count} "
                f"time{'s' * (count > 1)}, far from all else, as where nothing was measured; "
                f"if so, give missing = [{value:g}]."
            )
    unit, origin = wanted.time_unit or table.time_unit, ""
    if clock is None:
        times: Floats = float(wanted.dt or 1.0) * np.arange(samples, dtype=np.float64)
    else:
        times, found, origin = _times(table, chosen.time or "", clock, rows)
        unix = not origin and clock.dtype.kind not in "OUmM" and found
        stated = unit or table.units.get(chosen.time or "", "")
        unit = (stated or found) if unix else (found or stated)
        name = f"{table.noun} {chosen.time!r}"
        if unix and not stated:
            remarks.append(f"Times of {chosen.time!r} were taken for Unix times in {found}.")
        elif found and not unix:
            name += f" (in {found} since the first)"

        def place(i: int) -> str:
            return f"{table.what}: {table.place(int(rows[i]))}, {name}"

        if wanted.strict:
            times = equal_steps(times, place)
        else:
            times, x, said = with_missing_rows(times, x, place)
            remarks += said
            mask = mask_of(x, ())
        step = (times[-1] - times[0]) / (len(times) - 1)
        if wanted.dt is not None and abs(step - wanted.dt) > 1e-3 * wanted.dt:
            raise DataError(
                f"{table.what}: the steps of {name} are {step:.6g}, but dt = {wanted.dt:g} was "
                "given; leave out one of the two."
            )
    return _made(table, wanted, chosen, times, x, mask, unit, origin, remarks)


def _made(
    table: Table,
    wanted: Wanted,
    chosen: Selection,
    times: Floats,
    x: Floats,
    mask: NDArray[np.bool_] | None,
    unit: str,
    origin: str,
    remarks: Sequence[str],
) -> TimeSeries:
    n = len(chosen.variables)
    units = {**table.units, **wanted.units}
    source = attrs.evolve(
        table.source, columns=(*chosen.variables, *chosen.inputs), remarks=tuple(remarks)
    )

    def part(names: Sequence[str], columns: slice, inputs: TimeSeries | None) -> TimeSeries:
        return TimeSeries(
            torch.from_numpy(times),
            torch.from_numpy(np.ascontiguousarray(x[:, columns])),
            names,
            time_unit=unit,
            units=[units.get(name, "") for name in names],
            mask=None if mask is None else torch.from_numpy(mask[:, columns].copy()),
            inputs=inputs,
            origin=origin,
            source=source,
        )

    inputs = part(chosen.inputs, slice(n, None), None) if chosen.inputs else None
    return part(chosen.variables, slice(n), inputs)


def _refuse_gaps(
    table: Table, chosen: Selection, x: Floats, rows: Sequence[int] | NDArray[np.int64]
) -> None:
    if is_finite(x):
        return
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        i, column = map(int, bad[0])
        name = (*chosen.variables, *chosen.inputs)[column]
        raise DataError(
            f"{table.what}: {table.place(int(rows[i]))}, column {name!r} is {x[i, column]}, a "
            "gap; fill it by interpolation, or cut the series there."
        )


def _refuse_empty(table: Table, chosen: Selection, mask: NDArray[np.bool_]) -> None:
    for i in np.flatnonzero(~mask.any(0)):
        name = (*chosen.variables, *chosen.inputs)[i]
        raise DataError(
            f"{table.what}: {table.noun} {name!r} holds nothing but gaps; name the columns "
            "that are variables."
        )


def _times(
    table: Table,
    name: str,
    clock: NDArray[Any],
    rows: Sequence[int] | NDArray[np.int64],
) -> tuple[Floats, str, str]:
    """Return times, and their unit and origin where they are dates."""
    if clock.dtype.kind in "OU":
        texts = [str(text) for text in clock]
        if (seconds := elapsed(texts)) is not None:
            return seconds, "s", ""
        try:
            clock = spelt_moments(texts)
        except ValueError as error:
            bad = texts.index(str(error)) if str(error) in texts else 0
            shown = repr(texts[bad]) if texts[bad].strip() else "empty"
            which = "may be two dates" if is_date(texts[bad]) else "is no date"
            raise DataError(
                f"{table.what}: {table.place(int(rows[bad]))}, {table.noun} {name!r} is "
                f"{shown}, which {which}; write all in ISO 8601, as 2024-03-31T12:00:00, or "
                "as numbers, or give the sampling interval dt."
            ) from None
    if clock.dtype.kind == "m":
        return clock / np.timedelta64(1, "s"), "s", ""
    if clock.dtype.kind == "M":
        gone = np.flatnonzero(np.isnat(clock))
        if not len(gone):
            moments = moments_of(clock)
            back = np.flatnonzero(np.diff(moments) <= np.timedelta64(0))
            times, unit = since_first(moments)
            return times, unit, "" if len(back) else text_of(moments[0])
        bad = int(gone[0])
    else:
        times = np.require(clock, np.float64, "W")
        gone = np.flatnonzero(~np.isfinite(times))
        if not len(gone):
            if (moments := dates_in_digits(times)) is not None:
                since, unit = since_first(moments)
                return since, unit, text_of(moments[0])
            return times, unix_unit(times), ""
        bad = int(gone[0])
    raise DataError(
        f"{table.what}: {table.place(int(rows[bad]))}, {table.noun} {name!r} has no time; "
        "complete it, or leave out the row."
    )
