"""The readers of NPY and NPZ."""

import io
import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens_datasets import Npy, Npz

X = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 1.0], [9.0, 2.0]])
T = np.array([0.0, 0.5, 1.0, 1.5])


class Trap:
    """An object that leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self.path), "w"))


def listed(x: torch.Tensor) -> object:
    return x.numpy().tolist()


def npy(path: Path, array: Any, **chosen: Any) -> takens.TimeSeries:
    np.save(path / "a.npy", array)
    options: dict[str, Any] = {"columns": None, "time": None, "dt": 1.0}
    return Npy().read(path / "a.npy", **(options | chosen))


def npz(path: Path, arrays: dict[str, Any], **chosen: Any) -> takens.TimeSeries:
    np.savez(path / "a.npz", **arrays)
    options: dict[str, Any] = {"columns": None, "time": None, "dt": None}
    return Npz().read(path / "a.npz", **(options | chosen))


def sentence(caught: pytest.ExceptionInfo[takens.errors.DataError]) -> str:
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert not re.search(r"[.?!] [A-Z]", message), "more than one sentence"
    return message


@pytest.mark.parametrize(("name", "reader"), [("npy", Npy()), ("npz", Npz())])
def test_they_are_datasets_that_the_registry_makes(
    name: str, reader: takens.plugin.Dataset
) -> None:
    assert takens.create("dataset", name) == reader
    assert isinstance(reader, takens.plugin.Dataset)
    assert reader.suffixes == (f".{name}",)


def test_npy_of_time_by_variables(tmp_path: Path) -> None:
    series = npy(tmp_path, X, dt=0.5)
    assert series.columns == ("x1", "x2")
    assert listed(series.x) == X.tolist()
    assert listed(series.t) == T.tolist()
    assert series.x.dtype == series.t.dtype == torch.float64


def test_npy_of_one_variable(tmp_path: Path) -> None:
    assert listed(npy(tmp_path, X[:, 0]).x) == X[:, :1].tolist()


def test_npy_of_trajectories(tmp_path: Path) -> None:
    both = np.stack([X, -X])
    series = npy(tmp_path, both, columns=["x2"])
    assert listed(series.x) == both[..., 1:].tolist()
    assert len(series) == 4


def test_npy_with_a_column_of_times(tmp_path: Path) -> None:
    series = npy(tmp_path, np.column_stack([X[:, 0], T, X[:, 1]]), time="x2", dt=None)
    assert series.columns == ("x1", "x3")
    assert listed(series.x) == X.tolist()
    assert listed(series.t) == T.tolist()


@pytest.mark.parametrize("dtype", ["f4", ">f4", ">f8", "f2", "i4", "u1", "g"])
def test_numbers_of_other_types_keep_their_value(tmp_path: Path, dtype: str) -> None:
    array = np.array([[1.1, 200.0], [3.3, 4.4], [2.2, 7.7]]).astype(dtype)
    assert np.array_equal(npy(tmp_path, array).x.numpy(), array.astype(np.float64))


def test_orders_of_memory_do_not_matter(tmp_path: Path) -> None:
    assert listed(npy(tmp_path, np.asfortranarray(X)).x) == X.tolist()


@pytest.mark.parametrize(
    ("array", "chosen", "expected"),
    [
        (np.array([[1, 2], [3, np.nan], [2, 2]]), {}, "index 1, column 'x2' is nan, a gap"),
        (np.array([[1, 2], [3, 1], [-np.inf, 2]]), {}, "index 2, column 'x1' is -inf, a gap"),
        (np.stack([X, X * [1, np.nan]]), {}, "trajectory 1, index 0, column 'x2' is nan"),
        (X.T, {}, "too few samples, 2 for 4 variables; at least 5 are needed"),
        (X[:2, 0], {}, "too few samples, 2 for 1 variable; at least 3 are needed"),
        (np.float64(3), {}, "has the shape (); a series is (time,), (time, variables) or"),
        (np.zeros((2, 2, 2, 2)), {}, "has the shape (2, 2, 2, 2); a series is"),
        (np.zeros((0, 3)), {}, "has the shape (0, 3); a series is"),
        (X + 1j, {}, "holds complex numbers (complex128); a series is made of real numbers"),
        (X > 1, {}, "holds truth values (bool)"),
        (X.astype(str), {}, "holds text (<U32)"),
        (np.zeros(3, [("x", float)]), {}, "holds records"),
        (X, {"dt": None}, "the times of the samples are not known"),
        (X, {"columns": ["x"]}, "'x1', 'x2'; the columns of an array are counted from x1."),
        (np.column_stack([T, X]), {}, "column 'x1' rises in equal steps, as a time or a row"),
        (
            np.column_stack([T**2, X]),
            {"time": "x1"},
            "index 3, column 'x1' is 2.25, a step of 1.25",
        ),
        (
            np.stack([X, X]),
            {"time": "x1"},
            "holds 2 trajectories, whose times cannot be a column",
        ),
    ],
)
def test_npy_that_cannot_be_used(
    tmp_path: Path, array: Any, chosen: dict[str, Any], expected: str
) -> None:
    with pytest.raises(takens.errors.DataError) as caught:
        npy(tmp_path, array, **chosen)
    assert expected in sentence(caught)
    assert "a.npy" in sentence(caught)


def test_gaps_in_other_columns_do_not_matter(tmp_path: Path) -> None:
    array = np.column_stack([X, np.full(4, np.nan)])
    assert listed(npy(tmp_path, array, columns=["x1", "x2"]).x) == X.tolist()


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    objects = np.array([Trap(trap)] * 3, dtype=object)
    for save, reader in ((np.save, Npy()), (np.savez, Npz())):
        path = tmp_path / f"o{reader.suffixes[0]}"
        save(path, objects)
        with pytest.raises(
            takens.errors.DataError, match="pickled Python objects, which are never"
        ):
            reader.read(path, columns=None, time=None, dt=1.0)
        with path.open("wb") as file:
            pickle.dump(Trap(trap), file)
        with pytest.raises(takens.errors.DataError, match="whatever its name"):
            reader.read(path, columns=None, time=None, dt=1.0)
    assert not trap.exists()


@pytest.mark.parametrize("keep", [7, 60, -1])
def test_npy_that_is_cut_short(tmp_path: Path, keep: int) -> None:
    np.save(tmp_path / "a.npy", X)
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(whole[:keep])
    with pytest.raises(takens.errors.DataError, match="may be damaged or cut short") as caught:
        Npy().read(tmp_path / "a.npy", columns=None, time=None, dt=1.0)
    sentence(caught)


def test_npy_that_claims_to_be_enormous(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (1 << 58,)}
    np.lib.format.write_array_header_1_0(buffer, header)
    (tmp_path / "a.npy").write_bytes(buffer.getvalue())
    with pytest.raises(takens.errors.DataError, match="may be damaged or cut short"):
        Npy().read(tmp_path / "a.npy", columns=None, time=None, dt=1.0)


@pytest.mark.parametrize("content", [b"", b"u,v\n1,2\n"])
@pytest.mark.parametrize("reader", [Npy(), Npz()])
def test_files_of_another_kind(
    tmp_path: Path, reader: takens.plugin.Dataset, content: bytes
) -> None:
    path = tmp_path / f"a{reader.suffixes[0]}"
    path.write_bytes(content)
    with pytest.raises(
        takens.errors.DataError, match="whatever its name" if content else "is empty"
    ):
        reader.read(path, columns=None, time=None, dt=1.0)
    with pytest.raises(takens.errors.DataError, match="is a folder"):
        reader.read(tmp_path, columns=None, time=None, dt=1.0)
    with pytest.raises(takens.errors.DataError, match="There is no file"):
        reader.read(tmp_path / "b.npy", columns=None, time=None, dt=1.0)


def test_npz_of_a_matrix_with_times_and_names(tmp_path: Path) -> None:
    arrays = {"x": X, "t": T, "columns": ["u", "v"], "time_unit": "s", "meta": {"a": 1}}
    series = npz(tmp_path, arrays)
    assert series.columns == ("u", "v")
    assert listed(series.x) == X.tolist()
    assert listed(series.t) == T.tolist()
    assert series.time_unit == "s"
    assert listed(npz(tmp_path, arrays, columns=["v"]).x) == X[:, 1:].tolist()
    assert listed(npz(tmp_path, arrays, dt=0.5).t) == T.tolist()


def test_npz_of_trajectories(tmp_path: Path) -> None:
    series = npz(tmp_path, {"x": np.stack([X, -X]), "t": T})
    assert series.x.shape == (2, 4, 2)
    assert series.columns == ("x1", "x2")


def test_npz_of_columns(tmp_path: Path) -> None:
    arrays = {"u": X[:, 0].astype(int), "clock": T, "v": X[:, 1], "rho": 28.0}
    series = npz(tmp_path, arrays, time="clock")
    assert series.columns == ("u", "v")
    assert listed(series.x) == X.tolist()
    assert listed(series.t) == T.tolist()
    assert npz(tmp_path, {"t": T, "x": X[:, 0]}).columns == ("x",)
    assert listed(npz(tmp_path, {"x": X[:, 0]}, dt=0.5).t) == T.tolist()


def test_npz_arrays_that_are_not_asked_for_may_hold_anything(tmp_path: Path) -> None:
    arrays = {"u": X[:, 0], "v": X[:, 1], "label": ["a"] * 4, "meta": {"a": 1}, "w": X[:2]}
    series = npz(tmp_path, arrays, columns=["u", "v"], dt=0.5)
    assert listed(series.x) == X.tolist()


def test_times_in_single_precision_are_put_back_on_their_grid(tmp_path: Path) -> None:
    t = (np.arange(100_000) * 0.01).astype(np.float32)
    assert np.abs(np.diff(t.astype(np.float64)) - 0.01).max() > 1e-3 * 0.01
    series = npz(tmp_path, {"x": np.sin(t)[:, None], "t": t})
    assert series.dt == pytest.approx(0.01, rel=1e-6)
    assert float(series.t.diff().max() - series.t.diff().min()) < 1e-9


@pytest.mark.parametrize(
    ("arrays", "chosen", "expected"),
    [
        ({"x": X}, {}, "the times of the samples are not known"),
        (
            {"x": X, "t": T},
            {"dt": 0.1},
            "the steps of array 't' are 0.5, but dt = 0.1 was given",
        ),
        ({"x": X, "t": T[:3]}, {}, "array 't' has the shape (3,); 4 samples have times of"),
        (
            {"x": X, "t": T**2},
            {},
            "index 3, array 't' is 2.25, a step of 1.25 where the median",
        ),
        ({"x": X, "t": T * np.nan}, {}, "index 0, column 't' is nan, a gap"),
        ({"x": X, "t": T, "columns": ["u"]}, {}, "array 'x' has the shape (4, 2) and 1 names"),
        ({"x": X, "t": T, "columns": ["u", "u"]}, {}, "columns 1 and 2 are both called 'u'"),
        ({"x": X[None, None], "t": T}, {}, "array 'x' has the shape (1, 1, 4, 2) and 2 names"),
        ({"x": X.astype(str), "t": T}, {}, "array 'x1' holds text (<U32)"),
        ({"x": X, "t": T.astype("M8[s]")}, {}, "array 't' (in s since the first) is 0, which"),
        (
            {"u": T**2, "v": T[:3]},
            {"dt": 1.0},
            "array 'v' has the shape (3,) where (4,) of 'u'",
        ),
        ({"u": T**2, "v": X * np.nan}, {"dt": 1.0}, "array 'v' has the shape (4, 2) where"),
        ({"u": 3.0, "v": T}, {"dt": 1.0, "columns": ["u"]}, "has no column 'u'; it has 'v'"),
        ({"u": T**2}, {"dt": 1.0, "columns": ["w"]}, "has no column 'w'; it has 'u'."),
        ({"u": [None] * 4}, {"dt": 1.0}, "array 'u' holds pickled Python objects"),
        (
            {"u": X[:, 0], "v": X[:, 1] * np.nan},
            {"dt": 1.0},
            "index 0, column 'v' is nan, a gap",
        ),
        ({"u": T, "v": T**2}, {"dt": 1.0}, "column 'u' rises in equal steps"),
        ({"rho": 28.0}, {"dt": 1.0}, "has no columns; a series has at least one"),
    ],
)
def test_npz_that_cannot_be_used(
    tmp_path: Path, arrays: dict[str, Any], chosen: dict[str, Any], expected: str
) -> None:
    with pytest.raises(takens.errors.DataError) as caught:
        npz(tmp_path, arrays, **chosen)
    assert expected in sentence(caught)
    assert "a.npz" in sentence(caught)


@pytest.mark.parametrize("name", ["", "id", "group"])
@pytest.mark.parametrize("x", [X[:, 0], X, np.stack((X, X)), X[:0]], ids=np.shape)
@pytest.mark.parametrize(
    "labels",
    [
        np.array("a"),
        np.zeros((0, 3), "U5"),
        np.array([["a", "b"]] * 4),
        np.array("2024-01-01", "M8[s]"),
        np.array([], "M8[s]"),
        np.zeros((4, 2), "M8[s]"),
    ],
    ids=repr,
)
def test_times_and_labels_of_another_shape(
    tmp_path: Path, name: str, x: Any, labels: Any
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=x, t=labels)
    given: dict[str, Any] = {name: "t", "dt": 0.1} if name else {}
    with pytest.raises(takens.errors.DataError) as caught:
        takens.read_recordings(path, **given)
    assert "a.npz" in sentence(caught)


@pytest.mark.parametrize("where", [0.3, 0.9])
def test_npz_that_is_damaged(tmp_path: Path, where: float) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).standard_normal((50, 2)))
    whole = path.read_bytes()
    at = int(where * len(whole))
    for broken in (whole[:at], whole[:at] + bytes(8) + whole[at + 8 :]):
        path.write_bytes(broken)
        with pytest.raises(
            takens.errors.DataError, match="may be damaged or cut short"
        ) as caught:
            Npz().read(path, columns=None, time=None, dt=1.0)
        sentence(caught)


@pytest.mark.parametrize(
    "header", ["{'descr': '<f8', (", "'" * 80, "[" * 80, "{'shape': (3,)}", "1 +", "\x00" * 8]
)
def test_headers_that_are_damaged(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.arange(30.0).reshape(10, 3))
    whole = path.read_bytes()
    damaged = whole[:10] + header.encode().ljust(118) + whole[128:]
    path.write_bytes(damaged)
    for reader in (Npy(), Npz()):
        with pytest.raises(takens.errors.DataError, match="may be damaged or cut short"):
            reader.read(path, columns=None, time=None, dt=1.0)
        with zipfile.ZipFile(path := tmp_path / "a.npz", "w") as archive:
            archive.writestr("x.npy", damaged)


@pytest.mark.parametrize("unit", [3.0, ["s", "s"], np.datetime64(0, "s"), b"s"])
def test_a_unit_is_a_text(tmp_path: Path, unit: Any) -> None:
    with pytest.raises(takens.errors.DataError, match="a unit is one text"):
        npz(tmp_path, {"x": X, "t": T, "time_unit": np.asarray(unit)})


def test_npz_that_holds_other_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(takens.errors.DataError, match="has no columns"):
        Npz().read(tmp_path / "a.npz", columns=None, time=None, dt=1.0)
