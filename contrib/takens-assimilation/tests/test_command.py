"""``takens assimilate``, and the example of the README."""

# torch leaves some of its types open.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import takens
from takens.cli import main

README = Path(__file__).parents[1] / "README.md"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["assimilate", *map(str, arguments)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.fixture
def files(tmp_path: Path) -> Path:
    lorenz = takens.systems.create("lorenz63")
    series = takens.simulate(lorenz, dt=0.1, steps=300, seed=3, integrator="tsit5")
    x = series.x.numpy()
    y = x[:, 0] + torch.randn(300, generator=torch.Generator().manual_seed(0)).numpy()
    rows = [f"{t:.6g},{'' if i % 7 == 3 else y[i]}" for i, t in enumerate(series.t.tolist())]
    (tmp_path / "seen.csv").write_text("t,north\n" + "\n".join(rows) + "\n")
    np.savez(tmp_path / "truth.npz", t=series.t.numpy(), x=x)
    return tmp_path


def test_it_filters_a_file_with_gaps(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(
        "lorenz63", "--observations", files / "seen.csv", "--observed", "x1=north", "--noise",
        "1", "--truth", files / "truth.npz", "--after", "5", "--out", files / "out.csv",
        "--json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"]["rmse"] < 1.5
    assert found["innovations"]["x1"]["count"] == 214
    assert found["rank_histogram"]["p_value"] > 1e-3
    table = np.genfromtxt(files / "out.csv", delimiter=",", names=True)
    assert table.dtype.names == ("t", "x1", "x2", "x3", "x1_spread", "x2_spread", "x3_spread")
    assert len(table) == 300
    assert table["x1_spread"].mean() < 1
    for name in ("out-filter.png", "out-ranks.png"):
        assert (files / name).read_bytes().startswith(b"\x89PNG")


def test_it_writes_everything_to_npz_and_takes_a_checkpoint(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = takens.simulate(takens.systems.create("lorenz63"), dt=0.1, steps=500)
    series = takens.TimeSeries(series.t, series.x, ("north", "up", "west"))
    model = takens.fit(
        takens.models.create("linear_autoregression", obs_dim=3),
        series,
        takens.schemes.create("closed_form"),
    ).model
    takens.save_model(model, files / "model.pt")
    code = run(
        files / "model.pt", "--observations", files / "seen.csv", "--observed", "north",
        "--noise", "1", "--model-noise", "1", "--members", "20", "--out", files / "out.npz",
    )  # fmt: skip
    assert code == 0, capsys.readouterr().err
    with np.load(files / "out.npz") as found:
        assert found["ensemble"].shape == (300, 20, 3)
        assert found["columns"].tolist() == ["north", "up", "west"]
        np.testing.assert_allclose(found["mean"], found["ensemble"].mean(1))
    assert "innovations" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--observed", "north"], "no variable 'north'"),
        (["--observed", "x1"], "no column 'x1'; it has t, north"),
        (["--observed", "x1=north", "--noise", "a"], "--noise takes numbers"),
        (["--observed", "x1=north", "--time", "hour"], "no column 'hour'"),
        (["--observed", "x1=north", "--out", "x.txt"], "must end in"),
        (["--observed", "x1=north", "--set", "rho"], "--set takes NAME=VALUE"),
        (["--observed", "x1=north", "--inflation", "much"], "--inflation takes numbers"),
        (["--observed", "x1=north", "--out", "no/such/x.npz"], "Cannot write"),
    ],
)
def test_wrong_input_is_one_sentence(
    files: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--noise" not in arguments:
        arguments = [*arguments, "--noise", "1"]
    assert run("lorenz63", "--observations", files / "seen.csv", *arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert len(said.splitlines()) == 1


def test_few_observations_are_filtered_though_not_judged(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "seen.csv").write_text("t,north\n" + "".join(f"{i / 10},1\n" for i in range(9)))
    code = run(
        "lorenz63", "--observations", files / "seen.csv", "--observed", "x1=north", "--noise",
        "1", "--out", files / "out.csv", "--json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rank_histogram"] is None
    assert found["sentences"] == ["A rank histogram needs 20 cases or more; got 9."]
    assert sorted(Path(path).name for path in found["files"]) == ["out-filter.png", "out.csv"]
    assert not (files / "out-ranks.png").exists()


def test_a_run_that_is_not_there_is_no_system(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--observations", files / "seen.csv", "--observed", "x1=north", "--noise", "1")
    assert run("runs/mine", *given) == 2
    assert capsys.readouterr().err == "takens: There is no run or checkpoint runs/mine.\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("t,north\n0,1\n1\n", "row 3 has 1 fields"),
        ("t,north\n0,1\n1,warm\n", "holds 'warm', which is no number"),
        ("t,north\n0,1\n0,2\n", "Times of observations"),
        ("", "no table"),
    ],
)
def test_a_broken_file_is_one_sentence(
    files: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "seen.csv").write_text(content)
    given = ("--observations", files / "seen.csv", "--observed", "x1=north", "--noise", "1")
    assert run("lorenz63", *given) == 2
    assert message in capsys.readouterr().err


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert "0.8" in capsys.readouterr().out
