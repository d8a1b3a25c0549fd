"""Command lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .harness import Counts, sizes
from .strange import TEXTS

COMMANDS = (
    "run", "judge", "simulate", "list", "show", "plugins", "check", "doctor", "cache", "rum",
    "", "equations", "assimilate", "-h", "--version",
)  # fmt: skip
WORDS = (
    *TEXTS, "x" * 300, "\udcff.csv", "--json", "--out", "--set", "--dt", "--steps",
    "--seed", "--initial",
    "--against", "--metric", "--tolerance", "--noise", "--level", "--runs", "--integrator",
    "--trajectories", "--plot", "--columns", "--time", "--format", "--resume",
    "--overwrite", "--device", "--strict", "--slow", "-x", "--", "---", "--dt=0",
    "--dt=nan", "--steps=-1", "--steps=2", "--steps=1e9", "--steps=99999999999999999999",
    "--seed=-1", "--noise=inf", "--initial=1,2", "--initial=a", "--initial=1,2,3;4",
    "--out=x.txt", "--out=/", "--out=", "--out=.", "--set=rho", "--set=rho=x",
    "--set=rho=nan", "--trajectories=0", "--transient=-5", "system", "systems", "model",
    "metric", "lorenz63", "pendulum", "henon", "systems:lorenz63", "missing.toml",
    "missing", "folder", "data.csv", "exponents=0.1", "exponents=x", "show", "clear",
    "limit", "0.5", "-1", "csv",
)  # fmt: skip


@sizes(250, 5_000)
def test_command_lines_end_as_they_should(
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKENS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "data.csv").write_text("t,x\n0,1\n1,2\n2,4\n")
    (tmp_path / "notes").write_text("mine")
    counts = Counts(record_property, "command lines")
    for draw in counts.inputs(count):
        words = [draw.choice(COMMANDS), *(draw.choice(WORDS) for _ in range(draw.randrange(5)))]
        if words[0] in ("check", "doctor") and draw.random() < 0.97:
            # These work for long.
            continue
        if words[0] == "simulate":
            words.append("--steps=20")
        counts.command(*words, codes=(0, 1, 2))
        if (tmp_path / "notes").read_text() != "mine":
            counts.fault(words, "a file was changed")
