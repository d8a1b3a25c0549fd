"""The keys of [data] for files, each with the numbers that must come out of it."""

# pyright: reportPrivateUsage=false

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import takens
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._run.sources import Source, find_series

T: Any = np.arange(60) * 0.5
X: Any = np.round(np.column_stack((np.sin(T), 3 + np.cos(1.7 * T))), 4)


def written(path: Path, shift: float = 0, head: str = "t,x,y", before: str = "") -> Path:
    lines = [f"{before}{t:g},{a + shift:.4f},{b:.4f}" for t, (a, b) in zip(T, X, strict=True)]
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


def found(**data: Any) -> Source:
    return find_series(takens.Data(**data), 0)


def learned(source: Source) -> Recordings:
    data = source.training
    return Recordings([data]) if isinstance(data, TimeSeries) else data


def same(series: TimeSeries, x: Any) -> None:
    np.testing.assert_allclose(series.x.numpy(), x, atol=1e-12)


def test_a_file_is_split_in_halves_unless_said_otherwise(tmp_path: Path) -> None:
    file = str(written(tmp_path / "a.csv"))
    source = found(file=file)
    same(learned(source).only, X[:30])
    same(source.reference, X[30:])
    source = found(file=file, split=0.8)
    assert (len(learned(source).only), len(source.reference)) == (48, 12)
    source = found(file=file, split="20")
    same(learned(source).only, X[:40])
    assert source.reference.dt == 0.5


def test_train_is_the_older_name_of_split(tmp_path: Path) -> None:
    file = str(written(tmp_path / "a.csv"))
    with pytest.warns(DeprecationWarning, match=r"write data\.split"):
        data = takens.Data(file=file, train=0.75)
    assert len(find_series(data, 0).reference) == 15


def test_files_may_be_a_list_a_pattern_or_a_folder(tmp_path: Path) -> None:
    one, two = (written(tmp_path / f"trial{i}.csv", shift=i) for i in (2, 10))
    for file in ([str(one), str(two)], str(tmp_path / "trial*.csv"), str(tmp_path)):
        source = found(file=file, split=["trial10"])
        same(learned(source).only, np.add(X, [2, 0]))
        same(source.reference, np.add(X, [10, 0]))
    source = found(file=str(tmp_path), split=0.5)
    assert learned(source).names == ("trial2", "trial10")


def test_another_file_is_judged_against_as_a_whole(tmp_path: Path) -> None:
    file, test = (str(written(tmp_path / f"{n}.csv", shift=i)) for i, n in enumerate("ab"))
    source = found(file=file, test=test)
    same(learned(source).only, X)
    same(source.reference, np.add(X, [1, 0]))
    with pytest.raises(takens.InputError, match=r"goes without data\.split"):
        takens.Data(file=file, test=test, split=0.5)


def test_id_and_group_tell_recordings_apart(tmp_path: Path) -> None:
    rows = "".join(
        f"{who},{'old' if who == 'C' else 'new'},{t:g},{a:.4f},{b:.4f}\n"
        for who in "ABC"
        for t, (a, b) in zip(T, X, strict=True)
    )
    (tmp_path / "long.csv").write_text("who,kind,t,x,y\n" + rows)
    how: dict[str, Any] = {"file": str(tmp_path / "long.csv"), "id": "who", "group": "kind"}
    assert learned(found(**how, split=["B"])).names == ("A", "C")
    assert learned(found(**how, split=["old"])).names == ("A", "B")
    with pytest.raises(takens.InputError, match="Did you mean 'old'"):
        found(**how, split=["odl"])


def test_columns_inputs_time_and_rate(tmp_path: Path) -> None:
    file = str(written(tmp_path / "a.csv", head="clock,x,u"))
    source = found(file=file, time="clock", columns=["x"], inputs=["u"])
    only = learned(source).only
    assert (only.columns, only.dt) == (("x",), 0.5)
    assert only.inputs is not None
    same(only.inputs, X[:30, 1:])
    source = found(file=file, columns=["u"], rate="250 Hz")
    assert learned(source).only.dt == pytest.approx(0.004)
    assert learned(source).only.time_unit == "s"
    with pytest.raises(takens.InputError, match="rate is a positive number"):
        found(file=file, columns=["u"], rate="250 furlongs")
    with pytest.raises(takens.InputError, match="no column 'v'"):
        found(file=file, time="clock", columns=["v"])


def test_what_stands_for_missing_numbers_is_masked(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv")
    lines = file.read_text().splitlines()
    lines[5] = "2,-999,off"
    file.write_text("\n".join(lines))
    only = learned(found(file=str(file), missing=[-999, "off"])).only
    assert only.mask is not None
    assert (~only.mask).nonzero().tolist() == [[4, 0], [4, 1]]
    with pytest.raises(takens.InputError, match="row 6, column 'y' is 'off'"):
        found(file=str(file), missing=[-999])


def test_data_are_prepared_before_they_are_learned_from(tmp_path: Path) -> None:
    file = str(written(tmp_path / "a.csv"))
    source = found(file=file, prepare=[{"name": "difference"}])
    same(learned(source).only, np.diff(X, axis=0)[:29])
    assert source.preparations is not None
    assert any("on data as prepared: difference." in each for each in source.remarks)
    same(source.reference, np.diff(X, axis=0)[29:])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"split": 1.5}, "split is a fraction from 0 to 1"),
        ({"split": 0.05}, "leaves 3 samples to learn from"),
        ({"split": "soon"}, "times are a number"),
        ({"split": ["1"]}, "leaves no recording to learn from"),
        ({"id": "who"}, "no column 'who'"),
        ({"file": []}, "The list of files is empty"),
        ({"file": ""}, "The name of the file is empty"),
        ({"file": "nothing*.csv"}, "No file is called as in"),
        ({"test": "none.csv"}, "There is no file none.csv"),
        ({"prepare": [{"name": "diference"}]}, "Did you mean 'difference'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, data: dict[str, Any], says: str) -> None:
    file = str(written(tmp_path / "a.csv"))
    with pytest.raises(takens.InputError, match=says):
        found(**{"file": file, **data})


def with_holes(path: Path, known: Any) -> Source:
    x = np.sin(0.1 * np.arange(len(known)))
    rows = [f"{a:.6f}" if there else "" for a, there in zip(x, known, strict=True)]
    path.write_text("x,y\n" + "".join(f"{row},{i % 7}\n" for i, row in enumerate(rows)))
    return found(file=str(path), dt=0.1)


def test_samples_missing_at_random_leave_enough_to_judge_by(tmp_path: Path) -> None:
    known = np.random.default_rng(0).random(1000) > 0.2
    known[[0, 499, 500, 999]] = True
    source = with_holes(tmp_path / "a.csv", known)
    assert min(map(len, (source.reference, source.second))) == 500
    wave = np.sin(0.1 * np.arange(500, 1000))
    np.testing.assert_allclose(source.reference.x[:, 0], wave, atol=0.05)
    (said,) = [one for one in source.remarks if "filled" in one]
    assert "of 500 samples" in said
    assert not learned(source).complete


def test_a_stretch_that_is_long_enough_is_judged_by_as_it_is(tmp_path: Path) -> None:
    source = with_holes(tmp_path / "a.csv", np.arange(1000) % 200 != 150)
    assert len(source.reference) == 199
    assert not any("filled" in one for one in source.remarks)
