"""Each check of a whole plugin catches a fault; and the command that runs the checks."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import takens
from takens import testing
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main
from takens.testing import plugins

Install = Callable[..., Path]

MANIFEST = """
import takens

TAKENS_API = 2

@takens.plugin.hookimpl
def takens_components():
    yield takens.plugin.ComponentSpec(
        kind="system",
        name="decay",
        target="{module}_system:Decay",
        summary="Decay.",
        parameters=(
            takens.plugin.Parameter("rate", 1.0, summary="of decay"),
            takens.plugin.Parameter("unit", "s", choices=("s", "ms"), summary="of time"),
        ),
        supports=("jacobian",),
    )

@takens.plugin.hookimpl
def takens_kinds():
    yield takens.plugin.KindSpec(name="half_life", protocol="{module}_system:HalfLife")

@takens.plugin.hookimpl
def takens_commands():
    yield takens.plugin.CommandSpec(name="lengthen", target="{module}_command:lengthen")
"""
COMMAND = """
import click
import takens

@click.command()
@click.argument("file", type=click.Path())
def lengthen(file):
    'Say how long a FILE is.'
    try:
        click.echo(len(open(file).read()))
    except OSError as error:
        raise takens.InputError(f"{file} cannot be read.") from error
"""
SYSTEM = """
import attrs
import takens
from typing import Protocol, runtime_checkable

@runtime_checkable
class HalfLife(Protocol):
    half_life: float

@attrs.frozen
class Decay:
    rate: float = 1.0
    unit: str = attrs.field(default="s", validator=attrs.validators.in_(("s", "ms")))
    dim = 1
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t, x, /):
        return -self.rate * x

    def jacobian(self, t, x, /):
        return x.new_full((*x.shape, 1), -self.rate)

    def initial(self):
        return (1.0,)

    def facts(self):
        return takens.plugin.Facts()
"""
# What is changed in the manifest, the system or the command, the check that finds it, and what
# that says; the guide lists them.
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "heavy": (
        "import takens\n",
        "import takens\nimport torch\n",
        "manifest_is_light",
        "torch; name targets as text, and import inside functions",
    ),
    "loud": (
        "import takens\n",
        "import takens\nprint('hello')\n",
        "manifest_is_light",
        "Importing the manifest prints: hello",
    ),
    "mistargeted": (":Decay", ":Delay", "targets_can_be_imported", "there is no"),
    "undeclared": (
        "    rate: float = 1.0",
        "    rate: float = 1.0\n    offset: float = 0.0",
        "parameters_are_the_constructors",
        "system decay: the argument offset is missing in the manifest",
    ),
    "otherwise": (
        "    rate: float = 1.0",
        "    rate: float = 2.0",
        "parameters_are_the_constructors",
        "rate is 1.0 in the manifest and 2.0 in the constructor",
    ),
    "unmade": (
        "    rate: float = 1.0",
        "    rate: float = attrs.field(default=1.0, validator=attrs.validators.gt(2))",
        "components_can_be_made",
        "ValueError",
    ),
    "indiscreet": (
        "rate",
        "api_key",
        "secrets_are_marked",
        "system decay: api_key is secret by its name; declare it with secret=True",
    ),
    "boastful": (
        'supports=("jacobian",)',
        'supports=("jacobian", "tangent")',
        "claims_are_true",
        "system decay claims 'tangent' and does not support it",
    ),
    "silent": (
        'summary="of decay"',
        'summary=""',
        "summaries",
        "system decay: rate has no summary",
    ),
    "prying": (
        "import takens\n",
        "import takens\n\ndef peek():\n    import takens._errors\n",
        "public_names_only",
        "which is private to takens",
    ),
    "misspelt": (
        'supports=("jacobian",)',
        'supports=("jacobain",)',
        "claims_are_true",
        "system decay supports 'jacobian' and does not say so",
    ),
    "choosy": (
        'in_(("s", "ms"))',
        'in_(("s",))',
        "choices_can_be_made",
        "system decay: unit = 'ms' is listed, and refused",
    ),
    "kindless": (
        "class HalfLife",
        "class FullLife",
        "kinds_are_there",
        "kind half_life: there is no kindless_system:HalfLife",
    ),
    "careless": (
        'raise takens.InputError(f"{file} cannot be read.") from error',
        "click.echo(error)",
        "commands",
        "takens lengthen exits with 0 where there is no such file",
    ),
    "unhelpful": (
        "@click.command()",
        "@click.command(add_help_option=False)",
        "commands",
        "takens lengthen --help exits with 2",
    ),
    "wrong": (
        "-self.rate)",
        "self.rate)",
        "jacobian",
        "jacobian() differs from the derivative: they are 2 apart",
    ),
}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look for plugins again, before and after, and forget the modules of this test."""
    # Manifests are looked at in processes of their own.
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").parent == tmp_path:
            del sys.modules[name]


