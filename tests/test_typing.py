"""What type checkers know of a user's script."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """\
import takens

lorenz = takens.systems.create("lorenz63", rho=28.0)
lorenz.rho
lorenz.roh  # reportAttributeAccessIssue
takens.systems.create("lorenz36")  # reportCallIssue
takens.systems.create("lorenz63", roh=28.0)  # reportCallIssue
takens.systems.create("lorenz63", rho="much")  # reportArgumentType
takens.create("system", "of_a_stranger", size=3)
model = takens.models.create("shallow_rnn", obs_dim=3, hidden_dim=50)
model.config.hidden_dim + 1
takens.models.create("shallow_rnn", hidden_dim=50)  # reportCallIssue
data = takens.simulate("lorenz63", dt=0.01, steps=100)
fit = takens.fit("shallow_rnn", data, "teacher_forcing", steps=3)
takens.fit(model, data, "teacher_forcing", epoch=3)  # reportCallIssue
takens.fit(model, data, "teacher_forcing", learning_rate=[0.1, 0.2], optimiser={"name": "adam"})
takens.fit(model, data, "teacher_forcing", keep=3, optimiser=3)  # reportArgumentType
takens.simulat  # reportAttributeAccessIssue
takens.Model  # reportAttributeAccessIssue
takens.plugin.Model
takens.errors.DataError
run: takens.FreeRun = takens.generate(fit.model, context=data.x, steps=10)
for name in takens.systems:
    takens.systems[name].summary.upper()
"""


def test_what_is_written_for_type_checkers_is_up_to_date() -> None:
    place = ROOT / "tools/write_types.py"
    spec = importlib.util.spec_from_file_location("write_types", place)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, write in module.STUBS.items():
        assert (module.CORE / path).read_text() == write(), (
            f"run python {place.relative_to(ROOT)}"
        )


def test_a_type_checker_knows_our_components_and_their_parameters(tmp_path: Path) -> None:
    pytest.importorskip("pyright")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, "--outputjson", str(script)], capture_output=True, text=True, cwd=tmp_path
    )
    found: dict[int, set[str]] = {}
    for each in json.loads(done.stdout)["generalDiagnostics"]:
        if each["severity"] == "error":
            line = each["range"]["start"]["line"] + 1
            found.setdefault(line, set()).add(each["rule"])
    lines = enumerate(SCRIPT.splitlines(), 1)
    expected = {number: line.partition("# ")[2] for number, line in lines if "# " in line}
    assert set(found) == set(expected)
    assert [number for number, rule in expected.items() if rule not in found[number]] == []
