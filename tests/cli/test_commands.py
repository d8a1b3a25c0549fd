"""The other commands."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

Takens: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("command", ["run", "simulate", "list", "show", "plugins", "doctor"])
def test_every_command_has_help_with_an_example(takens: Takens, command: str) -> None:
    shown = takens(command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert f"takens {command}" in shown.stdout.split("Example")[1]


def test_an_unknown_command_gets_a_near_match(takens: Takens) -> None:
    refused = takens("simulat")
    assert refused.returncode == 2
    assert "Did you mean 'simulate'?" in refused.stderr


def test_kinds_in_the_singular_and_the_plural(takens: Takens) -> None:
    one, many = takens("list", "system"), takens("list", "systems")
    assert one.stdout == many.stdout
    assert "lorenz63" in one.stdout
    refused = takens("list", "sistems")
    assert refused.returncode == 2
    assert "Kinds are system, integrator" in refused.stderr


def test_show_gives_parameters_units_and_source(takens: Takens) -> None:
    shown = json.loads(takens("show", "system", "lorenz63", "--json").stdout)
    rho = next(p for p in shown["parameters"] if p["name"] == "rho")
    assert (rho["default"], rho["unit"]) == (28.0, "1")
    assert "Lorenz" in shown["source"]
    assert "jacobian" in shown["supports"]


def test_show_says_what_a_component_is_excused_from(takens: Takens) -> None:
    shown = takens("show", "integrator", "scipy").stdout
    assert "excused from integrator_gradient: scipy's solvers are not" in shown
    as_json = json.loads(takens("show", "integrator", "scipy", "--json").stdout)
    assert list(as_json["excused"]) == ["integrator_gradient"]


def test_simulate_writes_what_it_says(takens: Takens, tmp_path: Path) -> None:
    for name in ("a.csv", "a.npy", "a.npz"):
        done = takens("simulate", "lorenz63", "--set", "rho=20", "--steps", "50", "--out", name)
        assert done.returncode == 0, done.stderr
    table = np.loadtxt(tmp_path / "a.csv", delimiter=",", skiprows=1)
    array = np.load(tmp_path / "a.npy")
    np.testing.assert_array_equal(table[:, 1:], array)
    with np.load(tmp_path / "a.npz") as archive:
        np.testing.assert_array_equal(archive["x"], array)
        np.testing.assert_array_equal(archive["t"], table[:, 0])
    # At rho = 20 orbits settle on one of the two fixed points, where z = rho - 1.
    assert (tmp_path / "a.csv").read_text().startswith("t,x1,x2,x3\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lorenz_63", "--out", "a.csv"], "Did you mean 'lorenz63'?"),
        (["lorenz63", "--out", "a.xls"], "must end in .csv, .npy, .npz"),
        (["lorenz63"], "Missing option '--out'"),
        (["lorenz63", "--out", "a.csv", "--steps", "1"], "at least 2 steps"),
        (["lorenz63", "--out", "a.csv", "--dt", "0"], "dt is a positive"),
        (["lorenz63", "--out", "a.csv", "--set", "rho"], "--set takes key=value"),
        (["lorenz63", "--out", "none/a.csv", "--steps", "9"], "Cannot write none/a.csv"),
    ],
)
def test_simulate_refuses(
    takens: Takens, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    refused = takens("simulate", *arguments)
    assert refused.returncode == 2, refused.stderr
    assert sentence in refused.stderr
    assert not list(tmp_path.iterdir())


def test_doctor_says_what_there_is(takens: Takens) -> None:
    found = json.loads(takens("doctor", "--json").stdout)
    assert found["torch"]
    assert found["device cpu"].startswith("cpu")
    assert "systems" in found["plugins loaded"]
