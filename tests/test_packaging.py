"""The folders, the wheel and the entry points name the same packages."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = {path.parent.name for path in ROOT.glob("plugins/*/__init__.py")}


def test_the_wheel_holds_every_plugin() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) == {"core/takens"} | {f"plugins/{name}" for name in FOLDERS}


def test_every_plugin_is_an_entry_point() -> None:
    entries = PROJECT["project"]["entry-points"]["takens"]
    assert set(entries.values()) == FOLDERS
    assert all(value == f"takens_{name}" for name, value in entries.items())


def test_every_distribution_of_contrib_is_installed_for_the_tests() -> None:
    lines = (ROOT / "contrib/requirements.txt").read_text().splitlines()
    installed = [line.removeprefix("-e ") for line in lines if line.startswith("-e contrib/")]
    folders = {
        str(path.parent.relative_to(ROOT)) for path in ROOT.glob("contrib/*/pyproject.toml")
    }
    assert sorted(installed) == sorted(folders)


def test_every_package_is_typed() -> None:
    for package in (ROOT / "core/takens", *(ROOT / "plugins" / name for name in FOLDERS)):
        assert (package / "py.typed").exists(), package


@pytest.mark.slow
def test_a_wheel_made_from_the_sdist_loads_every_plugin(tmp_path: Path) -> None:
    def run(*command: str | Path) -> str:
        done = subprocess.run(
            [str(part) for part in command], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--system-site-packages", venv)
    python = venv / "bin" / "python"
    run(python, "-m", "pip", "install", "hatchling>=1.26")
    run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path)
    (sdist,) = tmp_path.glob("takens-*.tar.gz")
    run(python, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, sdist)
    (wheel,) = tmp_path.glob("takens-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for source in (ROOT / "core", ROOT / "plugins"):
        files = [path for path in source.rglob("*") if path.is_file()]
        kept = {str(path.relative_to(source)) for path in files if path.suffix != ".pyc"}
        assert kept <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "core/", "plugins/"))]
    run(python, "-m", "pip", "install", "--no-deps", "--force-reinstall", wheel)
    listed = run(venv / "bin" / "takens", "plugins", "--strict")
    for name in FOLDERS:
        assert name.removeprefix("takens_") in listed
