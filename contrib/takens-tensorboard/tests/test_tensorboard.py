# TensorBoard has no types.
# pyright: reportAttributeAccessIssue=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false

import errno
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import takens_tensorboard
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2, metadata as hparams

import takens
from takens.testing import parametrize_with_checks, registered

(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "tensorboard")
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
JOB, PROGRAM = (
    re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)[0] for kind in ("toml", "python")
)
PARTS = ("value", "error", "reference", "floor")


class Log:
    """A log, as TensorBoard's own reader sees it."""

    def __init__(self, directory: Path) -> None:
        everything = {"scalars": 0, "images": 0, "tensors": 0}
        self.events: Any = EventAccumulator(str(directory), size_guidance=everything)
        self.events.Reload()
        # The reader of the server, which knows that texts too are void after a restart.
        self.words: Any = plugin_event_accumulator.EventAccumulator(str(directory))
        self.words.Reload()
        self.tags: dict[str, list[str]] = self.events.Tags()

    def scalars(self, tag: str) -> list[tuple[int, float]]:
        return [(event.step, event.value) for event in self.events.Scalars(tag)]

    def text(self, tag: str) -> list[str]:
        return [e.tensor_proto.string_val[0].decode() for e in self.words.Tensors(tag)]

    def hyperparameters(self) -> dict[str, Any]:
        (start,) = self.words.Tensors(hparams.SESSION_START_INFO_TAG)
        assert start.step == 0
        content = self.words.SummaryMetadata(hparams.SESSION_START_INFO_TAG).plugin_data.content
        found = hparams.parse_session_start_info_plugin_data(content).hparams
        return {name: getattr(v, v.WhichOneof("kind")) for name, v in found.items()}

    def status(self) -> int:
        (_,) = self.words.Tensors(hparams.SESSION_END_INFO_TAG)
        content = self.words.SummaryMetadata(hparams.SESSION_END_INFO_TAG).plugin_data.content
        return hparams.parse_session_end_info_plugin_data(content).status


def history(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def assert_same_as_history(log: Log, folder: Path) -> None:
    records = history(folder)
    for tag, key in {
        "training/loss": "loss",
        "training/gradient_norm": "gradient_norm",
        "training/learning_rate": "learning_rate",
        "training/forcing_strength": "forcing_strength",
        "free_runs/divergence": "divergence",
        "free_runs/free_runs_lost": "free_runs_lost",
    }.items():
        expected = [(r["step"], r[key]) for r in records if key in r]
        # Of a model that has hardly been trained, no free run may last.
        if key == "divergence" and not expected:
            assert tag not in log.tags["scalars"]
            continue
        assert expected
        found = log.scalars(tag)
        assert [step for step, _ in found] == [step for step, _ in expected]
        assert [v for _, v in found] == pytest.approx([v for _, v in expected], rel=1e-6)
    for i in range(2):
        expected = [r["member_loss"][i] for r in records]
        assert [v for _, v in log.scalars(f"member_loss/{i}")] == pytest.approx(expected)


def job(folder: Path, text: str = JOB) -> Path:
    path = folder / "job.toml"
    path.write_text(text)
    return path


def small() -> tuple[takens.plugin.Model, takens.TimeSeries, takens.plugin.Scheme]:
    data = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=400, seed=0)
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=8)
    return model, data, takens.schemes.create("generalised_teacher_forcing")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("done")
    return takens.run(job(root), root / "run").folder


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def test_the_log_holds_the_history(done: Path) -> None:
    assert_same_as_history(Log(done / "tensorboard"), done)


def test_wall_times_are_those_of_the_training(done: Path) -> None:
    events = Log(done / "tensorboard").events.Scalars("training/loss")
    seconds = [record["seconds"] for record in history(done)]
    passed = [event.wall_time - events[0].wall_time for event in events]
    assert passed == pytest.approx([s - seconds[0] for s in seconds], abs=1e-3)
    assert events[-1].wall_time == pytest.approx(
        (done / "history.jsonl").stat().st_mtime, abs=60
    )


