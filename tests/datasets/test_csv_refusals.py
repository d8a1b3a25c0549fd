"""Each bad file is refused in one sentence that says where and what to do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import takens
from takens_datasets import Csv

Refuse = Callable[..., str]
ROWS = "1,5\n2,3\n4,1\n9,2\n"


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    def sentence(
        text: str | bytes,
        *,
        columns: list[str] | None = None,
        time: str | None = None,
        dt: float | None = None,
    ) -> str:
        path = tmp_path / "data.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(takens.errors.DataError) as caught:
            Csv().read(path, columns=columns, time=time, dt=dt)
        message = str(caught.value)
        assert message.endswith(".")
        assert "\n" not in message
        assert not re.search(r"[.?!] [A-Z]", message), "more than one sentence"
        assert caught.value.exit_code == 2
        return message.replace(str(path), "data.csv")

    return sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t,u,v\n0,1,5\n1,,3\n2,4,1\n", "data.csv: row 3, column 'u' is empty; fill the gap"),
        ("t,u,v\n0,1,5\n1,2,\n2,4,1\n", "row 3, column 'v' is empty"),
        ("t,u,v\n0,1,5\n1,2,3\n2,4,NA\n", "row 4, column 'v' is 'NA'; fill the gap"),
        ("t,u,v\n0,1,nan\n1,2,3\n2,4,1\n", "row 2, column 'v' is 'nan'; fill the gap"),
        ("t;u\n0;1,5\n1;N/A\n2;2,5\n", "row 3, column 'u' is 'N/A'; fill the gap"),
        ("t,u\n0,1\n1,inf\n2,3\n", "row 3, column 'u' is 'inf', which is no finite number"),
        ("t,u\n0,1\n1,abc\n2,3\n", "row 3, column 'u' is 'abc', which is no finite number"),
        ("t,u\n0,1\n1,1_0\n2,3\n", "row 3, column 'u' is '1_0', which is no finite number"),
        ("t,u\n0,1\nx,2\n2,3\n", "row 3, column 't' is 'x', which is no finite number"),
        (
            't,u\n0,1\n1,"1,000"\n2,3\n',
            "'1,000', which is no finite number; write all decimals",
        ),
        ("t;u\n0;1,5\n1;1.000,5\n2;3\n" + "3;4\n" * 99, "row 2, column 'u' is '1,5'"),
        ("t;u\n" + "0;1,5\n" * 101 + "1;1.234,5\n", "row 103, column 'u' is '1.234,5'"),
        ("t,u\n0,1\n1,2024-01-01\n2,3\n", "'2024-01-01', which is no finite number; name the"),
        ("# a\n\nt,u\n# b\n0,1\n1,x\n2,3\n", "row 6, column 'u' is 'x'"),
        ('t,"u\nin m"\n0,1\n1,x\n2,3\n', "row 4, column 'u in m' is 'x'"),
        ("t,u\n0,1\n1," + "x" * 90 + "\n2,3\n", f"'{'x' * 40}...', which is no"),
        ("t,u\n0,1\n1,2,3\n2,3\n", "row 3 has 3 fields where the header has 2"),
        ("t,u\n0,1\n1,2\n2\n", "row 4 has 1 field where the header has 2"),
        ("t u\n0 1\n1 2\n2\n", "row 4 has 1 field where the header has 2"),
        ("0,1\n1,2\n2\n", "row 3 has 1 field where the first row has 2"),
        ("t,u,v\n0,1\n1,2\n2,4\n", "row 2 has 2 fields where the header has 3"),
        ("t,u,v\n0\n1\n2\n", "row 2 has 1 field where the header has 3"),
        ("t,u\n0,1\n\n1,2\n2,4\n", "row 3 is blank, with more rows below"),
        ('t,u\n0,"1\n1,2\n2,4\n', "row 2 cannot be split into fields; a quote is not closed"),
        ('t,u\n0,1\n1,"2"2\n2,4\n', "row 3 cannot be split into fields; a quote is not closed"),
    ],
)
def test_fields_and_rows(refuse: Refuse, text: str, expected: str) -> None:
    assert expected in refuse(text, time="x1" if text.startswith("0") else "t")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (
            "0 1 2 5 6 7",
            "row 5, column 't' jumps from 2 to 5 where the step is 1, so 2 rows are",
        ),
        ("0 1 2 4 5 6", "row 5, column 't' jumps from 2 to 4 where the step is 1, so 1 row is"),
        ("0.00 0.01 0.02 0.04 0.05", "row 5, column 't' jumps from 0.02 to 0.04"),
        ("0 1 2 2 3 4", "row 5, column 't' is 2, which does not come after 2"),
        ("0 1 3 2 4 5", "row 5, column 't' is 2, which does not come after 3"),
        ("0 1 2 3.2 4 5", "row 5, column 't' is 3.2, a step of 1.2 where the median step is 1"),
        ("0 1 2 4.6 5.6 6.6", "row 5, column 't' is 4.6, a step of 2.6 where the median step"),
    ],
)
def test_times(refuse: Refuse, times: str, expected: str) -> None:
    rows = "".join(f"{t},{i**2}\n" for i, t in enumerate(times.split()))
    assert expected in refuse("t,u\n" + rows, time="t")


def test_dates(refuse: Refuse) -> None:
    days = [1, 2, 3, 5, 6, 7]
    rows = "".join(f"2024-01-{day:02},{day**2}\n" for day in days)
    message = refuse("when,u\n" + rows, time="when")
    assert "row 5, column 'when' (in d since the first) jumps from 2 to 4" in message
    broken = rows.replace("2024-01-03", "yesterday")
    expected = "row 4, column 'when' is 'yesterday', which is no date"
    assert expected in refuse("when,u\n" + broken, time="when")
    missing = rows.replace("2024-01-03", "NA")
    assert "row 4, column 'when' is 'NA'; fill" in refuse("when,u\n" + missing, time="when")


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        (
            "u,v\n" + ROWS,
            {},
            "data.csv: the times of the samples are not known; name the column",
        ),
        (
            "Time,v\n" + ROWS,
            {},
            "row 5, column 'Time' is 9, a step of 5 where the median step is 2",
        ),
        ("u,v\n" + ROWS, {"dt": 0.0}, "dt is a positive sampling interval; got 0.0"),
        ("u,v\n" + ROWS, {"dt": float("nan")}, "dt is a positive sampling interval; got nan"),
        ("u,u\n" + ROWS, {"dt": 1.0}, "columns 1 and 2 are both called 'u'; rename one."),
        ("u,v\n" + ROWS, {"time": "t"}, "data.csv has no column 't'; it has 'u', 'v'."),
        ("uvel,v\n" + ROWS, {"dt": 1.0, "columns": ["uvle"]}, "(did you mean 'uvel'?); it has"),
        (ROWS, {"dt": 1.0, "columns": ["u"]}, "it has 'x1', 'x2'; its first row is no header."),
        ("u,v\n" + ROWS, {"dt": 1.0, "columns": []}, "the list of columns is empty"),
        (
            "u,v\n" + ROWS,
            {"dt": 1.0, "columns": ["u", "u"]},
            "column 'u' is a variable already",
        ),
        ("u,v\n" + ROWS, {"time": "u", "columns": ["u"]}, "column 'u' is the time already"),
        ("t\n0\n1\n2\n", {"time": "t"}, "data.csv has no columns beside the times 't'"),
        (
            "t,u\n0,1\n1,5\n2,2\n",
            {"dt": 1.0},
            "column 't' rises in equal steps, as a time or a",
        ),
        (
            "t,u\n0,1\n1,5\n2,2\n",
            {"time": "t", "dt": 0.5},
            "steps of column 't' are 1, but dt =",
        ),
        ("u,v\n", {"dt": 1.0}, "data.csv has a header and no rows of numbers below it."),
        ("# u,v\n", {"dt": 1.0}, "data.csv has no rows of numbers, only comments."),
        ("u,v\n1,5\n3,2\n", {"dt": 1.0}, "too few samples, 2 for 2 variables; at least 3 are"),
        ("u,v,w\n1,5,2\n3,2,1\n1,1,1\n", {"dt": 1.0}, "3 for 3 variables; at least 4 are"),
        ("u\n1\n", {"dt": 1.0}, "too few samples, 1 for 1 variable; at least 3 are"),
        ("", {"dt": 1.0}, "data.csv is empty"),
        (" \r\n\n", {"dt": 1.0}, "data.csv is empty"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            {"dt": 1.0},
            "data.csv is binary, not a table",
        ),
        (b"PK\x03\x04\x14\x00\x06\x00", {"dt": 1.0}, "is binary (perhaps a spreadsheet)"),
    ],
)
def test_choices_and_whole_files(
    refuse: Refuse, text: str | bytes, chosen: dict[str, object], expected: str
) -> None:
    assert expected in refuse(text, **chosen)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("folder.csv", "folder.csv is a folder; name a file in it."),
        ("lorens.csv", "There is no file {}/lorens.csv (did you mean 'lorenz.csv'?)."),
        ("nowhere/a.csv", "There is no file {0}/nowhere/a.csv, nor a folder {0}/nowhere."),
        ("a" * 300 + ".csv", "cannot be read: File name too long."),
    ],
)
def test_paths(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "lorenz.csv").write_text("u,v\n" + ROWS)
    with pytest.raises(takens.errors.DataError) as caught:
        Csv().read(tmp_path / name, columns=None, time=None, dt=1.0)
    assert expected.format(tmp_path) in str(caught.value)
