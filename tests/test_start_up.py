"""Listing what is installed never imports torch."""

import json
import subprocess
import sys
from typing import Any

import pytest

PROBE = """
import sys
from takens.cli import main
try:
    main({arguments!r})
except SystemExit as stop:
    code = stop.code
heavy = sorted({{"torch", "numpy", "scipy", "matplotlib", "rich"}} & set(sys.modules))
print("HEAVY", code, heavy)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["plugins"],
        ["plugins", "--json"],
        ["list"],
        ["list", "systems"],
        ["show", "system", "lorenz63"],
        ["--help"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_listing_imports_nothing_heavy(arguments: list[str]) -> None:
    code = PROBE.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "HEAVY 0 []", done.stdout + done.stderr


def test_import_takens_imports_no_torch() -> None:
    code = "import sys, takens; print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_plugins_as_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "takens", "plugins", "--json"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    plugins: list[dict[str, Any]] = json.loads(done.stdout)
    keys = ["name", "distribution", "version", "state", "reason", "remarks"]
    keys += ["kinds", "components", "commands", "hooks"]
    assert all(list(plugin) == keys for plugin in plugins)
    (systems,) = [plugin for plugin in plugins if plugin["name"] == "systems"]
    assert systems["state"] == "loaded"
    assert "lorenz63" in [component["name"] for component in systems["components"]]
