"""Runs that are killed at any moment end as if nothing had happened, and leave nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from .harness import SEED, sizes
from .test_run_folders import JOB


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@sizes(1, 30)
def test_a_killed_run_goes_on(
    count: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "job.toml").write_text(JOB.replace("steps = 4", "steps = 400"))
    cache = tmp_path / "cache"
    environment = os.environ | {"TAKENS_CACHE": str(cache), "OMP_NUM_THREADS": "1"}

    def attempt(folder: str, seconds: float) -> tuple[int, float]:
        words = ["run", "job.toml", "--out", folder, "--resume"]
        began = time.monotonic()
        with (tmp_path / "log.txt").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "takens", *words],
                stdout=log,
                stderr=log,
                cwd=tmp_path,
                env=environment,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
            return process.wait(), time.monotonic() - began

    def log() -> str:
        return (tmp_path / "log.txt").read_text()[-2000:]

    kills = 0
    code, whole = attempt("whole", 600)
    assert code == 0, log()
    expected = _result(tmp_path / "whole")
    for number in range(count):
        draw, folder = random.Random(f"{SEED} kill {number}"), f"cut{number}"
        if draw.random() < 0.5:
            # Kernels are compiled again, so that some kills are in the middle of that.
            for library in (cache / "takens" / "kernels").glob("*.so"):
                library.unlink()
        for _ in range(draw.randint(1, 4)):
            code, _ = attempt(folder, draw.uniform(0, whole))
            assert code in (0, -9), log()
            kills += code == -9
        code, _ = attempt(folder, 600)
        assert code == 0, log()
        assert _result(tmp_path / folder) == expected
    record_property("fuzz", {"kills": {"taken": kills}})
    assert kills >= count
    _remove_what_kills_left(cache)
    assert not [*cache.rglob("building-*")]


def _result(folder: Path) -> tuple[dict[str, list[float]], str, list[str]]:
    """Give weights, scores and files of a run that is done."""
    stored = torch.load(folder / "checkpoint.pt", weights_only=True)["state_dict"]
    weights = {name: value.flatten().tolist() for name, value in stored.items()}
    scores = (folder / "metrics.json").read_text()
    return weights, scores, sorted(path.name for path in folder.rglob("*"))


def _remove_what_kills_left(cache: Path) -> None:
    """Let the next process find it, once it is old enough to be a leftover."""
    for path in cache.rglob("building-*"):
        os.utime(path, (0, 0))
    subprocess.run(
        [sys.executable, "-m", "takens", "cache", "show"],
        check=True,
        capture_output=True,
        env=os.environ | {"TAKENS_CACHE": str(cache)},
    )
