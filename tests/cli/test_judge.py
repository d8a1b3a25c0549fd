"""A stored model, judged against a file."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Takens: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(takens: Takens, small: Path) -> Path:
    """A model that learned too little to be right, and fresh data beside it."""
    assert takens("run", small, "--out", "run").returncode == 0
    made = takens(
        "simulate", "lorenz63", "--dt", "0.02", "--steps", "1500", "--out", "fresh.csv"
    )
    assert made.returncode == 0
    return small.parent


def test_a_bad_model_is_refused_by_the_exit_code(takens: Takens, folder: Path) -> None:
    done = takens("judge", "run", "--against", "fresh.csv", "--time", "t", "--runs", "2")
    assert done.returncode == 1, done.stderr
    assert "The reconstruction is wrong" in done.stdout
    assert "Geometry: wrong, state_space_divergence" in done.stdout
    for name in ("state_space_divergence", "prediction_error", "lyapunov_from_data"):
        assert name in done.stdout


def test_only_the_aspects_that_were_named_decide(takens: Takens, folder: Path) -> None:
    judge = ("judge", "run", "--against", "fresh.csv", "--time", "t", "--runs", "2", "--json")
    done = takens(*judge, "--fail-on", "stability")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["right"] is True
    assert found["aspects"]["stability"]["right"] is True
    assert found["aspects"]["geometry"]["right"] is False
    simple = found["scores"]["state_space_divergence"]["baselines"]
    assert set(simple) == {"phase_randomised", "autoregressive"}
    assert takens(*judge, "--fail-on", "stability,geometry").returncode == 1


def test_a_checkpoint_alone_is_judged_by_the_usual_metrics(
    takens: Takens, folder: Path
) -> None:
    done = takens(
        "judge", "run/checkpoint.pt", "--against", "fresh.csv", "--time", "t",
        "--metric", "sliced_wasserstein", "--runs", "2", "--json",
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr
    assert list(json.loads(done.stdout)["scores"]) == ["sliced_wasserstein"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--fail-on", "geometri"),
            "names 'geometri', of which no metric speaks. Did you mean",
        ),
        (("--fail-on", "geometri"), "Did you mean 'geometry'?"),
        (
            ("--metric", "mase", "--fail-on", "spectrum"),
            "Those of mase speak of prediction;",
        ),
        (("--metric", "nothing"), "nothing"),
        (("--dt", "0.5"), "trained at an interval of 0.02"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    takens: Takens, folder: Path, options: tuple[str, ...], sentence: str
) -> None:
    columns = ("--columns", "x1,x2,x3", "--runs", "2")
    time = () if "--dt" in options else ("--time", "t")
    done = takens("judge", "run", "--against", "fresh.csv", *columns, *time, *options)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_run_that_is_none_is_refused(takens: Takens, tmp_path: Path) -> None:
    done = takens("judge", "nowhere", "--against", "fresh.csv")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_the_report_begins_with_the_verdict(folder: Path) -> None:
    html = (folder / "run" / "report.html").read_text()
    lead = html[html.index('<div class="lead">') :][:200]
    assert lead.split("\n")[1].startswith("<p><strong>The reconstruction is wrong")


def test_a_stored_model_is_judged_by_its_exit_code(takens: Takens, folder: Path) -> None:
    judge = ("judge", "run", "--against", "fresh.csv", "--time", "t")
    for options, code in (
        (("--metric", "state_space_divergence"), 1),
        (("--metric", "state_space_divergence", "--fail-on", "stability"), 0),
        # Eight runs of a few hundred do not tell a share of 0.1 % from none.
        (
            (
                *("--metric", "state_space_divergence", "--fail-on", "stability"),
                *("--tolerance", "shares=0.001", "--level", "1e-9"),
            ),
            3,
        ),
        (("--metric", "smape"), 3),
        (("--metric", "smape", "--metric", "state_space_divergence"), 1),
        (("--metric", "smape", "--fail-on", "prediction"), 3),
        (("--metric", "max_lyapunov"), 3),
        (("--metric", "smape", "--level", "0.7"), 2),
        (("--metric", "state_space_divergence", "--fail-on", "spectrum"), 2),
        (("--tolerance", "means"), 2),
    ):
        done = takens(*judge, *options, "--json")
        assert done.returncode == code, (options, done.stdout, done.stderr)
        if code != 2:
            assert json.loads(done.stdout)["right"] is (code == 0)