def test_the_log_holds_every_score(done: Path) -> None:
    log, scores = Log(done / "tensorboard"), takens.read_scores(done)
    expected = {
        f"scores/{name}/{part}": getattr(score, part)
        for name, score in scores.items()
        for part in PARTS
        if getattr(score, part) is not None
    }
    assert {f"scores/{name}/value" for name in scores} <= set(expected)
    found = {tag for tag in log.tags["scalars"] if tag.startswith("scores/")}
    assert found == set(expected)
    for tag, value in expected.items():
        assert log.scalars(tag) == [(60, pytest.approx(value, rel=1e-6))]
    (table,) = log.text("run/scores")
    assert all(f"| {name} |" in table for name in scores)


def test_figures_are_those_of_the_run_folder(done: Path) -> None:
    log = Log(done / "tensorboard")
    pictures = {f"figures/{p.stem}": p.read_bytes() for p in (done / "figures").iterdir()}
    assert (
        set(log.tags["images"])
        == set(pictures)
        == {"figures/loss_history", "figures/attractor"}
    )
    for tag, png in pictures.items():
        (image,) = log.events.Images(tag)
        assert image.encoded_image_string == png
        assert (image.width, image.height) > (100, 100)


def test_words_and_hyperparameters(done: Path) -> None:
    log = Log(done / "tensorboard")
    (verdict,) = log.text("run/verdict")
    assert verdict.startswith("**The reconstruction is ")
    assert "- Stability: " in verdict
    (configuration,) = log.text("run/configuration")
    assert "    latent_dim = 3" in configuration
    settings = log.hyperparameters()
    assert settings["model.name"] == "shallow_plrnn"
    assert settings["model.latent_dim"] == 3
    assert settings["model.clipped"] is False
    assert settings["judge.metrics"] == "state_space_divergence, prediction_error"
    assert settings["judge.metrics.prediction_error.steps"] == "1, 5, 20"
    assert not [key for key in settings if key.startswith(("versions", "plugins"))]
    assert log.status() == api_pb2.STATUS_SUCCESS
    assert log.text("custom_scalars__config__")


def test_a_killed_run_goes_on_in_its_log(tmp_path: Path) -> None:
    # Long enough to be killed after a checkpoint, and resumed from it with other steps.
    path, folder = job(tmp_path, JOB.replace("steps = 60", "steps = 300")), tmp_path / "run"
    command = [sys.executable, "-m", "takens", "run", str(path), "--out", str(folder)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    lines = folder / "history.jsonl"
    while not (lines.exists() and len(lines.read_text().splitlines()) > 15):
        assert first.poll() is None
        time.sleep(0.01)
    first.kill()
    first.wait()
    takens.run(path, folder, resume=True)
    log = Log(folder / "tensorboard")
    assert len(list((folder / "tensorboard").iterdir())) == 2
    assert_same_as_history(log, folder)
    assert log.scalars("training/loss")[-1][0] == 300
    assert log.hyperparameters()["training.steps"] == 300
    # Once more, when it is done: everything is still there once.
    takens.run(path, folder, resume=True)
    log = Log(folder / "tensorboard")
    assert_same_as_history(log, folder)
    assert len(log.scalars("scores/prediction_error/value")) == 1
    assert len(log.text("run/verdict")) == len(log.events.Images("figures/attractor")) == 1


def test_overwriting_removes_the_log_and_a_directory_can_be_named(tmp_path: Path) -> None:
    quick = JOB.replace('figures = ["loss_history", "attractor"]', "figures = []").replace(
        "steps = 60", "steps = 10"
    )
    folder = tmp_path / "run"
    takens.run(job(tmp_path, quick), folder)
    takens.run(
        job(tmp_path, quick.replace("log_every = 5", "log_every = 10")), folder, overwrite=True
    )
    assert len(list((folder / "tensorboard").iterdir())) == 1
    assert [step for step, _ in Log(folder / "tensorboard").scalars("training/loss")] == [10]
    there = f'{quick}log_directory = "{(tmp_path / "logs").as_posix()}"\n'
    takens.run(job(tmp_path, there), tmp_path / "second")
    assert [step for step, _ in Log(tmp_path / "logs/second").scalars("training/loss")] == [
        5,
        10,
    ]
    assert not (tmp_path / "second/tensorboard").exists()


@pytest.mark.parametrize("table", ["", "[plugins.tensorboard]\nenabled = false\n"])
def test_nothing_is_logged_that_was_not_asked_for(tmp_path: Path, table: str) -> None:
    quick = JOB.replace("steps = 60", "steps = 5").replace("[plugins.tensorboard]\n", table)
    done = takens.run(
        job(tmp_path, quick.replace('"loss_history", "attractor"', "")), tmp_path / "r"
    )
    assert not [path for path in done.folder.rglob("*") if "tfevents" in path.name]


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        takens.InputError, match=r"'plugins.tensorboard.log_dir'.*log_directory"
    ):
        takens.run(job(tmp_path, f'{JOB}log_dir = "x"\n'), tmp_path / "run")


