"""Commands, settings and hooks that plugins add, and what happens when they break."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main

Install = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

COMMANDS = """
import takens

HERE = "greeter_commands"

@takens.plugin.hookimpl
def takens_commands():
    yield takens.plugin.CommandSpec(name="greet", target=f"{HERE}:greet", summary="Say hello.")
    yield takens.plugin.CommandSpec(name="stumble", target=f"{HERE}:stumble", summary="Fail.")
    yield takens.plugin.CommandSpec(name="vanish", target=f"{HERE}:nowhere", summary="Lost.")
"""
TARGETS = """
import click

@click.command()
@click.argument("name")
def greet(name):
    "Say hello."
    click.echo(f"Hello, {name}.")

@click.command()
def stumble():
    "Fail."
    raise KeyError("left foot")
"""
SETTINGS = """
import json
import takens

@takens.plugin.hookimpl
def takens_settings():
    yield takens.plugin.Parameter("where", "here.json", summary="file that is written")
    yield takens.plugin.Parameter("every", 10, unit="steps", summary="how often")

@takens.plugin.hookimpl
def takens_run_started(event):
    (event.folder / "started.json").write_text(json.dumps(event.settings["tracker"]))

@takens.plugin.hookimpl
def takens_step_logged(event):
    raise RuntimeError("the server is down")

@takens.plugin.hookimpl
def takens_run_finished(event):
    where = event.folder / event.settings["tracker"]["where"]
    where.write_text(json.dumps(sorted(event.results.scores)))
"""
FIGURES = """
import takens

@takens.plugin.hookimpl
def takens_components():
    for name in ("torn", "unsaved", "tidy"):
        target = f"painter_figures:{name.capitalize()}"
        yield takens.plugin.ComponentSpec(kind="figure", name=name, target=target)
"""
PICTURES = """
from matplotlib.figure import Figure

class Torn:
    title = "Torn"
    def draw(self, results):
        raise ZeroDivisionError("no canvas")

class Unsaved:
    title = "Unsaved"
    def draw(self, results):
        return 42

class Tidy:
    title = "A tidy picture"
    def draw(self, results):
        return Figure()
