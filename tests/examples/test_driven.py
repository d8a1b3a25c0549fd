"""The driven jobs: data with inputs, from files to a report, and judged again."""

import runpy
import shutil
import sys
from pathlib import Path

import pytest

import takens
from takens._run.reading import read_configuration

ROOT = Path(__file__).parents[2]
CHANGES = (
    "training.steps=3",
    "judge.runs=2",
    "judge.starts=2",
    'judge.metrics=["state_space_divergence", {name="max_lyapunov", steps=20, transient=2}]',
)


@pytest.mark.parametrize("job", ["driven_duffing", "driven_cell"])
def test_a_driven_job_learns_and_is_judged_under_another_drive(
    job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["driven.py", "--folder", str(tmp_path), "--samples", "1200"]
    monkeypatch.setattr(sys, "argv", given)
    runpy.run_path(str(ROOT / "examples" / "driven.py"), run_name="__main__")
    shutil.copy(ROOT / "examples" / f"{job}.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    run = takens.run(read_configuration(tmp_path / f"{job}.toml", CHANGES), tmp_path / "out")
    assert run.fit.model.inputs == (("force",) if job == "driven_duffing" else ("stimulus",))
    for name in ("state_space_divergence", "max_lyapunov"):
        assert run.results.scores[name].value is not None
    assert (tmp_path / "out" / "report.html").is_file()
    fresh = takens.read_recordings(
        tmp_path / f"{job}_unseen.csv", time="t", inputs=list(run.fit.model.inputs)
    )
    scores = takens.evaluate(tmp_path / "out", fresh, ["state_space_divergence"], runs=2)
    assert scores["state_space_divergence"].value is not None
