"""The jobs for public recordings run as they are, once the files are there."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import takens
from takens._run.reading import read_configuration

ROOT = Path(__file__).parents[2]
FILES = {
    "electrocardiogram": (("ECG_pecuzal_5d_train.npy", "ECG_pecuzal_5d_test.npy"), 5),
    "electroencephalogram": (("EEG_train.npy",), 64),
}


@pytest.mark.parametrize("job", FILES)
def test_a_job_runs_as_it_is(job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names, variables = FILES[job]
    mixture = np.random.default_rng(0).normal(size=(3, variables))
    for seed, name in enumerate(names):
        series = takens.simulate("lorenz63", dt=0.02, steps=900, seed=seed)
        np.save(tmp_path / name, series.x.numpy() @ mixture)
    shutil.copy(ROOT / "examples" / f"{job}.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    changes = ["training.steps=4", "training.rounds=2", "judge.runs=2", "judge.starts=2"]
    configuration = read_configuration(tmp_path / f"{job}.toml", changes)
    run = takens.run(configuration, tmp_path / "out")
    said = "\n".join(run.fit.remarks)
    for name in ("model.hidden_dim", "scheme.alpha", "training.window", "learning_rate"):
        assert f"{name} = " in said
    assert run.results.scores["prediction_error"].value is not None
    assert 'file = "' + names[0] in (tmp_path / "out" / "config.toml").read_text()