"""
JOB = """
figures = [{figures}]
[data]
system = "lorenz63"
dt = 0.02
steps = 300
[model]
name = "plrnn"
latent_dim = 4
[scheme]
name = "teacher_forcing"
[training]
steps = 4
batch = 2
window = 20
log_every = 2
[judge]
metrics = ["state_space_divergence"]
runs = 2
starts = 2
{rest}
"""


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path) -> Iterator[None]:
    """Look for plugins again, before and after, and forget the modules of this test."""
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").parent == tmp_path:
            del sys.modules[name]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            with pytest.raises(SystemExit) as stop:
                main(list(arguments))
        shown = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return subprocess.CompletedProcess([], stop.value.code, shown.out, shown.err)

    return run


def with_commands(install: Install) -> None:
    folder = install("greeter", COMMANDS)
    (folder / "greeter_commands.py").write_text(TARGETS)


def job(folder: Path, figures: str = "", rest: str = "") -> Path:
    path = folder / "job.toml"
    path.write_text(dedent(JOB).format(figures=figures, rest=rest))
    return path


class TestCommands:
    def test_a_command_of_a_plugin_runs(self, install: Install, command: Run) -> None:
        with_commands(install)
        done = command("greet", "Floris")
        assert (done.returncode, done.stdout) == (0, "Hello, Floris.\n")

    def test_help_lists_it_with_its_plugin(self, install: Install, command: Run) -> None:
        with_commands(install)
        shown = command("--help").stdout
        assert "Commands of plugins:" in shown
        assert "Say hello. (plugin greeter)" in shown

    def test_the_list_of_plugins_names_it(self, install: Install, command: Run) -> None:
        with_commands(install)
        assert "the command greet, the command stumble" in command("plugins").stdout
        (found,) = (
            plugin
            for plugin in json.loads(command("plugins", "--json").stdout)
            if plugin["name"] == "greeter"
        )
        assert found["commands"][:2] == ["greet", "stumble"]
        assert found["hooks"] == ["takens_commands"]

    def test_one_that_fails_names_plugin_and_distribution(
        self, install: Install, command: Run
    ) -> None:
        with_commands(install)
        done = command("stumble")
        assert done.returncode == 1
        assert "The command 'stumble' of plugin 'greeter' (greeter 1.0) failed" in done.stderr
        assert "KeyError: 'left foot'" in done.stderr
        assert "TAKENS_STRICT_PLUGINS=1 shows where" in done.stderr

    def test_one_that_is_not_there_says_so(self, install: Install, command: Run) -> None:
        with_commands(install)
        done = command("vanish")
        assert done.returncode == 1
        assert "of plugin 'greeter' (greeter 1.0) cannot be imported" in done.stderr

    def test_ours_cannot_be_taken(self, install: Install, command: Run) -> None:
        source = COMMANDS.replace('"greet"', '"plugins"')
        install("greeter", source)
        done = command("--help")
        assert done.returncode == 0
        assert "'plugins' of plugin 'greeter' (greeter 1.0) is left out" in done.stderr
        assert "TAKENS_DISABLE_PLUGINS=greeter silences this" in done.stderr
        assert "What became of them" not in done.stdout
        assert command("plugins").returncode == 0

    def test_a_hook_that_breaks_leaves_the_others(self, install: Install, command: Run) -> None:
        with_commands(install)
        install("broken", COMMANDS.replace("    yield", "    1 / 0\n    yield", 1))
        done = command("greet", "Ann")
        assert done.stdout == "Hello, Ann.\n"
        assert "'broken' (broken 1.0) failed in takens_commands" in done.stderr

    def test_a_misspelt_command_gets_the_nearest(self, install: Install, command: Run) -> None:
        with_commands(install)
        assert "Did you mean 'greet'?" in command("greets").stderr

    def test_strict_mode_raises(
        self, install: Install, command: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TAKENS_STRICT_PLUGINS", "1")
        with_commands(install)
        with pytest.raises(KeyError, match="left foot"):
            main(["stumble"])


class TestSettings:
    def test_a_run_hears_of_its_plugin_and_survives_it(
        self, install: Install, tmp_path: Path
    ) -> None:
        install("tracker", SETTINGS)
        path = job(tmp_path, rest='[plugins.tracker]\nwhere = "there.json"')
        # Once a logged step: the message says what, whose, and what to do.
        with pytest.warns(takens.errors.PluginWarning, match="the server is down") as caught:
            done = takens.run(path, tmp_path / "run")
        for each in caught:
            assert "plugin 'tracker' (tracker 1.0) failed in takens_step_logged" in str(
                each.message
            )
        started = (done.folder / "started.json").read_text()
        assert started == '{"where": "there.json", "every": 10}'
        assert (done.folder / "there.json").read_text() == '["state_space_divergence"]'
        # The stored configuration has the table, with its defaults.
        assert "every = 10" in (done.folder / "config.toml").read_text()

    @pytest.mark.parametrize(
        ("rest", "message"),
        [
            ('[plugins.tracker]\nwher = "x"', "plugins.tracker.wher.*Did you mean 'where'"),
            ("[plugins.tracker]\nevery = 1.5", r"plugins.tracker.every is a whole number"),
            ("[plugins.trakcer]\nevery = 1", "Did you mean 'tracker'"),
        ],
    )
    def test_wrong_settings_are_refused_before_anything_is_done(
        self, install: Install, tmp_path: Path, rest: str, message: str
    ) -> None:
        install("tracker", SETTINGS)
        with pytest.raises(takens.errors.ConfigurationError, match=message):
            takens.run(job(tmp_path, rest=rest), tmp_path / "run")
        assert not (tmp_path / "run").exists()


def test_figures_that_break_are_left_out_of_the_report(
    install: Install, tmp_path: Path
) -> None:
    folder = install("painter", FIGURES)
    (folder / "painter_figures.py").write_text(PICTURES)
    path = job(tmp_path, figures='"torn", "unsaved", "tidy"')
    with pytest.warns(takens.errors.PluginWarning) as caught:
        done = takens.run(path, tmp_path / "run")
    told = [str(each.message) for each in caught]
    assert len(told) == 2
    assert "figure 'torn' of plugin 'painter' (painter 1.0) is left out" in told[0]
    assert "ZeroDivisionError: no canvas" in told[0]
    assert "figure 'unsaved'" in told[1]
    report = (done.folder / "report.html").read_text()
    assert "A tidy picture" in report
    assert "Unsaved" not in report


def test_strict_mode_raises_what_a_figure_raises(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKENS_STRICT_PLUGINS", "1")
    folder = install("painter", FIGURES)
    (folder / "painter_figures.py").write_text(PICTURES)
    with pytest.raises(ZeroDivisionError, match="no canvas"):
        takens.run(job(tmp_path, figures='"torn"'), tmp_path / "run")


def test_a_component_that_breaks_when_it_is_made_names_its_plugin(install: Install) -> None:
    folder = install("clockwork", offers="clock")
    source = (folder / "clockwork.py").read_text()
    (folder / "clockwork.py").write_text(source.replace("somewhere:Thing", "clocks:Clock"))
    made = "class Clock:\n    def __init__(self):\n        raise OSError('spring')\n"
    (folder / "clocks.py").write_text(made)
    with pytest.raises(
        takens.errors.ComponentError, match=r"'clockwork' \(clockwork 1.0\).*spring"
    ):
        takens.create("system", "clock")


def test_the_first_api_still_works(install: Install) -> None:
    """What was promised with API 1: the hook, the arguments and the fields of a spec."""
    folder = install(
        "pinned",
        """
        import takens

        TAKENS_API = 1

        @takens.plugin.hookimpl
        def takens_components(api_version):
            assert api_version >= 1
            yield takens.plugin.ComponentSpec(
                kind="system",
                name="decay",
                target="pinned_decay:Decay",
                summary="Decay.",
                parameters=(
                    takens.plugin.Parameter("rate", 1.0, unit="1/s", summary="of decay"),
                ),
                supports=("jacobian",),
                source="a lecture",
            )

        @takens.plugin.hookimpl
        def takens_fit_started(event):
            (event.model, event.scheme, event.training, event.placement, event.seed)

        @takens.plugin.hookimpl
        def takens_step_logged(event):
            event.record["step"]

        @takens.plugin.hookimpl
        def takens_fit_finished(event):
            (event.model, event.steps, event.seconds, event.reason)
        """,
    )
    (folder / "pinned_decay.py").write_text(
        dedent(
            """
            import attrs
            import takens

            @attrs.frozen
            class Decay:
                rate: float = 1.0
                dim = 1
                time = takens.plugin.Time.CONTINUOUS

                def __call__(self, t, x, /):
                    return -self.rate * x

                def jacobian(self, t, x, /):
                    return x.new_full((*x.shape, 1), -self.rate)

                def initial(self):
                    return (1.0,)

                def facts(self):
                    spectrum = (-self.rate,)
                    return takens.plugin.Facts(lyapunov_spectrum=spectrum, source="a lecture")
            """
        )
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decay: Any = takens.create("system", "decay", rate=2.0)
        data = takens.simulate(decay, dt=0.1, steps=40, transient=0, noise=0.01)
        model = takens.models.create("plrnn", obs_dim=1, latent_dim=2)
        scheme = takens.schemes.create("teacher_forcing")
        takens.fit(model, data, scheme, steps=2, window=10, batch=2, log_every=1)


def test_a_flood_of_warnings_is_one_sentence(install: Install) -> None:
    install(
        "flood",
        """
        import warnings

        for i in range(100):
            warnings.warn(f"old thing {i}", DeprecationWarning, stacklevel=1)

        import takens

        @takens.plugin.hookimpl
        def takens_components():
            for i in range(100):
                warnings.warn(f"odd thing {i}", UserWarning, stacklevel=1)
            return []
        """,
    )
    with pytest.warns(takens.errors.PluginWarning) as caught:
        found = takens.plugin.Catalogue.discover({})
    assert [each.category for each in caught] == [takens.errors.PluginWarning]
    told = str(caught[0].message)
    assert "plugin 'flood' (flood 1.0) gives 200 warnings, the first: old thing 0" in told
    assert "TAKENS_DISABLE_PLUGINS=flood silences this" in told
    (plugin,) = [p for p in found.plugins if p.name == "flood"]
    assert plugin.state == "loaded"
