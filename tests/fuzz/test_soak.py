"""Work that goes on for long takes no more memory, files and disk than at its beginning."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
import torch

import takens

from .harness import command
from .test_run_folders import JOB


def _handles() -> int:
    return len(os.listdir("/proc/self/fd"))


def _megabytes() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("TAKENS_CACHE", str(cache))
    monkeypatch.setenv("TAKENS_CACHE_LIMIT", "0.5")
    from takens_native.runtime.kernel_folder import kernel_folder

    kernel_folder.cache_clear()
    (tmp_path / "job.toml").write_text(JOB)
    job, folder = str(tmp_path / "job.toml"), str(tmp_path / "run")

    def work(number: int) -> None:
        code, _, err = command("run", job, "--out", folder, "--overwrite")
        assert code == 0, err
        # Each field is another one, which has to be compiled.
        rate = torch.tensor([0.5 + number / 7])

        def field(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
            return -rate * x + torch.sin(x) * (number / 1000)

        times = torch.linspace(0, 20, 200, dtype=torch.float64)
        takens.create("integrator", "rk4").solve(field, torch.ones(2), times)
        series = takens.read(Path(folder, "generated.npz"))
        assert len(series) > 10

    try:
        for number in range(15):
            work(number)
        memory, handles = _megabytes(), _handles()
        for number in range(15, 60):
            work(number)
        assert _handles() <= handles
        # Caches fill for a while: less than 0.3 MB for each whole run.
        assert _megabytes() - memory < 14
        assert sum(path.stat().st_size for path in cache.rglob("*.so")) < 0.8e6
        assert not [*cache.rglob("building-*")]
    finally:
        kernel_folder.cache_clear()
