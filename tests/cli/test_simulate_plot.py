"""``takens simulate --plot``, and the starts that it takes."""

import io
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib.image
import numpy as np
import pytest

import takens as library

Takens: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--steps", "60")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pictures_stand_beside_the_file(takens: Takens, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    done = takens("simulate", "lorenz63", *SHORT, "--out", "runs/a.b.csv", "--plot")
    assert done.returncode == 0, done.stderr
    written = ["a.b-phase_portrait.png", "a.b-trajectories.png", "a.b-vector_field.png"]
    assert names(tmp_path / "runs") == [*written, "a.b.csv"]
    for name in written:
        assert name in done.stderr
        data = (tmp_path / "runs" / name).read_bytes()
        assert matplotlib.image.imread(io.BytesIO(data)).shape[1] == 1050


def test_pictures_alone_are_called_after_the_system(takens: Takens, tmp_path: Path) -> None:
    assert takens("simulate", "systems:henon", *SHORT, "--plot").returncode == 0
    assert names(tmp_path) == ["henon-phase_portrait.png", "henon-trajectories.png"]


def test_no_picture_where_none_is_asked_for(takens: Takens, tmp_path: Path) -> None:
    assert takens("simulate", "henon", *SHORT, "--out", "a.npy").returncode == 0
    assert names(tmp_path) == ["a.npy"]


def test_given_starts_are_the_first_samples(takens: Takens, tmp_path: Path) -> None:
    done = takens(
        "simulate", "pendulum", *SHORT, "--initial", "-1,0; 2,.5;0,0", "--out", "a.npz"
    )
    assert done.returncode == 0, done.stderr
    assert "3 trajectories of 60 samples" in done.stderr
    x = np.load(tmp_path / "a.npz")["x"]
    assert x.shape == (3, 60, 2)
    np.testing.assert_array_equal(x[:, 0], [[-1, 0], [2, 0.5], [0, 0]])
    assert (
        takens("simulate", "pendulum", *SHORT, "--initial=1,0", "--out", "b.csv").stdout == ""
    )
    table = np.loadtxt(tmp_path / "b.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table[0], [0, 1, 0])


def test_trajectories_and_transient(takens: Takens, tmp_path: Path) -> None:
    many = ("simulate", "lorenz63", *SHORT, "--trajectories", "2", "--out")
    assert takens(*many, "a.npy").returncode == 0
    assert takens(*many, "b.npy", "--transient", "0").returncode == 0
    a, b = np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy")
    assert a.shape == b.shape == (2, 60, 3)
    start = library.systems.create("lorenz63").initial()
    np.testing.assert_allclose(b[:, 0], np.broadcast_to(start, (2, 3)), rtol=0.1, atol=0.1)
    assert np.abs(a[:, 0] - start).max() > 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--initial", "1,0,0"], "takes states of 2 finite numbers each"),
        (["--initial", "1,0;2"], "as in \"1,2;1,2\"; got '1,0;2'"),
        (["--initial", "1,x"], "finite numbers each"),
        (["--initial", "1,nan"], "finite numbers each"),
        (["--initial", ""], "finite numbers each"),
        (["--initial", "1,0", "--trajectories", "2"], "exclude each other"),
        (["--trajectories", "0"], "trajectories is at least 1; got 0"),
        (["--trajectories", "two"], "not a valid integer"),
        (["--transient", "-1"], "transient is a number of samples"),
        (["--trajectories", "2", "--out", "a.csv"], "a table, which holds one trajectory"),
        (["--out", "a.xls"], "must end in .csv, .npy, .npz"),
        (["--out", "none/a.npz"], "Cannot write none/a.npz"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_gets_one_sentence_and_writes_nothing(
    takens: Takens, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    refused = takens("simulate", "pendulum", *SHORT, "--plot", *arguments)
    assert refused.returncode == 2, refused.stderr
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not names(tmp_path)


def test_without_a_file_and_without_pictures_there_is_nothing_to_do(takens: Takens) -> None:
    refused = takens("simulate", "pendulum")
    assert refused.returncode == 2
    assert "Missing option '--out'" in refused.stderr
    assert "--plot" in refused.stderr


def test_a_portrait_that_fails_is_left_out_with_a_warning(
    takens: Takens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from takens_figures import PhasePortrait

    def fail(*_: Any) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(PhasePortrait, "draw", fail)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        done = takens("simulate", "henon", *SHORT, "--plot")
    # The others are drawn; what was asked for is not all done.
    assert done.returncode == 1, done.stderr
    told = "portrait 'phase_portrait' of plugin 'figures' (takens 0.1.0) is left out"
    assert f"{told}: RuntimeError: no ink." in done.stderr
    assert names(tmp_path) == ["henon-trajectories.png"]
