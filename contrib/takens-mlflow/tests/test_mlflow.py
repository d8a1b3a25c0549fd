import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import takens_mlflow

import takens
from takens.testing import parametrize_with_checks, registered

(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "mlflow")
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
JOB, PROGRAM = (
    re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)[0] for kind in ("toml", "python")
)
QUICK = JOB.replace('"loss_history", "attractor"', "").replace("steps = 60", "steps = 10")
PARTS = ("value", "error", "reference", "floor")


class Reader:
    """A store, read by MLflow's own client."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            from mlflow import MlflowClient

            self.client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")

    def runs(self, name: str) -> list[Any]:
        everywhere = [each.experiment_id for each in self.client.search_experiments()]
        found = self.client.search_runs(
            everywhere, f"attributes.run_name = '{name}'", order_by=["attributes.start_time"]
        )
        return list(found)

    def run(self, name: str) -> Any:
        (run,) = self.runs(name)
        return run

    def metric(self, run: Any, key: str) -> list[tuple[int, float]]:
        points = self.client.get_metric_history(run.info.run_id, key)
        return sorted((point.step, point.value) for point in points)

    def artefact(self, run: Any, path: str) -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return Path(self.client.download_artifacts(run.info.run_id, path)).read_bytes()


def history(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def assert_same_as_history(reader: Reader, run: Any, folder: Path) -> None:
    records = history(folder)
    for key in ("loss", "gradient_norm", "learning_rate", "forcing_strength", "seconds"):
        expected = [(record["step"], record[key]) for record in records]
        assert reader.metric(run, f"training/{key}") == expected
    for key in ("free_runs_lost", "divergence"):
        expected = [(record["step"], record[key]) for record in records if key in record]
        assert reader.metric(run, f"free_runs/{key}") == expected
    for i in range(2):
        expected = [(record["step"], record["member_loss"][i]) for record in records]
        assert reader.metric(run, f"member_loss/{i}") == expected


def job(folder: Path, text: str = JOB) -> Path:
    path = folder / "job.toml"
    path.write_text(text)
    return path


def small() -> tuple[takens.plugin.Model, takens.TimeSeries, takens.plugin.Scheme]:
    data = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=400, seed=0)
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=8)
    return model, data, takens.schemes.create("generalised_teacher_forcing")


@pytest.fixture(autouse=True)
def _no_store_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for runs, all in one store: a new one takes MLflow seconds."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def done(root: Path) -> Path:
    return takens.run(job(root), root / "whole").folder


@pytest.fixture
def store(done: Path, tmp_path: Path) -> Path:
    """Return a folder with a store of its own, already with tables."""
    shutil.copy(done.parent / "mlflow.db", tmp_path / "mlflow.db")
    return tmp_path


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def test_history_and_scores_are_stored(done: Path) -> None:
    reader = Reader(done.parent)
    run = reader.run("whole")
    assert run.info.status == "FINISHED"
    assert_same_as_history(reader, run, done)
    expected = {
        f"scores/{name}/{part}": getattr(score, part)
        for name, score in takens.read_scores(done).items()
        for part in PARTS
        if getattr(score, part) is not None
    }
    assert len(expected) > 4
    found = {key: value for key, value in run.data.metrics.items() if "scores/" in key}
    assert found == expected
    assert all(reader.metric(run, key) == [(60, value)] for key, value in expected.items())


def test_parameters_and_tags(done: Path) -> None:
    reader = Reader(done.parent)
    run = reader.run("whole")
    assert reader.client.get_experiment(run.info.experiment_id).name == "lorenz"
    parameters = run.data.params
    assert parameters["model.name"] == "shallow_plrnn"
    assert parameters["training.members"] == "2"
    assert parameters["judge.metrics"] == "state_space_divergence, prediction_error"
    assert not [key for key in parameters if key.startswith(("plugins", "versions"))]
    tags = run.data.tags
    assert (tags["takens.seed"], tags["takens.device"]) == ("0", "cpu")
    assert tags["takens.version"] == PLUGIN.version
    assert tags["takens.folder"] == str(done)
    assert tags["takens.verdict"].startswith("The reconstruction is ")
    assert tags["takens.right"] == "false"
    assert "| prediction_error |" in tags["mlflow.note.content"]
    query = "tags.\"takens.right\" = 'false' and params.\"model.latent_dim\" = '3'"
    found = reader.client.search_runs([run.info.experiment_id], query)
    assert run.info.run_id in {each.info.run_id for each in found}


def test_artefacts_are_those_of_the_run_folder(done: Path) -> None:
    reader = Reader(done.parent)
    run = reader.run("whole")
    stored = {item.path for item in reader.client.list_artifacts(run.info.run_id)}
    files = {"config.toml", "report.html", "metrics.json", "history.jsonl", "checkpoint.pt"}
    assert stored == files | {"figures"}
    figures = {item.path for item in reader.client.list_artifacts(run.info.run_id, "figures")}
    assert figures == {"figures/loss_history.png", "figures/attractor.png"}
    for path in files | figures:
        assert reader.artefact(run, path) == (done / path).read_bytes()
    assert (done.parent / "mlartifacts").is_dir()


@pytest.mark.slow
def test_a_killed_run_goes_on_in_its_mlflow_run(root: Path, done: Path) -> None:
    text = JOB.replace("steps = 60", "steps = 300").replace(
        "checkpoint_every = 20", "checkpoint_every = 60"
    )
    path, folder = job(root, text), root / "killed"
    command = [sys.executable, "-m", "takens", "run", str(path), "--out", str(folder)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    lines = folder / "history.jsonl"
    while not (lines.exists() and len(lines.read_text().splitlines()) > 16):
        assert first.poll() is None
        time.sleep(0.01)
    first.kill()
    first.wait()
    reader = Reader(root)
    killed = reader.run("killed")
    assert killed.info.status == "RUNNING"
    takens.run(path, folder, resume=True)
    # And once more, when it is done.
    takens.run(path, folder, resume=True)
    run = reader.run("killed")
    assert run.info.run_id == killed.info.run_id
    assert run.info.status == "FINISHED"
    assert run.info.end_time is not None
    assert_same_as_history(reader, run, folder)
    assert len(reader.metric(run, "scores/prediction_error/value")) == 1


def test_what_was_stored_before_an_interruption_is_not_stored_again(
    root: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every line is stored at once, so that there are some after the last checkpoint.
    monkeypatch.setattr("takens_mlflow.tracking._LINES", 1)
    path, folder = job(root, QUICK.replace("steps = 10", "steps = 40")), root / "stopped"

    class Stop:
        @takens.plugin.hookimpl(trylast=True)
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
            if event.record["step"] == 35:
                raise KeyboardInterrupt

    takens.catalogue().manager.register(stop := Stop())
    try:
        with pytest.raises(KeyboardInterrupt):
            takens.run(path, folder)
    finally:
        takens.catalogue().manager.unregister(stop)
    reader = Reader(root)
    assert reader.run("stopped").info.status == "KILLED"
    assert reader.run("stopped").data.tags["takens.stopped"] == "KeyboardInterrupt"
    before = reader.metric(reader.run("stopped"), "training/loss")
    assert before[-1][0] >= 30
    takens.run(path, folder, resume=True)
    run = reader.run("stopped")
    assert run.info.status == "FINISHED"
    assert "takens.stopped" not in run.data.tags
    steps = [step for step, _ in reader.metric(run, "training/loss")]
    assert steps == [5, 10, 15, 20, 25, 30, 35, 40]
    # Once more, when it is done: everything is still there once.
    takens.run(path, folder, resume=True)
    run = reader.run("stopped")
    assert len(reader.metric(run, "training/loss")) == 8
    assert len(reader.metric(run, "scores/prediction_error/value")) == 1


def test_a_run_that_is_replaced_is_another_one(root: Path, done: Path) -> None:
    path, folder = job(root, QUICK), root / "twice"
    takens.run(path, folder)
    # As if it had been killed before there was a checkpoint.
    reader = Reader(root)
    reader.client.update_run(reader.run("twice").info.run_id, status="RUNNING")
    takens.run(path, folder, overwrite=True)
    assert [run.info.status for run in reader.runs("twice")] == ["KILLED", "FINISHED"]


def test_a_training_that_breaks_down_has_failed(root: Path, done: Path) -> None:
    text = QUICK.replace("[training]", "[training]\nlearning_rate = 1e30\ngradient_clip = 0")
    with pytest.raises(takens.errors.TrainingError):
        takens.run(job(root, text.replace("steps = 10", "steps = 50")), root / "broken")
    run = Reader(root).run("broken")
    assert run.info.status == "FAILED"
    assert "Training stopped at update" in run.data.tags["takens.stopped"]


def test_a_judgement_that_breaks_down_has_failed(root: Path, done: Path) -> None:
    # A folder where a file is to go: judging is over, and the run folder cannot be completed.
    class Obstruct:
        @takens.plugin.hookimpl
        def takens_fit_finished(self, event: takens.plugin.FitFinished) -> None:
            (root / "unjudged" / "metrics.json" / "x").mkdir(parents=True)

    takens.catalogue().manager.register(obstruct := Obstruct())
    try:
        with pytest.raises(takens.InputError, match=r"metrics\.json"):
            takens.run(job(root, QUICK), root / "unjudged")
    finally:
        takens.catalogue().manager.unregister(obstruct)
    run = Reader(root).run("unjudged")
    assert run.info.status == "FAILED"
    assert "metrics.json" in run.data.tags["takens.stopped"]


def test_a_training_that_was_ended_is_judged_and_says_why(root: Path, done: Path) -> None:
    class Enough:
        @takens.plugin.hookimpl
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> str:
            return "that is enough"

    takens.catalogue().manager.register(enough := Enough())
    try:
        takens.run(job(root, QUICK), root / "ended")
    finally:
        takens.catalogue().manager.unregister(enough)
    run = Reader(root).run("ended")
    assert run.info.status == "FINISHED"
    assert run.data.tags["takens.stopped"] == "that is enough"
    assert "scores/prediction_error/value" in run.data.metrics


def test_a_training_inside_another_is_not_mixed_up_with_it(root: Path, done: Path) -> None:
    class Nested:
        busy = False

        @takens.plugin.hookimpl
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
            if not self.busy:
                self.busy = True
                takens.fit(*small(), steps=3, batch=2, window=10, log_every=1, device="cpu")
                self.busy = False

    takens.catalogue().manager.register(nested := Nested())
    try:
        takens.run(job(root, QUICK), root / "nested")
    finally:
        takens.catalogue().manager.unregister(nested)
    reader = Reader(root)
    run = reader.run("nested")
    assert [step for step, _ in reader.metric(run, "training/loss")] == [5, 10]


@pytest.mark.parametrize("uri", ["sqlite:///FILE/mlflow.db", "http://127.0.0.1:9"])
def test_a_store_out_of_reach_does_not_stop_the_training(
    tmp_path: Path, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (tmp_path / "file").write_text("in the way")
    uri = uri.replace("FILE", (tmp_path / "file").as_posix())
    text = QUICK + f'tracking_uri = "{uri}"\n'
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        done = takens.run(job(tmp_path, text), tmp_path / "run")
    assert len(done.results.history) == 2
    said = [
        str(w.message) for w in given if issubclass(w.category, takens.errors.PluginWarning)
    ]
    # Once when it begins, and once when it is still so at the end; no line of its own.
    assert len(said) == 2
    for message in said:
        assert f"the MLflow store {uri} cannot be used" in message
        assert "'mlflow' (takens-mlflow 0.1.0)" in message
        assert "\n" not in message
    assert "the training goes on" in said[0]


def test_the_store_of_the_environment_is_taken(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store / 'mlflow.db'}")
    (store / "elsewhere").mkdir()
    takens.run(job(store, QUICK), store / "elsewhere/there")
    assert Reader(store).run("there").info.status == "FINISHED"
    assert not (store / "elsewhere/mlflow.db").exists()


def test_a_uri_that_mlflow_does_not_know_is_explained(tmp_path: Path) -> None:
    text = QUICK + 'tracking_uri = "foo://x"\n'
    with pytest.warns(
        takens.errors.PluginWarning, match="foo://x cannot be used .*unsupported URI"
    ):
        takens.run(job(tmp_path, text), tmp_path / "run")


def test_a_store_that_comes_back_gets_everything(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("takens_mlflow.tracking._LINES", 1)

    def sql(command: str) -> None:
        connection = sqlite3.connect(store / "mlflow.db", isolation_level=None)
        connection.execute(command)
        connection.close()

    class Break:
        @takens.plugin.hookimpl
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
            if event.record["step"] == 10:
                sql("ALTER TABLE metrics RENAME TO gone")

        @takens.plugin.hookimpl(tryfirst=True)
        def takens_fit_finished(self, event: takens.plugin.FitFinished) -> None:
            sql("ALTER TABLE gone RENAME TO metrics")

    takens.catalogue().manager.register(fault := Break())
    try:
        with pytest.warns(takens.errors.PluginWarning, match="no such table.*goes on") as given:
            takens.run(job(store, JOB), store / "run")
    finally:
        takens.catalogue().manager.unregister(fault)
    assert sum(warning.category is takens.errors.PluginWarning for warning in given) == 1
    reader = Reader(store)
    assert reader.run("run").info.status == "FINISHED"
    assert_same_as_history(reader, reader.run("run"), store / "run")


@pytest.mark.parametrize("table", ["", "[plugins.mlflow]\nenabled = false\n"])
def test_nothing_is_tracked_that_was_not_asked_for(tmp_path: Path, table: str) -> None:
    text = QUICK.split("[plugins.mlflow]")[0] + table
    takens.run(job(tmp_path, text), tmp_path / "run")
    assert not (tmp_path / "mlflow.db").exists()
    assert not (tmp_path / "run/mlflow.json").exists()


def test_schemes_that_solve_are_tracked(root: Path, done: Path) -> None:
    text = """
    figures = []
    data = {system = "lorenz63", dt = 0.02, steps = 600}
    model = "echo_state_network"
    scheme = "closed_form"
    judge = {metrics = ["prediction_error"], runs = 2, starts = 2}
    plugins = {mlflow = {artefacts = false, run_name = "solved"}}
    """
    takens.run(job(root, text), root / "direct")
    reader = Reader(root)
    run = reader.run("solved")
    (record,) = history(root / "direct")
    assert reader.metric(run, "training/loss") == [(1, record["loss"])]
    assert "scores/prediction_error/value" in run.data.metrics
    assert reader.client.list_artifacts(run.info.run_id) == []


def test_a_training_in_python(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store)
    found: dict[str, Any] = {}
    exec(PROGRAM, found)
    reader = Reader(store)
    run = reader.client.get_run(found["tracked"].run_id)
    assert run.info.status == "FINISHED"
    assert [step for step, _ in reader.metric(run, "training/loss")] == [10, 20, 30, 40]
    assert run.data.params["scheme.name"] == "GeneralisedTeacherForcing"
    assert run.data.params["model.hidden_dim"] == "20"


def test_a_training_in_a_run_of_ones_own(store: Path) -> None:
    reader = Reader(store)
    uri = f"sqlite:///{store / 'mlflow.db'}"
    run = reader.client.create_run(reader.client.create_experiment("own"))
    with takens_mlflow.track(tracking_uri=uri, run_id=run.info.run_id):
        takens.fit(*small(), steps=4, batch=2, window=10, log_every=2)
        with pytest.warns(takens.errors.PluginWarning, match="holds one training"):
            takens.fit(*small(), steps=4, batch=2, window=10, log_every=1)
    run = reader.client.get_run(run.info.run_id)
    assert run.info.status == "RUNNING"
    assert [step for step, _ in reader.metric(run, "training/loss")] == [2, 4]
    with (
        pytest.warns(takens.errors.PluginWarning, match="there is no run 0123"),
        takens_mlflow.track(tracking_uri=uri, run_id="0123"),
    ):
        takens.fit(*small(), steps=1, batch=2, window=10)


def test_one_transaction_for_many_steps(store: Path) -> None:
    uri = f"sqlite:///{store / 'mlflow.db'}"
    with takens_mlflow.track(tracking_uri=uri, experiment="many") as tracked:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        commits: list[object] = []

        def count(connection: object) -> None:
            commits.append(connection)

        event.listen(Engine, "commit", count)
        try:
            takens.fit(*small(), steps=200, batch=2, window=10, log_every=1)
        finally:
            event.remove(Engine, "commit", count)
    reader = Reader(store)
    run = reader.client.get_run(tracked.run_id)
    assert len(reader.metric(run, "training/loss")) == 200
    assert 0 < len(commits) < 30


def test_nothing_is_sent(store: Path) -> None:
    program = """
import os, socket, sys
asked = []
def refuse(self, address):
    asked.append(address)
    raise OSError("no network")
def look_up(*names, **_):
    asked.append(names)
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = look_up
import takens
takens.run("job.toml", "silent")
import time
time.sleep(2)
import atexit
atexit._run_exitfuncs()
sys.exit(str(asked) if asked else 0)
"""
    job(store, QUICK)
    told = ("PYTEST_", "CI", "GITHUB_ACTIONS", "DO_NOT_TRACK", "MLFLOW_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(told)}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=store,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert Reader(store).run("silent").info.status == "FINISHED"
