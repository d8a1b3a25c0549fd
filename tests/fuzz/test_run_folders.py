"""Folders of runs of which any file is damaged, missing or something else."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .harness import Counts, command, sizes
from .strange import damaged

JOB = """
figures = []
[data]
system = "lorenz63"
dt = 0.02
steps = 100
[model]
name = "shallow_rnn"
[training]
steps = 4
window = 10
batch = 2
log_every = 1
checkpoint_every = 2
check_every = 0
[judge]
metrics = ["prediction_error"]
power = false
runs = 1
starts = 2
context = 5
"""
# What may lie beside a run, and looks like what a run writes.
MINE = (
    ".config.toml.swp",
    ".report.html.bak",
    ".checkpoint.pt.abcdefgh",
    "notes.md",
    "config.toml~",
    "figures.txt",
    ".takens-part",
    "checkpoint.pt.old",
)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("done")
    (place / "job.toml").write_text(JOB)
    code, _, err = command("run", str(place / "job.toml"), "--out", str(place / "run"))
    assert code == 0, err
    return place


def spoil(draw: random.Random, path: Path) -> str:
    """Damage a file, remove it, or put something else in its place."""
    match draw.randrange(6):
        case 0:
            path.unlink()
            return f"{path.name} is removed"
        case 1:
            path.unlink()
            path.mkdir()
            return f"{path.name} is a folder"
        case 2:
            path.unlink()
            path.symlink_to("nowhere")
            return f"{path.name} is a link to nothing"
        case 3:
            path.write_bytes(b"")
            return f"{path.name} is empty"
        case _:
            path.write_bytes(damaged(draw, path.read_bytes(), 3))
            return f"{path.name} is damaged"


@sizes(20, 400)
def test_damaged_folders_are_refused_or_mended(
    count: int, done: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder, job = tmp_path / "run", str(done / "job.toml")
    counts = Counts(record_property, "run folders")
    for draw in counts.inputs(count):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(done / "run", folder)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        told = [spoil(draw, path) for path in draw.sample(files, draw.randint(1, 2))]
        mine = draw.sample(MINE, 3)
        for name in mine:
            (folder / name).write_text("mine")
        how = draw.choice(("--resume", "--resume", "--overwrite", "", "judge"))
        if how == "judge":
            given = ["judge", str(folder), "--against", str(folder / "generated.npz")]
            counts.command(*given, codes=(0, 1, 2, 3))
        else:
            given = ["run", job, "--out", str(folder), *([how] if how else [])]
            code = counts.command(*given)
            parts = [p.name for p in folder.rglob("*.takens-part") if p.name != ".takens-part"]
            if code == 0 and (parts or (folder / ".takens.lock").exists()):
                counts.fault((told, how), f"left {parts}")
        if counts.faults and "Traceback" in counts.faults[-1]:
            counts.faults[-1] += str(told)
        if any(not (folder / name).is_file() for name in mine):
            counts.fault((told, how), f"files of a person are gone: {os.listdir(folder)}")
