import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import takens
from takens_datasets import Csv
from takens_datasets.csv_columns import read_carefully, read_quickly
from takens_datasets.csv_layout import find_layout

Read = Callable[..., takens.TimeSeries]
ROWS = "1,5\n2,3\n4,1\n9,2\n"
X = [[1.0, 5.0], [2.0, 3.0], [4.0, 1.0], [9.0, 2.0]]


def listed(x: torch.Tensor) -> object:
    return x.numpy().tolist()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(
        text: str | bytes,
        *,
        columns: list[str] | None = None,
        time: str | None = None,
        dt: float | None = None,
        name: str = "data.csv",
    ) -> takens.TimeSeries:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Csv().read(path, columns=columns, time=time, dt=dt)

    return write_and_read


def test_it_is_a_dataset_that_the_registry_makes() -> None:
    reader = takens.datasets.create("csv")
    assert reader == Csv()
    assert isinstance(reader, takens.plugin.Dataset)
    assert ".csv" in reader.suffixes


def test_header_and_dt(read: Read) -> None:
    series = read("u,v\n" + ROWS, dt=0.5)
    assert series.columns == ("u", "v")
    assert series.x.dtype == series.t.dtype == torch.float64
    assert listed(series.x) == X
    assert listed(series.t) == [0.0, 0.5, 1.0, 1.5]
    assert series.dt == 0.5


def test_a_time_column_is_no_variable(read: Read) -> None:
    series = read("u,t,v\n1,10,5\n2,10.5,3\n4,11,1\n9,11.5,2\n", time="t")
    assert series.columns == ("u", "v")
    assert listed(series.x) == X
    assert listed(series.t) == [10.0, 10.5, 11.0, 11.5]


def test_columns_in_the_order_asked_for(read: Read) -> None:
    series = read("u,v,w\n1,5,a\n2,3,b\n4,1,\n9,2,d\n", columns=["v", "u"], dt=1.0)
    assert series.columns == ("v", "u")
    assert listed(series.x) == [row[::-1] for row in X]


def test_without_a_header_columns_are_counted(read: Read) -> None:
    series = read(ROWS, dt=1.0)
    assert series.columns == ("x1", "x2")
    assert listed(series.x) == X


@pytest.mark.parametrize("comment", ["# u,v", "#u,v", '# made today\n# "u", v'])
def test_a_comment_above_the_numbers_names_them(read: Read, comment: str) -> None:
    series = read(f"{comment}\n{ROWS}", dt=1.0)
    assert series.columns == ("u", "v")
    assert listed(series.x) == X


@pytest.mark.parametrize("comment", ["# one, two, three", "# u,u", "# 1,2", "# u,"])
def test_any_other_comment_does_not(read: Read, comment: str) -> None:
    assert read(f"{comment}\n{ROWS}", dt=1.0).columns == ("x1", "x2")
    assert read(f"{ROWS}# u,v\n", dt=1.0).columns == ("x1", "x2")


@pytest.mark.parametrize(
    "text",
    [
        "u;v\n" + ROWS.replace(",", ";"),
        "u\tv\n" + ROWS.replace(",", "\t"),
        "u v\n" + ROWS.replace(",", " "),
        "  u   v \n" + ROWS.replace(",", "   ").replace("\n", " \n"),
        "u, v\n" + ROWS.replace(",", ", "),
        '"u","v"\n"1","5"\n2,3\n4,"1"\n9,2\n',
        "u;v\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n"),
        "u,v\r" + ROWS.replace("\n", "\r"),
        "u,v\n" + ROWS.rstrip(),
        "\n\nu,v\n\n" + ROWS + "\n\n",
        "# about\nu,v\n# more\n" + ROWS,
        "u,v\n1,5\n# in between\n2,3\n4,1\n9,2\n",
        "\ufeffu,v\n" + ROWS,
        ("u,v\n" + ROWS).encode("utf-16"),
        "u,v,\n" + ROWS.replace("\n", ",\n"),
        "u;v\n1,0;5,0\n2;3\n4e0;1\n9;2\n",
        "u v\n1,0 5,0\n2 3\n4 1\n9 2\n",
    ],
)
def test_ways_to_write_the_same(read: Read, text: str | bytes) -> None:
    series = read(text, dt=1.0)
    assert series.columns == ("u", "v")
    assert listed(series.x) == X