def place(install: Install, module: str, old: str = "", new: str = "") -> None:
    """Install a plugin with one change."""
    manifest = MANIFEST.format(module=module).replace(old or "\0", new)
    folder = install(module, manifest)
    for name, source in (("system", SYSTEM), ("command", COMMAND)):
        changed = dedent(source.replace(old or "\0", new))
        (folder / f"{module}_{name}.py").write_text(changed)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    shown = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, shown.out, shown.err


def test_the_guide_lists_what_is_planted() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "checking.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for check in plugins.CHECKS:
        planted = [fault for fault in FAULTS.values() if fault[2] == check.name]
        (*_, row) = [row for row in rows if row.startswith(f"| `{check.name}` |")] or [""]
        assert len(planted) == len(row.split(";")) if planted else not row


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_the_one_that_is_found(install: Install, name: str) -> None:
    old, new, check, message = FAULTS[name]
    place(install, name, old, new)
    failed = {o.check: o.message for o in testing.examine(name) if o.state == "failed"}
    assert message in failed[check]
    # What cannot be imported or made fails more than one check.
    if name not in ("mistargeted", "unmade"):
        assert list(failed) == [check]


def test_a_plugin_that_is_not_loaded_fails_one_check(install: Install) -> None:
    install("lost", "import no_such_module")
    with pytest.warns(takens.errors.PluginWarning):
        (outcome,) = testing.examine("lost")
    assert outcome.state == "failed"
    assert "ModuleNotFoundError" in outcome.message


