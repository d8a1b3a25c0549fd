"""What the project promises of itself: its scripts, its workflow, its papers."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

pytestmark = pytest.mark.skipif(
    not (ROOT / ".ci").exists(), reason="an sdist has none of these files"
)


def test_every_step_of_the_workflow_is_a_script_that_people_can_run() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    steps = re.findall(r"^ +- run: *(.*)$", workflow, re.MULTILINE)
    scripts = {step.split()[0] for step in steps}
    assert scripts == {".ci/run", ".ci/dependencies", ".ci/wheel", ".ci/nightly"}
    assert len(re.findall(r"\brun:", workflow)) == len(steps)
    for script in scripts:
        assert os.access(ROOT / script, os.X_OK), script


def test_the_workflow_begins_with_the_oldest_python() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    (listed,) = re.findall(r"python: \[(.*)\]", workflow)
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert listed.split(", ")[0] == f'"{oldest}"'


@pytest.mark.parametrize("asked", [(), ("latest",)])
def test_dependencies_are_lowest_or_newest(asked: tuple[str, ...]) -> None:
    done = subprocess.run(
        [ROOT / ".ci/dependencies", *asked], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: .ci/dependencies lowest|newest")


def test_hooks_before_a_commit_are_those_of_continuous_integration() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert {"ruff check", "ruff format"} <= set(re.findall(r"name: (.*)", hooks))
    # Each by the version that constraints.txt names, and none by a clone of its own.
    assert set(re.findall(r"repo: (.*)", hooks)) == {"local"}
    assert set(re.findall(r"language: (.*)", hooks)) == {"system"}
    assert "\npre-commit run --all-files" in (ROOT / ".ci/run").read_text()


def test_what_is_cited_is_this_version() -> None:
    assert f"\nversion: {PROJECT['version']}\n" in (ROOT / "CITATION.cff").read_text()


def test_examples_are_fixed_by_day_and_random_by_night() -> None:
    assert settings.get_profile("fixed").derandomize
    assert not settings.get_profile("random").derandomize
    assert settings.default is settings.get_profile(
        os.environ.get("HYPOTHESIS_PROFILE", "fixed")
    )
    nightly = (ROOT / ".ci/nightly").read_text()
    assert "\nHYPOTHESIS_PROFILE=random pytest" in nightly
    assert "\npython -m benchmarks.verdict --sample" in nightly