def test_headers_may_hold_delimiters_quotes_line_breaks_and_other_encodings(
    read: Read,
) -> None:
    assert read('"u, in m","a ""b"""\n' + ROWS, dt=1.0).columns == ("u, in m", 'a "b"')
    assert read('"u\nin m",v\n' + ROWS, dt=1.0).columns == ("u in m", "v")
    assert read("T [°C],v\n".encode("cp1252") + ROWS.encode(), dt=1.0).columns == (
        "T [°C]",
        "v",
    )


def test_one_column_may_have_blanks_in_its_name(read: Read) -> None:
    series = read("my value\n3\n1\n2\n", dt=1.0)
    assert series.columns == ("my value",)
    assert listed(series.x) == [[3.0], [1.0], [2.0]]


def test_a_reader_that_was_chosen_does_not_mind_the_suffix(read: Read) -> None:
    assert listed(read("u,v\n" + ROWS, dt=1.0, name="data.asc").x) == X


def test_a_column_without_a_name_is_called_by_its_place(read: Read) -> None:
    series = read(",u,v\n0,1,5\n1,2,3\n2,4,1\n3,9,2\n", time="column1")
    assert series.columns == ("u", "v")


def test_time_and_dt_may_agree(read: Read) -> None:
    text = "t,u\n0,1\n0.1,5\n0.2,2\n0.3,2\n"
    assert listed(read(text, time="t", dt=0.1).t) == [0.0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("first", "second", "third", "step", "unit"),
    [
        ("1991-01-01", "1992-01-01", "1993-01-01", 1, "year"),
        ("2024-01", "2024-02", "2024-03", 1, "month"),
        ("2024-01-31", "2024-02-07", "2024-02-14", 7, "d"),
        ("2024-02-28T06:00", "2024-02-29T06:00", "2024-03-01T06:00", 24, "h"),
        ("2024-01-01 00:00Z", "2024-01-01 00:30Z", "2024-01-01T02:00+01:00", 30, "min"),
        ("2024-01-01 00:00:00", "2024-01-01 00:00:05", "2024-01-01 00:00:10", 5, "s"),
        ("2024-01-01 00:00:00", "2024-01-01 00:00:00.25", "2024-01-01 00:00:00.5", 0.25, "s"),
    ],
)
def test_dates_are_counted_in_the_coarsest_unit_that_holds_them(
    read: Read, first: str, second: str, third: str, step: float, unit: str
) -> None:
    series = read(f"u,when\n3,{first}\n1,{second}\n2,{third}\n", time="when")
    assert listed(series.t) == [0.0, step, 2 * step]
    assert series.time_unit == unit


