"""Running ``takens`` as a person would, in an empty folder."""

import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from takens.cli import main

Takens: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]

SMALL = """
[data]
system = "lorenz63"
dt = 0.02
steps = 400
noise = 0.05

[model]
name = "shallow_plrnn"
latent_dim = 4
hidden_dim = 8

[training]
steps = 20
batch = 4
window = 20
log_every = 5
checkpoint_every = 5

[judge]
metrics = ["state_space_divergence", "prediction_error"]
runs = 2
starts = 4
"""


@pytest.fixture
def takens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Takens:
    """Run a command, in this process to spare the import of torch each time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        code = stop.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess([], code, shown.out, shown.err)

    return run


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a configuration of a job of a few seconds."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path
