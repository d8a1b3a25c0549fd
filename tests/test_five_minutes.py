"""The guide to a distribution of one's own, as it is printed."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/guide/five_minutes.md").read_text()
COPY, INSTALL = (
    re.sub(r"^ +", "", block, flags=re.MULTILINE)
    for block in re.findall(r"```shell\n(.*?)```", PAGE, re.DOTALL)
)


def run(command: str | Sequence[str | Path], folder: Path, **environment: str) -> str:
    words = ["bash", "-ec", command] if isinstance(command, str) else [str(w) for w in command]
    done = subprocess.run(
        words, cwd=folder, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copied(folder: Path) -> Path:
    """Follow the first step beside a copy of the example, and return what it made."""
    made = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        ROOT / "contrib/takens-example", folder / "contrib/takens-example", ignore=made
    )
    run(COPY, folder)
    mine = folder / "takens-mine"
    left = [
        str(path.relative_to(mine))
        for path in mine.rglob("*")
        if path.is_file() and re.search(r"takens[-_]example", path.read_text() + path.name)
    ]
    assert left == []
    return mine


def hold(python: str, mine: Path) -> None:
    """Look for the plugin, and run its kit and its tests."""
    assert re.search(r"^mine\b.*loaded", run([python, "-m", "takens", "plugins"], mine), re.M)
    checked = run([python, "-m", "takens", "check", "mine"], mine)
    assert re.search(r"^All \d+ checks passed\.$", checked, re.MULTILINE)
    tested = run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"], mine)
    passed = re.search(r"(\d+) passed", tested)
    assert passed is not None
    assert int(passed[1]) > 10
    assert "failed" not in tested


def test_the_copy_is_a_plugin_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = copied(tmp_path)
    project = tomllib.loads((mine / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["takens"] == {"mine": "takens_mine"}
    assert 'mine = "takens_mine"' in PAGE
    info = mine / "src" / "takens_mine-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    (info / "entry_points.txt").write_text("[takens]\nmine = takens_mine\n")
    monkeypatch.setenv("PYTHONPATH", str(mine / "src"))
    hold(sys.executable, mine)


@pytest.mark.slow
def test_it_is_installed_where_nothing_else_of_ours_is(tmp_path: Path) -> None:
    mine = copied(tmp_path)
    run([sys.executable, "-m", "venv", tmp_path / "venv"], tmp_path)
    programs = tmp_path / "venv" / "bin"
    python = str(programs / "python")
    # What is required is there already; the wheels of our plugins are not asked for again.
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    libraries = [sysconfig.get_path("stdlib"), str(Path(sys.base_prefix) / "lib")]
    others = [p for p in sys.path if p and (not p.startswith(tuple(libraries)) or "site-" in p)]
    (site / "others.pth").write_text("\n".join(others))
    (programs / "takens").write_text(f'#!/bin/sh\nexec "{python}" -m takens "$@"\n')
    (programs / "takens").chmod(0o755)
    found = run(
        INSTALL.replace("pip install", "python -m pip install --no-deps"),
        mine,
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
    )
    assert re.search(r"^mine\b.*loaded", found, re.MULTILINE)
    hold(python, mine)