def test_blocks_are_joined_in_order(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("takens_datasets.csv_columns._BLOCK", 3)
    plain = "".join(f"{i},{i * i}\n" for i in range(10))
    squares = [[float(i * i)] for i in range(10)]
    assert listed(read("t,u\n" + plain, time="t").x) == squares
    quoted = plain.replace("7,", '"7",')
    assert listed(read("t,u\n" + quoted, time="t").x) == squares
    with pytest.raises(takens.errors.DataError, match="row 9, column 'u' is 'x'"):
        read("t,u\n" + plain.replace(",49", ",x"), time="t")


QUICK: dict[str, Any] = {"others": [], "gaps": [], "strict": True}


def test_a_long_file_takes_the_quick_way(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    x = np.random.default_rng(0).standard_normal((2000, 4))
    np.savetxt(path, x, delimiter=",", header="a,b,c,d")
    with path.open() as lines:
        layout = find_layout(path, lines)
    found = read_quickly(path, "utf-8", layout, ["d", "a"], **QUICK)
    assert found is not None
    with path.open() as lines:
        _, careful = read_carefully(path, lines, layout, ["d", "a"], **QUICK)
    for name, column in (("d", 3), ("a", 0)):
        assert np.array_equal(found[name], careful[name])
        assert np.array_equal(found[name], x[:, column])


def test_pieces_of_a_large_file_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.csv"
    x = np.random.default_rng(0).standard_normal((2000, 4))
    np.savetxt(path, x, delimiter=",", header="a,b,c,d")
    with path.open() as lines:
        layout = find_layout(path, lines)
    monkeypatch.setattr("takens_datasets.files._PIECE", 1001)
    found = read_quickly(path, "utf-8", layout, ["b"], **QUICK)
    assert found is not None
    assert np.array_equal(found["b"], x[:, 1])


@pytest.mark.parametrize(
    "text",
    [
        "u,v\n1,5\n\n2,3\n4,1\n",
        "u\n1\n\n2\n4\n",
        "u,v\n1,5\n2,3,7\n4,1\n",
        "u,v\n1,5\n2\n4,1\n",
        "v,u\n1,5\n2,nan\n4,1\n",
        "v,u\n1,5\n# 2,3\n4,1\n",
        'v,u\n1,5\n"2\n3",3\n4,1\n',
        'v,u\n1,5\n"2,3\n4,1\n',
        "v,u\n1,5\n2,1e999\n4,1\n",
        "v,u\n1,5\n2,1_0\n4,1\n",
        "u;v\n" + "1;2,5\n" * 101 + "1.234;2,5\n",
        "u,v\n",
    ],
)
def test_the_quick_way_declines_whatever_it_could_misread(text: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    layout = find_layout(path, io.StringIO(text))
    assert read_quickly(path, "utf-8", layout, ["u"], **QUICK) is None


FIELDS = st.sampled_from(
    [
        "1",
        "-2.5",
        " 3",
        "1e3",
        "NA",
        "nan",
        "-",
        "",
        "x",
        "inf",
        "1_0",
        '"4"',
        '"5,6"',
        "# 7",
        "b",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(FIELDS, min_size=2, max_size=3), min_size=1, max_size=6),
    ending=st.sampled_from(["", "\n", "\n\n", "\r\n", " \n"]),
    others=st.sampled_from([[], ["t"]]),
    strict=st.booleans(),
)
def test_the_quick_way_reads_as_the_careful_one_or_declines(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    ending: str,
    others: list[str],
    strict: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "either.csv"
    body = "\n".join(",".join(row) for row in rows) + ending
    path.write_text("t,u,v\n0,1,2\n1,3,4\n" + body, newline="")
    with path.open(newline="") as lines:
        layout = find_layout(path, lines)
    how: dict[str, Any] = {"others": others, "gaps": ["b"], "strict": strict}
    quick = read_quickly(path, "utf-8", layout, ["u"], **how)
    if quick is None:
        return
    with path.open() as lines:
        _, careful = read_carefully(path, lines, layout, ["u"], **how)
    for name, values in careful.items():
        np.testing.assert_array_equal(quick[name], values)


def test_labels_that_are_quoted_or_in_another_encoding_are_read_as_they_are(
    tmp_path: Path,
) -> None:
    path = tmp_path / "labels.csv"
    rows = "".join(f'"{who}",{i},{i * i}\n' for who in ("Größe", "b") for i in range(4))
    for encoding in ("utf-8", "latin-1"):
        path.write_bytes(("id,t,u\n" + rows).encode(encoding))
        assert takens.read_recordings(path, id="id", time="t").names == ("Größe", "b")


NAMES = st.text(
    st.sampled_from("abcxyzÄµ°[]()/_-.,;: 0123456789\"'"), min_size=1, max_size=8
).filter(lambda s: s == " ".join(s.split()) and any(c in s for c in "bcxyzÄµ°"))


@settings(max_examples=150, deadline=None)
@given(
    values=st.integers(2, 4).flatmap(
        lambda n: st.lists(
            st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=n, max_size=n),
            min_size=n + 1,
            max_size=8,
        )
    ),
    names=st.lists(NAMES, min_size=4, max_size=4, unique=True),
    delimiter=st.sampled_from(",;\t "),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
    last_line_ends=st.booleans(),
)
def test_what_is_written_is_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[list[float]],
    names: list[str],
    delimiter: str,
    quoting: int,
    newline: str,
    bom: bool,
    last_line_ends: bool,
) -> None:
    names = names[: len(values[0])]
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        quoting=quoting,  # pyright: ignore[reportArgumentType]
        lineterminator=newline,
    )
    writer.writerow(names)
    writer.writerows([map(repr, row) for row in values])
    text = buffer.getvalue() if last_line_ends else buffer.getvalue().rstrip()
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
    series = Csv().read(path, columns=names, time=None, dt=0.5)
    assert series.columns == tuple(names)
    assert listed(series.x) == values