def test_the_command_says_that_all_is_well(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    place(install, "fine")
    code, out, _ = run(capsys, "check", "fine")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["kind", "name", "questions", "passed", "excused", "failed"]
    assert rows[1][:2] + rows[1][3:] == ["plugin", "fine", "12", "0", "none"]
    assert int(rows[1][2]) > 12
    assert rows[2][:2] == ["system", "decay"]
    assert rows[-1][0].endswith("checks passed.")


def test_a_plugin_in_a_zip_is_checked_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "zipped.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("zipped/__init__.py", MANIFEST.format(module="zipped"))
        files.writestr("zipped/inner.py", "def peek():\n    import takens._errors\n")
        files.writestr("zipped_system.py", dedent(SYSTEM))
        files.writestr("zipped_command.py", dedent(COMMAND))
        about = "Metadata-Version: 2.1\nName: zipped\nVersion: 1.0\n"
        files.writestr("zipped-1.0.dist-info/METADATA", about)
        files.writestr("zipped-1.0.dist-info/entry_points.txt", "[takens]\nzipped = zipped\n")
    monkeypatch.syspath_prepend(str(archive))
    monkeypatch.setenv("PYTHONPATH", str(archive))
    failed = {o.check: o.message for o in testing.examine("zipped") if o.state == "failed"}
    assert failed == {
        "public_names_only": "zipped.inner imports takens._errors, which is private to takens."
    }


def test_the_command_says_what_is_wrong(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    place(install, "backwards", *FAULTS["wrong"][:2])
    code, out, _ = run(capsys, "check", "backwards")
    assert code == 1
    assert "decay: jacobian failed: jacobian() differs from the derivative" in out
    assert "1 of " in out.splitlines()[-1]


def test_the_command_writes_json(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    place(install, "crooked", *FAULTS["wrong"][:2])
    code, out, _ = run(capsys, "check", "crooked", "--json")
    assert code == 1
    outcomes = json.loads(out)
    keys = ["component", "kind", "check", "state", "message", "seconds", "questions"]
    assert all(list(outcome) == keys for outcome in outcomes)
    assert [o["check"] for o in outcomes if o["state"] == "failed"] == ["jacobian"]


def test_the_command_refuses_an_unknown_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "check", "sistems")
    assert code == 2
    assert "No installed plugin is called 'sistems'. Did you mean 'systems'?" in err


class TestExcuses:
    def test_an_excused_check_that_fails_is_excused(self, install: Install) -> None:
        place(install, "known", *FAULTS["wrong"][:2])
        decay = takens.create("system", "decay")
        outcomes = list(testing.run_checks(decay, excused={"jacobian": "for a reason"}))
        (excused,) = [outcome for outcome in outcomes if outcome.state != "passed"]
        assert (excused.state, excused.message) == ("excused", "for a reason")

    def test_one_that_passes_is_a_failure(self) -> None:
        lorenz = takens.systems.create("lorenz63")
        outcomes = list(testing.run_checks(lorenz, excused={"jacobian": "for a reason"}))
        (failed,) = [outcome for outcome in outcomes if outcome.state != "passed"]
        assert failed.state == "failed"
        assert "take the excuse away" in failed.message

    def test_one_that_is_not_there_is_refused_with_the_nearest(self) -> None:
        lorenz = takens.systems.create("lorenz63")
        with pytest.raises(takens.InputError, match="Did you mean 'jacobian'"):
            list(testing.run_checks(lorenz, excused={"jacobean": "for a reason"}))
        with pytest.raises(takens.InputError, match="Did you mean 'Lorenz63-jacobian'"):
            testing.parametrize_with_checks([lorenz], excused={"Lorenz63-jacobean": "no"})

    def test_pytest_expects_what_is_excused_to_fail(self) -> None:
        lorenz = takens.systems.create("lorenz63")
        mark = testing.parametrize_with_checks([lorenz], excused={"Lorenz63-jacobian": "why"})
        ids = {case.id: case.marks for case in mark.args[1]}
        (xfail,) = ids["Lorenz63-jacobian"]
        assert xfail.kwargs == {"reason": "why", "strict": True}
        assert not ids["Lorenz63-system_facts"]


def test_checks_follow_from_what_a_component_can_do() -> None:
    def names(component: object) -> set[str]:
        return {check.__name__ for check in testing.checks_for(component)}

    lorenz, henon = (takens.create("system", name) for name in ("lorenz63", "henon"))
    assert names(lorenz) - names(henon) == {"check_jacobian", "check_system_takes_times"}
    assert names(henon) - names(lorenz) == {"check_tangent"}
    euler, dopri5 = (takens.create("integrator", name) for name in ("euler", "dopri5"))
    assert "check_stepper_order" in names(euler) - names(dopri5)


def test_what_is_no_component_is_refused() -> None:
    with pytest.raises(takens.InputError, match="object satisfies no protocol of takens"):
        list(testing.checks_for(object()))


def test_a_component_that_cannot_be_made_fails_when_it_is_checked(install: Install) -> None:
    place(install, "stuck", *FAULTS["unmade"][:2])
    (plugin,) = [p for p in takens.catalogue().plugins if p.name == "stuck"]
    (subject,) = testing.registered([plugin])
    (outcome,) = testing.run_checks(subject)
    assert (outcome.check, outcome.state) == ("can_be_made", "failed")


def test_pytest_is_not_imported_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, takens.testing; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
