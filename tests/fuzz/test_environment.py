"""Variables of the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .harness import Counts, sizes

NAMES = (
    "TAKENS_PLUGINS", "TAKENS_DISABLE_PLUGINS", "TAKENS_STRICT_PLUGINS", "TAKENS_CACHE",
    "TAKENS_CACHE_LIMIT", "XDG_CACHE_HOME", "HOME", "CC", "PATH", "TMPDIR", "LANG", "LC_ALL",
    "PYTHONIOENCODING", "COLUMNS", "LINES", "TERM", "NO_COLOR", "FORCE_COLOR", "MPLBACKEND",
    "OMP_NUM_THREADS", "MLFLOW_TRACKING_URI", "PYTHONWARNINGS",
)  # fmt: skip
VALUES = (
    "", " ", "0", "-1", "1", "nan", "x", "/", "/dev/null", "/nonexistent", "relative", "a,b,,c",
    "models", ":", "::", "systems,systems", "C", "POSIX", "ascii", "utf-8", "latin-1:strict",
    "dumb", "99999999999", "'", '"unclosed', "$(touch x)", "; touch x", "\udcff", "%s", "../..",
    "gcc -x", "false", "true", "cat",
)  # fmt: skip
COMMANDS = (["list"], ["plugins", "--json"], ["show", "system", "lorenz63"], ["cache", "show"])
SOLVE = ["simulate", "lorenz63", "--steps", "50", "--out", "out.npy"]


@sizes(16, 400)
def test_any_environment_is_borne(
    count: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counts = Counts(record_property, "environments")
    for draw in counts.inputs(count):
        given = {draw.choice(NAMES): draw.choice(VALUES) for _ in range(draw.randint(1, 3))}
        if given.get("PYTHONIOENCODING", "utf-8") not in (
            "",
            "ascii",
            "utf-8",
            "latin-1:strict",
        ):
            # With what is no encoding Python itself does not begin.
            given.pop("PYTHONIOENCODING")
        words = SOLVE if draw.random() < 0.15 else draw.choice(COMMANDS)
        done = subprocess.run(
            [sys.executable, "-m", "takens", *words],
            capture_output=True,
            text=True,
            errors="replace",
            env=os.environ | {"TAKENS_CACHE": str(tmp_path / "cache")} | given,
            cwd=tmp_path,
            timeout=300,
        )
        refused = done.returncode == 2 and done.stderr.strip().endswith((".", "?"))
        counts.call((given, words), lambda done=done: done)
        if "Traceback" in done.stderr or not (done.returncode == 0 or refused):
            counts.fault((given, words), f"{done.returncode}: {done.stderr[-600:]}")
        if (tmp_path / "x").exists():
            counts.fault(given, "a variable was run as a command")
