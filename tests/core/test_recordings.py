import subprocess
import sys
from typing import Any, cast

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
import xarray as xr

from takens import Recordings, TimeSeries
from takens.errors import DataError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
LONG = pd.DataFrame(
    {
        "subject": ["a"] * 30 + ["b"] * 20,
        "time": [*np.arange(30) * 0.5, *np.arange(20) * 0.5],
        "x": RNG.normal(size=50),
        "y": RNG.normal(size=50),
    }
)
FORMS: dict[str, Any] = {
    "numpy": X,
    "torch": torch.from_numpy(X),
    "lists": X.tolist(),
    "fortran": np.asfortranarray(X),
    "reversed": X[::-1].copy()[::-1],
    "columns": {"x1": X[:, 0], "x2": X[:, 1]},
    "pandas": pd.DataFrame(X, columns=["x1", "x2"]),
    "pandas_arrow": pd.DataFrame(X, columns=["x1", "x2"]).convert_dtypes(),
    "polars": pl.DataFrame(X, schema=["x1", "x2"]),
    "arrow": pl.DataFrame(X, schema=["x1", "x2"]).to_arrow(),
    "xarray": xr.DataArray(X, dims=("time", "channel"), coords={"channel": ["x1", "x2"]}),
    "dataset": xr.Dataset({"x1": ("time", X[:, 0]), "x2": ("time", X[:, 1])}),
    "series": TimeSeries(np.arange(30), X),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_recording_of_every_form(form: str) -> None:
    found = Recordings.of(FORMS[form]).only
    assert found.columns == ("x1", "x2")
    assert found.x.dtype == torch.float64
    assert np.array_equal(found.x.numpy(), X)
    assert found.t.tolist() == list(range(30))


@pytest.mark.parametrize("form", ["numpy", "lists", "pandas", "polars", "xarray", "dataset"])
def test_a_series_is_made_of_every_form(form: str) -> None:
    found = TimeSeries(np.arange(30) * 0.1, FORMS[form])
    assert found.columns == ("x1", "x2")
    assert np.array_equal(found.x.numpy(), X)


def test_numbers_of_others_are_copied() -> None:
    x = X.copy()
    found = TimeSeries(np.arange(30), x)
    x[0] = 99
    assert np.array_equal(found.x.numpy(), X)


def test_single_precision_stays_what_it_is() -> None:
    assert TimeSeries(np.arange(30), X.astype(np.float32)).x.dtype == torch.float32


@pytest.mark.parametrize(
    "given",
    [
        RNG.normal(size=(3, 20, 2)),
        [RNG.normal(size=(20, 2)) for _ in range(3)],
        {name: RNG.normal(size=(20, 2)) for name in "123"},
        TimeSeries(torch.arange(20.0), torch.randn(3, 20, 2)),
    ],
    ids=["array", "list", "mapping", "series"],
)
def test_several_recordings_of_every_form(given: Any) -> None:
    found = Recordings.of(given, dt=0.5)
    assert (len(found), found.names, found.dt) == (3, ("1", "2", "3"), 0.5)
    assert np.asarray(found).shape == (3, 20, 2)


@pytest.mark.parametrize("frame", [LONG, pl.DataFrame(LONG)], ids=["pandas", "polars"])
def test_a_long_table_has_a_recording_for_each_id(frame: Any) -> None:
    found = Recordings.of(frame, id="subject")
    assert found.names == ("a", "b")
    assert [len(one) for one in found] == [30, 20]
    assert found.dt == 0.5
    assert found["b"].x[:, 0].tolist() == LONG["x"][30:].tolist()


def test_rows_of_a_long_table_may_be_interleaved() -> None:
    found = Recordings.of(LONG.sort_values(["time", "subject"]), id="subject")
    assert found["b"].x[:, 0].tolist() == LONG["x"][30:].tolist()


@pytest.mark.parametrize("library", ["pandas", "polars", "xarray"])
def test_there_and_back(library: str) -> None:
    gap = LONG.copy()
    gap.loc[4, "x"] = np.nan
    first = Recordings.of(gap, id="subject", units={"x": "mV", "y": "mV"})
    native = getattr(first["a"], f"to_{library}")()
    back = Recordings.of(native).only
    assert back.columns == ("x", "y")
    assert torch.equal(back.x.nan_to_num(0), first["a"].x.nan_to_num(0))
    assert torch.equal(back.t, first["a"].t)
    if library != "xarray":
        again = Recordings.of(getattr(first, f"to_{library}")(), id="recording")
        assert again.names == first.names
        assert torch.equal(again["a"].x.nan_to_num(0), first["a"].x.nan_to_num(0))
    else:
        assert first.to_xarray()["x"].attrs["units"] == "mV"
        assert back.units == ("mV", "mV")


def test_an_index_of_dates_is_the_clock() -> None:
    index = pd.date_range("2024-01-01", periods=30, freq="15min", tz="Europe/Berlin")
    found = Recordings.of(pd.DataFrame(X, index=index)).only
    assert (found.dt, found.time_unit, found.origin) == (15, "min", "2023-12-31T23:00")
    assert found.between(4, 9).origin == "2024-01-01"
    assert found.to_pandas().index[0] == pd.Timestamp("2023-12-31T23:00")
    before, after = Recordings.of(pd.DataFrame(X, index=index)).split("2024-01-01T01:00")
    assert [len(before[0]), len(after[0])] == [8, 22]


def test_months_are_equal_steps() -> None:
    index = pd.date_range("2024-01-01", periods=30, freq="MS")
    found = TimeSeries(index, X)
    assert (found.dt, found.time_unit) == (1, "month")
    assert found.between(2, 9).origin == "2024-03-01"


def test_a_gap_is_a_mask_and_nan() -> None:
    x = X.copy()
    x[3, 1] = np.nan
    found = Recordings.of(x).only
    assert found.mask is not None
    assert (~found.mask).nonzero().tolist() == [[3, 1]]
    assert bool(found.x[3, 1].isnan())
    assert [len(part) for part in found.stretches()] == [3, 26]
    assert float(found.stretches()[1].t[0]) == 0


def test_what_a_mask_hides_is_nan_and_a_full_mask_is_none() -> None:
    mask = np.ones((30, 2), bool)
    assert TimeSeries(np.arange(30), X, mask=mask).mask is None
    mask[0, 0] = False
    assert bool(TimeSeries(np.arange(30), X, mask=mask).x[0, 0].isnan())


def test_numbers_that_stand_for_gaps_are_masked_where_they_are_named() -> None:
    x = X.copy()
    x[3, 1] = -999
    found = Recordings.of(x)
    assert found.complete
    (remark,) = found.remarks
    assert "'x2' is -999 1 time, far from all else" in remark
    assert "missing = [-999]" in remark
    again = Recordings.of(x, missing=[-999])
    assert not again.complete
    assert again.remarks == ()


@pytest.mark.parametrize("value", [-9999.0, 1e20, 9.969209968386869e36, -99.0, 32767.0])
def test_usual_fill_values_are_noticed(value: float) -> None:
    x = X.copy()
    x[3:5, 1] = value
    assert "2 times" in Recordings.of(x).remarks[0]


def test_a_value_within_the_data_is_no_fill_value() -> None:
    assert Recordings.of(np.linspace(-5, 3000, 40)[::-1][:, None] + 0.25).remarks == ()
    x = RNG.uniform(0, 1000, size=(50, 1))
    x[7] = 999.0
    assert Recordings.of(x).remarks == ()


def test_missing_rows_become_a_gap() -> None:
    t = np.delete(np.arange(30) * 0.25, [4, 5, 11])
    found = Recordings.of({"t": t, "x": RNG.normal(size=27)}).only
    assert len(found) == 30
    assert found.dt == 0.25
    assert found.x[:, 0].isnan().nonzero().flatten().tolist() == [4, 5, 11]
    assert "3 rows are missing" in found.source.remarks[0] if found.source else False


def test_unequal_steps_are_kept_and_told() -> None:
    t = np.cumsum(RNG.uniform(0.5, 1.5, 30))
    found = Recordings.of({"t": t, "x": X[:, 0]})
    assert not found.regular
    assert found[0].t.tolist() == t.tolist()
    assert "Steps differ" in found.remarks[0]


@pytest.mark.parametrize(
    ("rate", "dt", "unit"),
    [("250 Hz", 0.004, "s"), ("1kHz", 1e-3, "s"), (4, 0.25, ""), ("12 /h", 1 / 12, "h")],
)
def test_rates(rate: Any, dt: float, unit: str) -> None:
    found = Recordings.of(X, rate=rate)
    assert found.dt == pytest.approx(dt, rel=1e-12)
    assert found.time_unit == unit


def test_intervals_have_units() -> None:
    found = Recordings.of(X, dt="4 ms")
    assert (found.dt, found.time_unit) == (pytest.approx(0.004), "s")
    assert Recordings.of(X, dt="1 month").time_unit == "month"


def test_inputs_go_with_what_is_observed() -> None:
    found = Recordings.of(LONG, id="subject", columns=["x"], inputs=["y"])
    cut = found["a"][5:15]
    assert cut.inputs is not None
    assert cut.inputs.columns == ("y",)
    assert cut.inputs.x[:, 0].tolist() == LONG["y"][5:15].tolist()
    assert list(cut.to_pandas().columns) == ["x", "y"]


def test_slices() -> None:
    found = Recordings.of(LONG, id="subject")
    assert len(found[:, :10][1]) == 10
    assert found[:, 2.0:4.0, "x"][0].t.tolist() == [2.0, 2.5, 3.0, 3.5]
    assert found["a"][["y", "x"]].columns == ("y", "x")
    assert found[["b"]].names == ("b",)
    assert found[-1] is found["b"]
    assert found["a"][::2].dt == 1.0


def test_split_by_fraction_and_by_name() -> None:
    found = Recordings.of(LONG, id="subject")
    train, test = found.split(0.5)
    assert [len(one) for one in train] == [15, 10]
    assert torch.equal(test["b"].x, found["b"].x[10:])
    train, test = found.split(["b"])
    assert (train.names, test.names) == (("a",), ("b",))
    train, test = found.split("5")
    assert [len(one) for one in train] == [10, 10]
    assert [len(one) for one in test] == [20, 10]


def test_groups_may_be_judged_against() -> None:
    frame = LONG.assign(arm=["drug"] * 30 + ["placebo"] * 20)
    found = Recordings.of(frame, id="subject", group="arm")
    assert found.groups == ("drug", "placebo")
    assert found.split(["placebo"])[1].names == ("b",)


def test_join() -> None:
    found = Recordings.of(X).join(X[:10], X[:20])
    assert [len(one) for one in found] == [30, 10, 20]


def test_prints_ten_lines_at_most() -> None:
    frame = LONG.assign(arm="A")
    found = Recordings.of(frame, id="subject", group="arm", columns=["x"], inputs=["y"])
    assert len(repr(found).splitlines()) <= 10
    assert "2 recordings of 20 to 30 samples, every 0.5" in repr(found)
    assert "<table>" in found._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert len(repr(found[0]).splitlines()) <= 10


def test_plot() -> None:
    found = Recordings.of(LONG, id="subject")
    assert len(found.plot().axes) == 2
    assert len(found["a"].plot("phase_portrait").axes) == 1
    assert len(found.plot("phase_portrait").axes) == 1


def test_plot_names_recordings_of_unequal_lengths_and_clocks() -> None:
    found = Recordings(
        [
            TimeSeries(step * np.arange(n), np.arange(2.0 * n).reshape(n, 2), units=["mV", ""])
            for step, n in ((1.0, 30), (0.1, 50))
        ],
        ["mouse", "control"],
    )
    top, last = found.plot().axes
    named = top.get_legend()
    assert named is not None
    assert [text.get_text() for text in named.get_texts()] == ["mouse", "control"]
    assert [len(cast(Any, line.get_xdata())) for line in top.get_lines()] == [30, 50]
    assert (top.get_ylabel(), last.get_ylabel()) == ("x1 (mV)", "x2")
    assert last.get_xlim() == (0.0, 29.0)
    many = Recordings([one for one in found for _ in range(4)]).plot().axes[0]
    assert many.get_legend() is None
    assert "8 recordings, from 1 (dark) to 8 (light)" in many.get_title(loc="right")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Recordings.of("x"), "read the file first"),
        (lambda: Recordings.of(["x", "y"]), "text"),
        (lambda: Recordings.of(None), "NoneType"),
        (lambda: Recordings.of([]), "empty list"),
        (lambda: Recordings.of([[1, 2], [3]]), "differ in length"),
        (lambda: Recordings.of(X + 1j), "complex"),
        (lambda: Recordings.of(LONG), "id='subject'"),
        (lambda: Recordings.of(LONG, id="subjct"), "did you mean 'subject'"),
        (lambda: Recordings.of(X, rate="fast"), "250 Hz"),
        (lambda: Recordings.of(X, dt=1, rate=1), "one of the two"),
        (lambda: Recordings([X, X[:, :1]]), "same variables"),
        (lambda: Recordings([X, X], names=["a", "a"]), "called 'a'"),
        (lambda: Recordings.of(LONG, id="subject")["c"], "no recording 'c'"),
        (lambda: Recordings.of(LONG, id="subject")["x"], r"recordings\[:, 'x'\]"),
        (lambda: Recordings.of(LONG, id="subject").split(1.5), "fraction from 0 to 1"),
        (lambda: Recordings.of(LONG, id="subject").split(["c"]), "There are a, b"),
        (lambda: Recordings.of(LONG, id="subject").split(["a", "b"]), "no recording to learn"),
        (lambda: np.asarray(Recordings.of(LONG, id="subject")), ":20"),
        (lambda: TimeSeries(np.arange(30), X)[3], "slice of samples"),
        (lambda: TimeSeries(np.arange(30), X)["z"], "no variable 'z'"),
        (lambda: TimeSeries(np.arange(30), X)[:1], "leaves 1"),
        (lambda: TimeSeries(np.arange(30), X, mask=np.ones((3, 2))), "shape of the samples"),
    ],
)
def test_one_sentence_says_what_to_do(make: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        make()


def test_no_library_is_imported_that_is_not_used() -> None:
    code = (
        "import sys, numpy, takens; r = takens.Recordings.of(numpy.random.rand(9, 2)); repr(r);"
        "print({'pandas', 'polars', 'xarray', 'narwhals', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
