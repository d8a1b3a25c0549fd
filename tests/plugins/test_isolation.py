"""Whatever a plugin raises or changes, at any time, is a sentence that names it."""

from __future__ import annotations

import builtins
import io
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main

from .saboteur import KINDS, build

WHO = r"plugin 'saboteur' \(saboteur 1\.0\)"
Break = Callable[..., Any]


class Beyond(BaseException):
    """What ``except Exception`` does not catch."""


RAISED = {
    "exception": RuntimeError("a shoe in the loom"),
    "exit": SystemExit(0),
    "beyond": Beyond("a shoe in the loom"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("saboteur")
    build(place)
    return place


@pytest.fixture(autouse=True)
def saboteur(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Break]:
    """Install the distribution, and give what tells it how to break."""
    monkeypatch.syspath_prepend(str(folder))
    for name in [name for name in sys.modules if name.startswith("saboteur")]:
        monkeypatch.delitem(sys.modules, name)
    catalogue.cache_clear()
    import saboteur_mood  # pyright: ignore[reportMissingImports]

    mood: Any = saboteur_mood

    def plan(what: str, when: str, raised: object, spoil: object = None) -> None:
        mood.plan, mood.spoil = (what, when, raised), spoil

    yield plan
    catalogue.cache_clear()


@pytest.fixture(scope="module")
def series() -> takens.TimeSeries:
    system = takens.systems.create("harmonic_oscillator")
    found = takens.simulate(system, dt=0.1, steps=120, transient=0)
    return takens.TimeSeries(found.t, found.x[:, :1] + 0.01 * torch.rand(120, 1))


def command(*arguments: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("when", ["import", "create"])
@pytest.mark.parametrize("kind", KINDS)
def test_one_that_cannot_be_made_is_an_error_that_names_it(
    saboteur: Break, kind: str, when: str, raised: str
) -> None:
    saboteur(kind, when, RAISED[raised])
    verb = "cannot be imported from" if when == "import" else "cannot be made"
    text = rf"{kind} 'sabot' of {WHO} {verb}.*{type(RAISED[raised]).__name__}.*_STRICT_"
    with pytest.raises(takens.errors.ComponentError, match=text):
        takens.registry(kind).create("sabot")


@pytest.mark.parametrize("kind", KINDS)
def test_strict_mode_raises_what_was_raised(
    saboteur: Break, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKENS_STRICT_PLUGINS", "1")
    catalogue.cache_clear()
    saboteur(kind, "create", RAISED["beyond"])
    with pytest.raises(Beyond):
        takens.registry(kind).create("sabot")


def use(kind: str, series: takens.TimeSeries, tmp_path: Path) -> Any:
    """Put the component of a kind to work."""
    thing = takens.registry(kind).create("sabot")
    short: dict[str, Any] = {"steps": 2, "window": 8, "batch": 2, "device": "cpu"}
    if kind == "system":
        return takens.simulate(thing, dt=0.1, steps=5, transient=0)
    if kind == "integrator":
        lorenz = takens.systems.create("lorenz63")
        return takens.simulate(lorenz, dt=0.01, steps=5, transient=0, integrator=thing)
    if kind == "model":
        return takens.generate(thing, context=series.x[:5], steps=5, dt=0.1)
    model = takens.models.create("plrnn", obs_dim=1, latent_dim=2)
    if kind == "scheme":
        return takens.fit(model, series, thing, **short)
    if kind == "device":
        scheme = takens.schemes.create("teacher_forcing")
        return takens.fit(model, series, scheme, **(short | {"device": thing}))
    assert kind == "dataset"

    (tmp_path / "a.sab").touch()
    return takens.read(tmp_path / "a.sab")


AT_WORK = ["system", "integrator", "model", "scheme", "device", "dataset"]


@pytest.mark.parametrize("kind", AT_WORK)
def test_what_is_not_told_to_break_works(
    kind: str, series: takens.TimeSeries, tmp_path: Path
) -> None:
    use(kind, series, tmp_path)


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("kind", AT_WORK)
def test_one_that_breaks_at_work_is_an_error_that_names_it(
    saboteur: Break, kind: str, raised: str, series: takens.TimeSeries, tmp_path: Path
) -> None:
    saboteur(kind, "work", RAISED[raised])
    text = rf"failed in {kind} 'sabot' of {WHO}: {type(RAISED[raised]).__name__}"
    with pytest.raises(takens.errors.PluginError, match=text) as caught:
        use(kind, series, tmp_path)
    assert caught.value.__cause__ is RAISED[raised]


def test_what_the_user_raises_and_what_takens_says_pass(
    saboteur: Break, series: takens.TimeSeries, tmp_path: Path
) -> None:
    for raised in (
        KeyboardInterrupt(),
        takens.InputError("Give it another shoe."),
        MemoryError(),
    ):
        saboteur("system", "work", raised)
        with pytest.raises(type(raised)) as caught:
            use("system", series, tmp_path)
        assert caught.value is raised

    class Own:
        dim, time = 1, takens.plugin.Time.CONTINUOUS

        def __call__(self, t: Any, x: Any, /) -> Any:
            raise LookupError("my own mistake")

        def initial(self) -> tuple[float, ...]:
            return (1.0,)

        def facts(self) -> takens.plugin.Facts:
            return takens.plugin.Facts()

    thing = takens.create("integrator", "sabot")
    with pytest.raises(LookupError, match="my own mistake"):
        takens.simulate(Own(), steps=5, transient=0, integrator=thing)


def test_one_that_answers_nonsense_is_blamed() -> None:
    thing: Any = takens.create("integrator", "sabot")
    type(thing).solve = lambda self, field, x0, ts, /: None
    text = f"simulate failed in integrator 'sabot' of {WHO}: AttributeError"
    with pytest.raises(takens.errors.PluginError, match=text):
        takens.simulate(takens.systems.create("rossler"), steps=5, integrator=thing)


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("what", ["manifest", "kinds", "components"])
def test_a_plugin_that_cannot_be_loaded_is_left_out(
    saboteur: Break, what: str, raised: str
) -> None:
    saboteur(what, "import" if what == "manifest" else "work", RAISED[raised])
    with pytest.warns(takens.errors.PluginWarning, match=f"{WHO} is left out: ") as caught:
        names = takens.systems.names()
    assert len(caught) == 1
    assert "sabot" not in names
    assert "lorenz63" in names


@pytest.mark.parametrize("raised", RAISED)
def test_a_hook_that_breaks_is_told_and_the_training_goes_on(
    saboteur: Break, raised: str, series: takens.TimeSeries, tmp_path: Path
) -> None:
    saboteur("hook", "work", RAISED[raised])
    with pytest.warns(
        takens.errors.PluginWarning, match=f"{WHO} failed in takens_fit_started"
    ) as told:
        done: Any = use("scheme", series, tmp_path)
    assert len(told) == 1
    assert done.history


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("what", ["commands", "settings"])
def test_a_question_that_breaks_a_plugin_is_told(
    saboteur: Break, what: str, raised: str
) -> None:
    kinds: Any = {"commands": takens.plugin.CommandSpec, "settings": takens.plugin.Parameter}
    known = takens.catalogue()
    (plugin,) = [each for each in known.plugins if each.name == "saboteur"]
    assert known.ask(plugin, f"takens_{what}", kinds[what]) != ()
    saboteur(what, "work", RAISED[raised])
    with pytest.warns(takens.errors.PluginWarning, match=f"{WHO} failed in takens_{what}"):
        assert known.ask(plugin, f"takens_{what}", kinds[what]) == ()


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("when", ["import", "work"])
def test_a_command_that_breaks_ends_in_a_sentence(
    saboteur: Break, when: str, raised: str, capsys: pytest.CaptureFixture[str]
) -> None:
    saboteur("command", when, RAISED[raised])
    code = command("sabotage")
    told = capsys.readouterr().err
    if (when, raised) == ("work", "exit"):
        # How a command says by itself that it is done.
        assert (code, told) == (0, "")
        return
    assert code == 1
    assert re.match(f"takens: The command 'sabotage' of {WHO} (failed|cannot be)", told)
    assert told.count("\n") == 1


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("when", ["import", "create", "work"])
@pytest.mark.parametrize("kind", ["system", "portrait", "dataset", "backend"])
def test_no_exit_code_says_done_for_what_was_not_done(
    saboteur: Break,
    kind: str,
    when: str,
    raised: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    saboteur(kind, when, RAISED[raised])
    short = ("--steps", "4", "--transient", "0", "--out", "a.npz")
    if kind == "system":
        code = command("simulate", "sabot", *short)
        assert code == (1 if when == "work" else 2)
    elif kind == "portrait":
        # The file and the other portraits are there; one portrait that was asked for is not.
        assert command("simulate", "henon", *short, "--plot") == 1
        assert (tmp_path / "a.npz").exists()
        assert (tmp_path / "a-trajectories.png").exists()
    elif kind == "dataset":
        (tmp_path / "job.toml").write_text('[data]\nfile = "a.sab"\n')
        (tmp_path / "a.sab").touch()
        assert command("run", "job.toml") == (1 if when == "work" else 2)
    else:
        # The other backends, or the loop, do what this one cannot.
        assert command("simulate", "sabot", *short) == 0
    told = capsys.readouterr().err
    assert re.search(WHO, told)
    assert "Traceback" not in told


@pytest.mark.parametrize("raised", RAISED)
def test_a_metric_that_breaks_gives_a_score_without_a_value(
    saboteur: Break, raised: str, series: takens.TimeSeries
) -> None:
    saboteur("metric", "work", RAISED[raised])
    model = takens.models.create("plrnn", obs_dim=1, latent_dim=2)
    with pytest.warns(
        takens.errors.PluginWarning, match=f"metric 'sabot' of {WHO} gave no value"
    ):
        scores = takens.evaluate(model, series, ["sabot", "state_space_divergence"], runs=2)
    assert scores["sabot"].value is None
    assert type(RAISED[raised]).__name__ in scores["sabot"].reason
    assert scores["state_space_divergence"].value is not None


JOB = """
figures = ["sabot", "loss_history"]
data = {system = "lorenz63", dt = 0.02, steps = 300}
model = {name = "plrnn", latent_dim = 4}
scheme = "teacher_forcing"
training = {steps = 4, batch = 2, window = 20, log_every = 2}
judge = {metrics = ["sabot"], runs = 2, starts = 2}
"""


@pytest.mark.parametrize("raised", RAISED)
@pytest.mark.parametrize("kind", ["metric", "figure"])
def test_a_run_is_complete_but_for_what_breaks(
    saboteur: Break,
    kind: str,
    raised: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("job.toml").write_text(JOB)
    saboteur(kind, "work", RAISED[raised])
    assert command("run", "job.toml", "--out", "run", "--json") == 1
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    if kind == "metric":
        # Before the training, in which nothing is lost yet, it is an error.
        assert re.search(f"failed in metric 'sabot' of {WHO}", shown.err)
        assert not Path("run").exists()
        return
    assert re.search(f"figure 'sabot' of {WHO} is left out", shown.err)
    assert json.loads(shown.out)["scores"]["sabot"]["value"] == 0.5
    assert [path.name for path in Path("run/figures").iterdir()] == ["loss_history.png"]
    assert Path("run/report.html").exists()


SPOILED: dict[str, tuple[Callable[[], object], Callable[[], object], str]] = {
    "dtype": (
        lambda: torch.set_default_dtype(torch.float64),
        torch.get_default_dtype,
        "torch's default dtype",
    ),
    "grad": (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled, "grad mode"),
    "threads": (
        lambda: torch.set_num_threads(torch.get_num_threads() + 1),
        torch.get_num_threads,
        "number of threads",
    ),
    "folder": (lambda: os.chdir("/"), os.getcwd, "the working directory"),
    "errors": (lambda: np.seterr(all="raise"), np.geterr, "NumPy's error state"),
    "stdout": (
        lambda: setattr(sys, "stdout", sys.stderr),
        lambda: sys.stdout,
        "replaced sys.stdout",
    ),
    "stderr": (
        lambda: setattr(sys, "stderr", None),
        lambda: sys.stderr,
        "replaced sys.stderr",
    ),
    "recursion": (
        lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 100),
        sys.getrecursionlimit,
        "the limit of recursion",
    ),
    "environment": (
        lambda: os.environ.update(HOME="/nowhere", TAKENS_STRICT_PLUGINS="1"),
        lambda: dict(os.environ),
        "variables of the environment",
    ),
    "variable": (
        lambda: os.environ.pop("PATH"),
        lambda: dict(os.environ),
        "variables of the environment",
    ),
    "path": (
        lambda: sys.path.insert(0, "/nowhere"),
        lambda: [*sys.path],
        "where modules are looked for",
    ),
    "signals": (
        lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
        lambda: signal.getsignal(signal.SIGTERM),
        "what is done on signals",
    ),
    "builtins": (
        lambda: setattr(builtins, "sorted", reversed),
        lambda: sorted,
        "Python's builtins",
    ),
    "device": (
        lambda: torch.set_default_device("meta"),
        torch.get_default_device,
        "torch's default device",
    ),
    "algorithms": (
        lambda: torch.use_deterministic_algorithms(True),
        torch.are_deterministic_algorithms_enabled,
        "torch's choice of algorithms",
    ),
    "anomalies": (
        lambda: torch.autograd.set_detect_anomaly(True),
        torch.is_anomaly_enabled,
        "torch's detection of anomalies",
    ),
}


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize(
    ("what", "when"),
    [("manifest", "import"), ("system", "import"), ("system", "create"), ("dataset", "work")],
)
def test_what_a_plugin_changes_for_everyone_is_put_back(
    saboteur: Break,
    what: str,
    when: str,
    spoiled: str,
    series: takens.TimeSeries,
    tmp_path: Path,
) -> None:
    if (what, spoiled) == ("dataset", "device"):
        pytest.skip("what it reads is then on that device")
    spoil, read, name = SPOILED[spoiled]
    before = read()
    saboteur(what, when, None, spoil)
    with pytest.warns(takens.errors.PluginWarning, match=f"{WHO}.*{name}.*put back") as told:
        use("dataset" if what == "dataset" else "system", series, tmp_path)
    assert len(told) == 1
    assert read() == before


def test_what_libraries_add_for_themselves_is_left_alone(
    saboteur: Break, series: takens.TimeSeries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("SOME_LIBRARY", raising=False)

    def add() -> None:
        sys.path.append("/of/a/library")
        os.environ["SOME_LIBRARY"] = "1"
        setattr(builtins, "some_library", 1)  # noqa: B010 - no name of Python's

    saboteur("system", "import", None, add)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        use("system", series, tmp_path)
    assert sys.path[-1] == "/of/a/library"
    assert os.environ.pop("SOME_LIBRARY") == "1"
    delattr(builtins, "some_library")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: warnings.simplefilter("ignore"),
        lambda: setattr(warnings, "showwarning", lambda *_: 1 / 0),
    ],
)
def test_what_it_does_with_warnings_is_undone(
    saboteur: Break, series: takens.TimeSeries, tmp_path: Path, spoil: Callable[[], object]
) -> None:
    saboteur("system", "work", None, spoil)
    said = "what is done with warnings, which is put back"

    def work() -> None:
        before = (warnings.showwarning, *warnings.filters)
        use("system", series, tmp_path)
        assert (warnings.showwarning, *warnings.filters) == before

    with pytest.warns(takens.errors.PluginWarning, match=said):
        work()


def test_a_filter_of_a_message_of_its_own_is_left_alone(
    saboteur: Break, series: takens.TimeSeries, tmp_path: Path
) -> None:
    saboteur("system", "work", None, lambda: warnings.filterwarnings("ignore", "dear me"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        use("system", series, tmp_path)
        warnings.warn("dear me", stacklevel=1)
        with pytest.raises(UserWarning, match="oh"):
            warnings.warn("oh", stacklevel=1)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_it_cannot_close_the_streams_of_the_process(
    saboteur: Break, series: takens.TimeSeries, tmp_path: Path, stream: str
) -> None:
    saboteur("system", "work", None, lambda: getattr(sys, stream).close())
    use("system", series, tmp_path)
    assert not getattr(sys, stream).closed


def test_a_metric_that_writes_into_what_it_is_given_spoils_nothing(
    saboteur: Break, series: takens.TimeSeries
) -> None:
    def spoil() -> None:
        given = sys._getframe(3).f_locals  # pyright: ignore[reportPrivateUsage]
        for name in ("reference", "generated"):
            given[name].x.fill_(1e30)
            written.append(name)

    written: list[str] = []
    model = takens.models.create("plrnn", obs_dim=1, latent_dim=2)
    alone = takens.evaluate(model, series, ["prediction_error"], runs=2)
    before = series.x.clone()
    saboteur("metric", "work", None, spoil)
    scores = takens.evaluate(model, series, ["sabot", "prediction_error"], runs=2)
    assert scores["prediction_error"] == alone["prediction_error"]
    assert torch.equal(series.x, before)
    assert len(written) > 1


BAD_SPECS = {
    "parameters": "parameters=(5,)",
    "supports": "supports='jacobian'",
    "source": "source=b'x'",
    "summary": "summary='a' + chr(27)",
    "example": "example=5",
    "excused": "excused={1: 'a'}",
}


@pytest.mark.parametrize("field", BAD_SPECS)
def test_a_description_of_another_form_leaves_the_plugin_out(
    install: Callable[..., Path], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = f"kind='system', name='odd', target='odd:Odd', {BAD_SPECS[field]}"
    source = "import takens\nTAKENS_API = 2\n@takens.plugin.hookimpl\n"
    source += f"def takens_components():\n    yield takens.plugin.ComponentSpec({given})\n"
    install(f"odd-{field}", source)
    catalogue.cache_clear()
    for asked in (["list"], ["plugins", "--json"]):
        assert command(*asked) == 0
    assert field in capsys.readouterr().err


def test_what_it_changes_is_put_back_where_it_also_raises(saboteur: Break) -> None:
    saboteur("model", "create", RuntimeError("a shoe"), lambda: torch.set_grad_enabled(False))
    with (
        pytest.warns(takens.errors.PluginWarning, match="grad mode"),
        pytest.raises(takens.errors.ComponentError, match="a shoe"),
    ):
        takens.create("model", "sabot")
    assert torch.is_grad_enabled()


def test_what_it_prints_is_not_in_an_answer_in_json(
    saboteur: Break, capsys: pytest.CaptureFixture[str]
) -> None:
    saboteur("components", "work", None, lambda: print("clack"))
    assert command("list", "brooms", "--json") == 0
    shown = capsys.readouterr()
    assert [each["name"] for each in json.loads(shown.out)] == ["sabot"]
    assert "clack" in shown.err
    assert re.search(f"{WHO} printed beside the answer", shown.err)
    # Elsewhere it may print.
    catalogue.cache_clear()
    assert command("list", "brooms") == 0
    assert "clack" in capsys.readouterr().out


C_PRINTS = """
import ctypes
from takens.cli import main

def clack():
    ctypes.CDLL(None).puts(b"clack")
    print("click", file=__import__("sys").__stdout__)

import saboteur_mood
saboteur_mood.plan, saboteur_mood.spoil = ("components", "work", None), clack
main(["list", "brooms", "--json"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="C's puts is found by another name")
def test_what_its_library_in_c_prints_is_not_in_an_answer_in_json(folder: Path) -> None:
    path = os.pathsep.join([str(folder), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", C_PRINTS],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": ""},
    )
    assert done.returncode == 0, done.stderr
    assert [each["name"] for each in json.loads(done.stdout)] == ["sabot"]
    assert "clack" in done.stderr
    assert "click" in done.stderr


def test_an_answer_in_json_goes_to_a_stream_without_a_descriptor(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert command("list", "brooms", "--json") == 0
    assert sys.stdout is stream
    assert json.loads(stream.getvalue())
    os.write(1, b"as before")
    assert capfd.readouterr().out == "as before"