def test_schemes_that_solve_are_logged(tmp_path: Path) -> None:
    text = """
    figures = []
    data = {system = "lorenz63", dt = 0.02, steps = 600}
    model = "echo_state_network"
    scheme = "closed_form"
    judge = {metrics = ["prediction_error"], runs = 2, starts = 2}
    plugins = {tensorboard = {}}
    """
    done = takens.run(job(tmp_path, text), tmp_path / "run")
    (record,) = history(done.folder)
    log = Log(done.folder / "tensorboard")
    assert log.scalars("training/loss") == [(1, pytest.approx(record["loss"]))]
    assert len(log.scalars("scores/prediction_error/value")) == 1


def test_a_training_in_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(PROGRAM, {})
    log = Log(tmp_path / "logs/first")
    assert [step for step, _ in log.scalars("training/loss")] == [10, 20, 30, 40]
    settings = log.hyperparameters()
    assert settings["model.hidden_dim"] == 20
    assert settings["scheme.name"] == "GeneralisedTeacherForcing"
    assert log.status() == api_pb2.STATUS_SUCCESS
    # Outside of the block, nothing more is logged.
    takens.fit(*small(), steps=2, batch=2, window=10)
    assert len(list((tmp_path / "logs/first").iterdir())) == 1


def test_a_resumed_training_in_python_voids_what_is_repeated(tmp_path: Path) -> None:
    model, data, scheme = small()
    options: Any = {"batch": 2, "window": 10, "log_every": 5, "checkpoint_every": 10}
    logs, folder = tmp_path / "logs", tmp_path / "fit"
    folder.mkdir()
    seen: list[float] = []

    class Stop:
        @takens.plugin.hookimpl
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
            seen.append(event.record["step"])
            if seen[-1] == 15:
                raise KeyboardInterrupt

    takens.catalogue().manager.register(stop := Stop())
    try:
        with pytest.raises(KeyboardInterrupt), takens_tensorboard.log_to(logs):
            takens.fit(model, data, scheme, folder=folder, steps=20, **options)
    finally:
        takens.catalogue().manager.unregister(stop)
    assert Log(logs).status() == api_pb2.STATUS_FAILURE
    assert Log(logs).text("run/stopped") == ["KeyboardInterrupt"]
    with takens_tensorboard.log_to(logs):
        takens.fit(small()[0], data, scheme, folder=folder, resume=True, steps=20, **options)
    assert [step for step, _ in Log(logs).scalars("training/loss")] == [5, 10, 15, 20]


def test_a_block_logs_one_training_and_says_so(tmp_path: Path) -> None:
    with takens_tensorboard.log_to(tmp_path / "logs"):
        takens.fit(*small(), steps=2, batch=2, window=10, log_every=1)
        with pytest.warns(takens.errors.PluginWarning, match="give it a block of its own"):
            takens.fit(*small(), steps=2, batch=2, window=10, log_every=1)
    assert len(Log(tmp_path / "logs").scalars("training/loss")) == 2


def test_a_log_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        warnings.catch_warnings(record=True) as given,
        takens_tensorboard.log_to(tmp_path / "file" / "logs"),
    ):
        warnings.simplefilter("always")
        found = takens.fit(*small(), steps=6, batch=2, window=10, log_every=1)
    assert len(found.history) == 6
    (warning,) = given
    assert "cannot be written" in str(warning.message)
    assert "'tensorboard' (takens-tensorboard 0.1.0)" in str(warning.message)


def test_a_log_that_fails_later_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def scalars(log: object, values: object, step: int, wall_time: float) -> None:
        asked.append(step)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("takens_tensorboard.log.Log.scalars", scalars)
    with (
        pytest.warns(takens.errors.PluginWarning, match=r"No space left.*goes on without it"),
        takens_tensorboard.log_to(tmp_path / "logs"),
    ):
        found = takens.fit(*small(), steps=6, batch=2, window=10, log_every=1)
    assert len(found.history) == 6
    assert asked == [1]
