"""From data to a verdict, end to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import takens
from takens.cli.main import _takens  # pyright: ignore[reportPrivateUsage]

BOTH: Any = [{"name": "reservoir", "hidden_dim": 50, "members": 2}, "linear_prediction"]


@pytest.fixture(scope="module")
def series() -> takens.TimeSeries:
    t = np.arange(3_000) * 0.2
    x = np.column_stack((np.sin(t) + 0.5 * np.sin(2**0.5 * t), np.cos(t)))
    return takens.TimeSeries(t, x, ("x", "y"))


@pytest.fixture(scope="module")
def made(
    series: takens.TimeSeries, tmp_path_factory: pytest.TempPathFactory
) -> takens.Reconstruction:
    folder = tmp_path_factory.mktemp("reconstructions") / "torus"
    return takens.reconstruct(series, folder, budget="20s", recipe=BOTH)


def test_the_better_candidate_is_chosen_and_judged(made: takens.Reconstruction) -> None:
    scores = {name: found["score"] for name, found in made.candidates.items()}
    assert made.chosen == "linear_prediction"
    assert scores["linear_prediction"] < scores["reservoir"] < 1
    right = [name for name, each in made.verdict.findings.items() if each.right]
    assert {"stability", "means", "scales", "geometry", "spectrum", "prediction"} <= {*right}
    assert made.verdict.right is not False
    assert made.run.results.scores["max_lyapunov"].value == pytest.approx(0, abs=1e-3)


def test_what_is_held_out_is_not_learned_from(made: takens.Reconstruction) -> None:
    assert len(made.run.results.training) == 1_500
    assert made.examination.samples == 1_500


def test_everything_is_in_the_folder(made: takens.Reconstruction) -> None:
    names = {path.name for path in made.folder.iterdir()}
    assert names == {
        *("config.toml", "data.parquet", "report.html", "report.json", "run", "search")
    }
    told = json.loads((made.folder / "report.json").read_text())
    assert told["verdict"] == made.verdict.sentence
    assert told["chosen"] == "linear_prediction"
    page = (made.folder / "report.html").read_text()
    assert page.index(made.verdict.sentence) < page.index("<img") < page.index("was chosen")
    assert "takens.load_model(" in page


def test_the_configuration_repeats_the_run_to_the_bit(
    made: takens.Reconstruction, tmp_path: Path
) -> None:
    again = takens.run(made.folder / "config.toml", tmp_path / "again")
    for ours, theirs in zip(made.run.fit.members, again.fit.members, strict=True):
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert bool((one == other).all())


def test_the_fan_says_how_much_it_holds(made: takens.Reconstruction) -> None:
    told = made.forecast
    assert told is not None
    assert told.interval[0] <= told.coverage <= told.interval[1]
    assert told.coverage == pytest.approx(told.level, abs=0.12)
    assert float(told.known.t[-1]) == 0.0
    assert float(told.series.t[0]) == pytest.approx(0.2)
    t = 2_999 * 0.2 + told.series.t
    torch.testing.assert_close(told.series.x[:, 1], t.cos(), atol=1e-4, rtol=0)


def test_the_same_again_goes_on_and_another_is_refused(
    made: takens.Reconstruction, series: takens.TimeSeries
) -> None:
    trials = (made.folder / "search" / "trials.json").read_bytes()
    again = takens.reconstruct(series, made.folder, budget="20s", recipe=BOTH)
    assert (made.folder / "search" / "trials.json").read_bytes() == trials
    assert again.chosen == made.chosen
    with pytest.raises(takens.InputError, match="by other settings"):
        takens.reconstruct(series, made.folder, budget="20s", recipe=BOTH, seed=1)
    larger = [{"name": "reservoir", "hidden_dim": 51, "members": 2}, "linear_prediction"]
    with pytest.raises(takens.InputError, match="by other settings"):
        takens.reconstruct(series, made.folder, budget="20s", recipe=larger)


def _csv(path: Path, x: Any) -> Path:
    columns = [f"x{i}" for i in range(np.shape(x)[1])]
    np.savetxt(path, x, delimiter=",", header=",".join(columns), comments="")
    return path


def test_noise_ends_with_2_and_leaves_nothing(tmp_path: Path) -> None:
    file = _csv(tmp_path / "noise.csv", np.random.default_rng(0).normal(size=(2_000, 2)))
    out = tmp_path / "out"
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "takens", "reconstruct", str(file), "--out", str(out)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    assert "no sign of dynamics" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--budget", "soon"], "A budget is a time"),
        (["--recipe", "reservior"], "reservoir"),
        (["--search", "halfing"], "halving"),
        (["--columns", "x9"], "x9"),
    ],
)
def test_bad_options_are_refused_in_a_sentence(
    options: list[str], says: str, tmp_path: Path, series: takens.TimeSeries
) -> None:
    file = _csv(tmp_path / "torus.csv", series.x.numpy())
    out = tmp_path / "out"
    done = CliRunner().invoke(_takens, ["reconstruct", str(file), "--out", str(out), *options])
    assert isinstance(done.exception, takens.InputError)
    assert says in str(done.exception)
    assert not out.exists()


def test_one_that_was_killed_goes_on(tmp_path: Path, series: takens.TimeSeries) -> None:
    file, out = _csv(tmp_path / "torus.csv", series.x.numpy()), tmp_path / "out"
    command = [sys.executable, "-m", "takens", "reconstruct", str(file), "--out", str(out)]
    command += ["--budget", "20s", "--recipe", "linear_prediction", "--dt", "0.2"]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    trials = out / "search" / "trials.json"
    until = time.monotonic() + 300
    while not trials.exists() and first.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    known = json.loads(trials.read_text())
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    assert json.loads(trials.read_text())[: len(known)] == known
    assert (out / "report.html").exists()
