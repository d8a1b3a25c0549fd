"""Files of the kinds that people have, each with what must come out of it.

``python tests/files/kinds.py FOLDER`` writes them, to look at.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np

# Two variables that are no ramp, a clock and dates beside them.
T: Any = np.arange(40) * 0.25
X: Any = np.round(np.column_stack((np.sin(T), 5 + np.cos(1.3 * T))), 4)
DAYS: Any = np.datetime64("2024-03-01") + np.arange(40)
QUARTERS: Any = np.datetime64("2024-03-31T12:00") + 15 * np.arange(40).astype("m8[m]")


@attrs.frozen(kw_only=True, eq=False)
class Kind:
    """A file, how it is read, and what comes out: recordings of numbers, or a refusal."""

    name: str
    write: Callable[[Path], object]
    how: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    x: Any = X
    within: float = 0
    names: Sequence[str] = ("1",)
    columns: Sequence[str] = ("x", "y")
    dt: float = 0.25
    time_unit: str = ""
    units: Sequence[str] = ()
    origin: str = ""
    remarks: Sequence[str] = ()
    refusal: str = ""


KINDS: Final[list[Kind]] = []


def text(name: str, content: str, encoding: str = "utf-8", **expected: Any) -> None:
    """Add a file of text."""
    KINDS.append(
        Kind(
            name=name, write=lambda path: path.write_bytes(content.encode(encoding)), **expected
        )
    )


def binary(name: str, write: Callable[[Path], object], **expected: Any) -> None:
    """Add another file."""
    KINDS.append(Kind(name=name, write=write, **expected))


def rows(
    times: Any = None,
    x: Any = X,
    between: str = ",",
    comma: bool = False,
    form: str = "{:.4f}",
) -> str:
    """Write rows of numbers, with times before them."""
    lines: list[str] = []
    for i, values in enumerate(np.asarray(x)):
        fields = [form.format(value) for value in values]
        if times is not None:
            fields.insert(0, times[i] if isinstance(times[i], str) else f"{times[i]:g}")
        line = between.join(fields)
        lines.append(line.replace(".", ",") if comma else line)
    return "\n".join(lines) + "\n"


TIMED: Final = {"time": "t"}
HEAD: Final = "t,x,y\n"
GAPPED: Any = X.copy()
GAPPED[[5, 6, 20], [0, 0, 1]] = np.nan
GAPS: Final = HEAD + "\n".join(
    f"{t:g}," + ",".join("{gap}" if np.isnan(v) else f"{v:.4f}" for v in row)
    for t, row in zip(T, GAPPED, strict=True)
)

# Separators, encodings, headers.
text("commas.csv", HEAD + rows(T), how=TIMED)
text("semicolons.csv", HEAD.replace(",", ";") + rows(T, between=";"), how=TIMED)
text("bars.csv", HEAD.replace(",", "|") + rows(T, between="|"), how=TIMED)
text("tabs.tsv", HEAD.replace(",", "\t") + rows(T, between="\t"), how=TIMED)
text("blanks.txt", "t x y\n" + rows(T, between="  "), how=TIMED)
text("decimal_commas.csv", "t;x;y\n" + rows(T, between=";", comma=True), how=TIMED)
text("quoted.csv", '"t","x","y"\n' + rows(T), how=TIMED)
text("byte_order_mark.csv", HEAD + rows(T), "utf-8-sig", how=TIMED)
text("utf_16.csv", HEAD + rows(T), "utf-16", how=TIMED)
text(
    "latin_1.csv",
    "t,Größe,y\n" + rows(T),
    "latin-1",
    how=TIMED,
    columns=("Größe", "y"),
)
text("windows_lines.csv", (HEAD + rows(T)).replace("\n", "\r\n"), how=TIMED)
text("comments.csv", "# measured by B.\n# t x y\n" + HEAD + rows(T), how=TIMED)
text("no_header.csv", rows(), how={"dt": 0.25}, columns=("x1", "x2"))
text("header_in_comment.dat", "# t x y\n" + rows(T, between=" "), how=TIMED)
text("last_delimiter.csv", "t,x,y,\n" + rows(T).replace("\n", ",\n"), how=TIMED)
text("spaces_in_names.csv", "time (s), x pos ,y\n" + rows(T), how={"time": "time (s)"},
     columns=("x pos", "y"), time_unit="s")  # fmt: skip
text("exponents.csv", HEAD + rows(T, form="{:.4e}"), how=TIMED)
text("plus_signs.csv", HEAD + rows(T, form="{:+.4f}"), how=TIMED)
# pandas.
text("pandas_numbers.csv", "0,1\n" + rows(form="{}"), how={"dt": 0.25}, columns=("0", "1"),
     remarks=["The first row, 0, 1, was taken for the names of the columns."])  # fmt: skip
text(
    "pandas_index.csv",
    ",x,y\n" + rows([str(i) for i in range(40)]),
    how={"dt": 0.25},
)
text(
    "pandas_index_and_numbers.csv",
    ",0,1\n" + rows([str(i) for i in range(40)], form="{}"),
    how={"dt": 0.25},
    columns=("0", "1"),
    remarks=["The first row, , 0, 1, was taken for the names of the columns."],
)
text("first_sample_is_0_1.csv", rows(x=np.column_stack((T, 1 + 0.5 * T + T**2)), form="{:g}"),
     how={"dt": 0.25, "columns": ["x2"]}, columns=("x2",),
     x=np.array([float(f"{v:g}") for v in 1 + 0.5 * T + T**2])[:, None])  # fmt: skip
# A lone column.
LONE: Any = np.round(11 + np.sin(T), 2)[:, None]
text("lone_decimal_commas.csv", rows(x=LONE, comma=True, form="{:.2f}"), how={"dt": 0.25},
     x=LONE, columns=("x1",))  # fmt: skip
text("lone_decimal_commas_and_header.csv", "level\n" + rows(x=LONE, comma=True, form="{:.2f}"),
     how={"dt": 0.25}, x=LONE, columns=("level",))  # fmt: skip
PAIRS: Any = np.array([[30, 4], [47, 6], [70, 10], [77, 35], [36, 59], [20, 41], [18, 19]])
text("two_columns_of_counts.csv", rows(x=PAIRS, form="{:d}"), how={"dt": 1.0}, x=PAIRS,
     columns=("x1", "x2"), dt=1.0)  # fmt: skip
text("one_or_two_columns.csv", "11,84\n11,91\n12,14\n12,61\n13,38\n", how={"dt": 1.0},
     refusal="may be one column with decimal commas or two of whole numbers")  # fmt: skip
# Units.
text("units_below.csv", HEAD + "s,mV,\n" + rows(T), how=TIMED, units=("mV", ""),
     time_unit="s")  # fmt: skip
text("units_in_brackets_below.csv", HEAD + "[s],[mV],[mmHg]\n" + rows(T), how=TIMED,
     units=("mV", "mmHg"), time_unit="s")  # fmt: skip
text("units_in_names.csv", "t [ms],HR (bpm),y\n" + rows(T), how={"time": "t [ms]"},
     columns=("HR (bpm)", "y"), units=("bpm", ""), time_unit="ms")  # fmt: skip
# Texts that are no numbers, each with what to do.
for name, form, remedy in (
    ("percents", "{}.5%", "write the number alone, and its unit behind the name"),
    ("units_beside", "{}.5 mV", "write the number alone, and its unit behind the name"),
    ("thousands", "1,{:03d}.5", "write it without a mark for thousands"),
    ("times_of_day", "12:{:02d}", "write the time of day behind its date, in one column"),
    ("truths", "TRUE", "write 1 and 0"),
):
    bodies = (f"{t:g};{form.format(i)}" for i, t in enumerate(T))
    text(f"{name}.csv", "t;x\n" + "\n".join(bodies), how=TIMED, refusal=remedy)
text("events.csv", "t,what\n" + "\n".join(f"{t:g},spike" for t in T), how=TIMED,
     refusal="is 'spike', which is no finite number; correct it")  # fmt: skip
# Lines above the header, as instruments write them.
META: Final = "Device: Scope 3\nSampled, by: B.\n\nRate;250 Hz\n"
LEFT: Final = ["What stands above row 5 was left out."]
text("metadata.csv", META + HEAD + rows(T), how=TIMED, remarks=LEFT)
text("metadata_and_units.csv", META + HEAD + "s,mV,mV\n" + rows(T), remarks=LEFT,
     units=("mV", "mV"), time_unit="s")  # fmt: skip
text("metadata_and_decimal_commas.csv", META + "t;x;y\n" + rows(T, between=";", comma=True),
     remarks=LEFT)  # fmt: skip
text("metadata.txt", META + "t\tx\ty\n" + rows(T, between="\t"), remarks=LEFT)
text("two_tables.csv", "t,x\n" + rows(T, X[:, :1]) + "\n" + HEAD + rows(T),
     refusal="row 42 is blank, with more rows below")  # fmt: skip
# Gaps and fill values.
for word, gap in {"empty": "", "na": "NA", "nan": "NaN", "null": "null", "dash": "-"}.items():
    text(f"gaps_{word}.csv", GAPS.replace("{gap}", gap), how=TIMED, x=GAPPED)
text("gaps_by_a_word.csv", GAPS.replace("{gap}", "off"), how=TIMED | {"missing": ["off"]},
     x=GAPPED)  # fmt: skip
text("gaps_by_a_word_unsaid.csv", GAPS.replace("{gap}", "off"), how=TIMED,
     refusal="row 7, column 'x' is 'off', which is no finite number")  # fmt: skip
for value in (-999.0, -9999.0, 1e20):
    text(f"fill_{value:g}.csv", GAPS.replace("{gap}", f"{value:g}"),
         how=TIMED | {"missing": [value]}, x=GAPPED)  # fmt: skip
    text(f"fill_{value:g}_unsaid.csv", GAPS.replace("{gap}", f"{value:g}"), how=TIMED,
         x=np.where(np.isnan(GAPPED), value, GAPPED), remarks=[
             f"Column 'x' is {value:g} 2 times, far from all else, as where nothing was "
             f"measured; if so, give missing = [{value:g}].",
             f"Column 'y' is {value:g} 1 time, far from all else, as where nothing was "
             f"measured; if so, give missing = [{value:g}].",
         ])  # fmt: skip
LOST: Any = X.copy()
LOST[[7, 8]] = np.nan
text("missing_rows.csv", HEAD + rows(np.delete(T, [7, 8]), np.delete(X, [7, 8], 0)), how=TIMED,
     x=LOST, remarks=["2 rows are missing, the first before row 9, column 't'."])  # fmt: skip
text("an_empty_column.csv", HEAD + rows(T).replace("\n", ",\n").replace(",\n", "\n").replace(
    "\n", ",\n"), how=TIMED, refusal="row 2 has 4 fields where the header has 3")  # fmt: skip
# Times.
ISO: Final = [str(day) for day in DAYS]
text("days.csv", "date,x,y\n" + rows(ISO), how={"time": "date"}, dt=1, time_unit="d",
     origin="2024-03-01")  # fmt: skip
for name, form in {
    "day_month_year": "{2}/{1}/{0}",
    "month_day_year": "{1}/{2}/{0}",
    "german": "{2}.{1}.{0}",
    "year_month_day": "{0}/{1}/{2}",
}.items():
    spelt = [form.format(*day.split("-")) for day in ISO]
    text(f"{name}.csv", "date,x,y\n" + rows(spelt), how={"time": "date"}, dt=1, time_unit="d",
         origin="2024-03-01")  # fmt: skip
text("named_months.csv", "date,x,y\n" + rows(
    [day.astype(object).strftime("%d-%b-%Y") for day in DAYS]), how={"time": "date"}, dt=1,
    time_unit="d", origin="2024-03-01")  # fmt: skip
text("either_order.csv", "date,x,y\n" + rows(["3/3/2024", "5/5/2024", "4/4/2024"] * 2, X[:6]),
     how={"time": "date"}, refusal="may be two dates; write all in ISO 8601")  # fmt: skip
CLOCK: Final = [str(moment) for moment in QUARTERS]
text("zones.csv", "when,x,y\n" + rows([f"{c}:00+02:00" for c in CLOCK]), how={"time": "when"},
     dt=15, time_unit="min", origin="2024-03-31T10:00")  # fmt: skip
text("afternoons.csv", "when,x,y\n" + rows(
    [m.astype(object).strftime("%m/%d/%Y %I:%M %p") for m in QUARTERS]), how={"time": "when"},
    dt=15, time_unit="min", origin="2024-03-31T12:00")  # fmt: skip
text("months.csv", "month,x,y\n" + rows(
    [str(np.datetime64("2020-01") + i) for i in range(40)]), how={"time": "month"}, dt=1,
    time_unit="month", origin="2020-01-01")  # fmt: skip
text("rate.csv", "x,y\n" + rows(), how={"rate": "250 Hz"}, dt=0.004, time_unit="s")
text("no_times.csv", "x,y\n" + rows(), refusal="give the sampling interval dt")
text("repeated_time.csv", HEAD + rows([*T[:3], T[2], *T[4:]]), how=TIMED,
     refusal="row 5, column 't' is 0.5, which does not come after 0.5")  # fmt: skip
# Several recordings.
LONG: Final = "subject,t,x,y\n" + "".join(
    f"{who},{line}\n"
    for who, part in (("Ann", slice(0, 25)), ("Bob", slice(25, 40)))
    for line in rows(T[part] - T[part][0], X[part]).splitlines()
)
BOTH: Final = (X[:25], X[25:])
text("long.csv", LONG, how=TIMED | {"id": "subject"}, x=BOTH, names=("Ann", "Bob"))
text("long_numbers.csv", LONG.replace("Ann", "7").replace("Bob", "12"),
     how=TIMED | {"id": "subject"}, x=BOTH, names=("7", "12"))  # fmt: skip
text("long_without_id.csv", LONG, how=TIMED, refusal="id = 'subject'")
text(
    "long_numbers_without_id.csv",
    LONG.replace("Ann", "7").replace("Bob", "12"),
    how=TIMED,
    refusal="if another recording begins there, name the column that tells recordings apart",
)
text("drive.csv", "t,x,y,dose\n" + rows(T, np.column_stack((X, X[:, 0] > 0))),
     how=TIMED | {"inputs": ["dose"]})  # fmt: skip
# Compressed.
PLAIN: Final = (HEAD + rows(T)).encode()
for ending, pack in {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.items():
    binary(f"packed.csv.{ending}", lambda p, pack=pack: p.write_bytes(pack(PLAIN)), how=TIMED)


def _zstd(path: Path) -> None:
    import zstandard

    path.write_bytes(zstandard.ZstdCompressor().compress(PLAIN))


binary("packed.csv.zst", _zstd, how=TIMED)


# Tables of other libraries.
def _frame(**more: Any) -> Any:
    import pandas

    return pandas.DataFrame({"t": T, "x": X[:, 0], "y": X[:, 1]} | more)


def _excel(path: Path, sheets: Sequence[str] = ("Sheet1",), units: bool = False) -> None:
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet)
        page.append(["Measured in May"])
        page.append(["t", "x", "y"])
        if units:
            page.append(["s", "mV", None])
        for row in np.column_stack((T, X)).tolist():
            page.append(row)
    book.save(path)


def _hdf5(path: Path, arrays: Mapping[str, Any]) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


def _edf(path: Path) -> None:
    import edfio

    signals = [
        edfio.EdfSignal(X[:, i], 4, label=name, physical_dimension="mV")
        for i, name in enumerate("xy")
    ]
    edfio.Edf(signals).write(path)


def _xarray() -> Any:
    import xarray

    return xarray.Dataset(
        {name: ("time", X[:, i], {"units": "mV"}) for i, name in enumerate("xy")},
        coords={"time": ("time", T, {"units": "fortnights"})},
    )


def _mat(path: Path, **arrays: Any) -> None:
    import scipy.io

    scipy.io.savemat(path, arrays)


def _torch(path: Path, held: Any) -> None:
    import torch

    torch.save(held, path)


def _tensor(x: Any) -> Any:
    import torch

    return torch.from_numpy(x)


MADE_UP: Final[dict[str, Any]] = {"how": {"dt": 0.25}, "columns": ("x1", "x2")}
binary("table.parquet", lambda p: _frame().to_parquet(p), how=TIMED)
binary("table.feather", lambda p: _frame().to_feather(p), how=TIMED)
binary("dates.parquet", lambda p: _frame(t=DAYS).to_parquet(p), how=TIMED, dt=1, time_unit="d",
       origin="2024-03-01")  # fmt: skip
for name, write in (
    ("only_dates.csv", "to_csv"),
    ("only_dates.parquet", "to_parquet"),
    ("only_dates.xlsx", "to_excel"),
):
    binary(name, lambda p, write=write: getattr(_frame(t=DAYS).rename(columns={"t": "when"}),
           write)(p, index=False), dt=1, time_unit="d", origin="2024-03-01",
           names=("Sheet1",) if write == "to_excel" else ("1",))  # fmt: skip
WHO: Final = ["a"] * 20 + ["b"] * 20
binary("labels.parquet", lambda p: _frame(who=WHO).astype({"who": "category"}).to_parquet(p),
       how=TIMED, refusal="if it tells recordings apart give id = 'who'")  # fmt: skip
binary("labels.xlsx", lambda p: _frame(who=WHO).to_excel(p, index=False),
       how=TIMED, refusal="if it tells recordings apart give id = 'who'")  # fmt: skip
binary("percents.xlsx", lambda p: _frame(y=[f"{i}.5%" for i in range(40)]).to_excel(p,
       index=False), how=TIMED, refusal="write the number alone, and its unit")  # fmt: skip
binary("nulls.parquet", lambda p: _frame(x=GAPPED[:, 0], y=GAPPED[:, 1]).to_parquet(p),
       how=TIMED, x=GAPPED)  # fmt: skip
binary("book.xlsx", _excel, how=TIMED, names=("Sheet1",))
binary("book_of_units.xlsx", lambda p: _excel(p, units=True), how=TIMED, names=("Sheet1",),
       units=("mV", ""), time_unit="s")  # fmt: skip
binary("book_of_sheets.xlsx", lambda p: _excel(p, ("rest", "load")), how=TIMED, x=(X, X),
       names=("rest", "load"))  # fmt: skip
binary("one_sheet.xlsx", lambda p: _excel(p, ("rest", "load")),
       how=TIMED | {"format": {"name": "excel", "sheet": "load"}}, names=("load",))  # fmt: skip
binary("columns.h5", lambda p: _hdf5(p, {"t": T, "x": X[:, 0], "y": X[:, 1]}), how=TIMED)
binary("array_and_clock.h5", lambda p: _hdf5(p, {"t": T, "data": X.T}), columns=("x1", "x2"))
binary("groups.h5", lambda p: _hdf5(p, {"a/x": X, "b/x": X}), x=(X, X), names=("a/x", "b/x"),
       **MADE_UP)  # fmt: skip
binary("climate.nc", lambda p: _xarray().to_netcdf(p, engine="scipy"), units=("mV", "mV"),
       time_unit="fortnights")  # fmt: skip
binary("climate4.nc", lambda p: _xarray().to_netcdf(p, engine="h5netcdf"), units=("mV", "mV"),
       time_unit="fortnights")  # fmt: skip
binary("store.zarr", lambda p: _xarray().to_zarr(p, zarr_format=2), units=("mV", "mV"),
       time_unit="fortnights")  # fmt: skip
binary("array.mat", lambda p: _mat(p, data=X), **MADE_UP)
binary("vectors.mat", lambda p: _mat(p, t=T, x=X[:, 0], y=X[:, 1], fs=4.0), how=TIMED)
binary("structure.mat", lambda p: _mat(p, rec={"t": T, "x": X[:, 0], "y": X[:, 1]}),
       how={"time": "rec/t"}, columns=("rec/x", "rec/y"))  # fmt: skip
binary("version73.mat", lambda p: _hdf5(p, {"t": T[None], "x": X[None, :, 0]}), how=TIMED,
       x=X[:, :1], columns=("x",))  # fmt: skip
binary("array.npy", lambda p: np.save(p, X), **MADE_UP)
binary("trials.npy", lambda p: np.save(p, np.stack((X, X))), x=(X, X), names=("1", "2"),
       **MADE_UP)  # fmt: skip
binary("gaps.npy", lambda p: np.save(p, GAPPED), x=GAPPED, **MADE_UP)
binary("named.npz", lambda p: np.savez(p, t=T, x=X[:, 0], y=X[:, 1]))
binary("tensor.pt", lambda p: _torch(p, _tensor(X)), **MADE_UP)
binary("tensors.pt", lambda p: _torch(p, {"t": _tensor(T), "x": _tensor(X)}),
       columns=("x1", "x2"))  # fmt: skip
binary("ecg.edf", _edf, within=1e-3, units=("mV", "mV"), time_unit="s")
# Instruments, registers and wearables.
HOURS: Any = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 600, 15)]
LAPS: Any = [f"{i // 60:02d}:{i % 60:02d}.50" for i in range(40)]
LATE: Any = [f"{(82800 + 120 * i) // 3600 % 24}:{2 * i % 60:02d}:00" for i in range(40)]


def _clock(times: Any, between: str = ",", comma: bool = False) -> str:
    lines = rows(between=between, comma=comma).splitlines()
    return "".join(f"{t}{between}{line}\n" for t, line in zip(times, lines, strict=True))


text("date_and_time.csv", "Date,Time,x,y\n" + _clock([f"2024-03-31,{c}" for c in HOURS]),
     dt=15, time_unit="min", origin="2024-03-31")  # fmt: skip
text("datum_und_uhrzeit.csv",
     "Datum;Uhrzeit;x;y\n" + _clock([f"31.03.2024;{c}" for c in HOURS], ";", comma=True),
     dt=15, time_unit="min", origin="2024-03-31")  # fmt: skip
text("german_dates.csv",
     "Datum;x;y\n"
     + _clock([f"{str(d)[8:]}.{str(d)[5:7]}.2024" for d in DAYS], ";", comma=True),
     dt=1, time_unit="d", origin="2024-03-01",
     )  # fmt: skip
text("minutes_and_seconds.csv", "time,x,y\n" + _clock(LAPS), dt=1, time_unit="s")
text("hours_to_milliseconds.csv",
     "time,x,y\n" + _clock([f"1:02:{s}.678" for s in range(10, 50)]), dt=1,
     time_unit="s")  # fmt: skip
text("past_midnight.csv", "time,x,y\n" + _clock(LATE), dt=120, time_unit="s")
text("unix_milliseconds.csv",
     "timestamp,x,y\n" + _clock([1709300000000 + 250 * i for i in range(40)]), dt=250,
     time_unit="ms",
     remarks=["Times of 'timestamp' were taken for Unix times in ms."])  # fmt: skip
text("unix_microseconds.csv",
     "timestamp,x,y\n" + _clock([1709300000000000 + 4000 * i for i in range(40)]), dt=4000,
     time_unit="us",
     remarks=["Times of 'timestamp' were taken for Unix times in us."])  # fmt: skip
text("days_in_digits.csv", "date,x,y\n" + _clock([str(d).replace("-", "") for d in DAYS]),
     dt=1, time_unit="d", origin="2024-03-01")  # fmt: skip
text("months_in_digits.csv",
     "date,x,y\n" + _clock([f"{2000 + i // 12}{i % 12 + 1:02d}" for i in range(40)]), dt=1,
     time_unit="month", origin="2000-01-01")  # fmt: skip
text("labchart.txt",
     "Interval=\t0.25 s\nExcelDateTime=\t4.5352e+004\t01/03/2024 10:00:00\n"
     "TimeFormat=\tStartOfBlock\nDateFormat=\t\nChannelTitle=\tx\ty\n"
     "Range=\t10.0 mV\t2.0 V\nUnitName=\tmV\tV\n" + rows(T, between="\t"),
     units=("mV", "V"), time_unit="s")  # fmt: skip
text("wristband.csv", "1709300000.00,1709300000.00\n32.0,32.0\n" + rows(), how={"dt": 1.0},
     refusal="delete both, and give rate = '32 Hz'")  # fmt: skip
text("fortran.txt", " t x y\n" + rows(T, between=" ", form="{:.4e}").replace("e", "D"))
text("percent_comments.txt", "% by an instrument\n% t x y\n" + rows(T, between=" "))
text("slash_comments.txt", "// t x y\n" + rows(T, between=" "))
text("bang_comments.dat", "! t x y\n" + rows(T, between=" "))
text("dashes.csv", "t,x,y\n" + rows(T, GAPPED).replace("nan", "---"), x=GAPPED)  # fmt: skip
text("thousands_dot.csv",
     "t;x;y\n" + "".join(f"{i};1.234,{i:02d};{i % 7},5\n" for i in range(40)),
     refusal="without a mark for thousands")  # fmt: skip
text("buoy.txt", "t x y\n" + rows(T, GAPPED, " ").replace("nan", "MM"),
     how={"missing": ["MM"]}, x=GAPPED)  # fmt: skip
text("two_headers.csv", "t,x,y\n" + ",fast,slow\n" + "s,mV,mV\n" + rows(T), refusal="row 3")
text("stations.txt", "STATION t x y\n" + rows([f"A1 {t:g}" for t in T], between=" "),
     how={"id": "STATION"}, names=("A1",))  # fmt: skip
text("long_by_variable.csv", "time,variable,value\n"
     + "".join(f"{t:g},{n},{v:.4f}\n" for t, row in zip(T, X, strict=True)
               for n, v in zip("xy", row, strict=True)),
     how={"id": "variable"}, x=(X[:, :1], X[:, 1:]), names=("x", "y"), columns=("value",),
     )  # fmt: skip
# What is no data, or not as it is called.
binary(
    "module.pt", lambda p: _torch(p, {"f": io.BytesIO}), refusal="something else than tensors"
)
text("page.csv", "<!DOCTYPE html>\n<html><body>Not found</body></html>\n", how={"dt": 1.0},
     refusal="page.csv")  # fmt: skip
text("empty.csv", "", how={"dt": 1.0}, refusal="is empty")
text("renamed.xlsx", HEAD + rows(T), how=TIMED, refusal="is no spreadsheet")
text("sideways.csv", "x," + ",".join(f"{v:.4f}" for v in X[:, 0]) + "\n", how={"dt": 1.0},
     refusal="no rows of numbers below it")  # fmt: skip
text("notes.docx", "words", refusal="Export it as one of these")


def write_all(folder: Path) -> None:
    """Write every file."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        kind.write(folder / kind.name)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
