"""The whole job, called from Python."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import takens

SMALL = """
figures = []
scheme = {name = "sparse_teacher_forcing", every = "auto"}
data = {system = "lorenz63", dt = 0.02, steps = 300}
model = {name = "shallow_plrnn", latent_dim = 3, hidden_dim = 8}
training = {steps = 4, batch = 2, window = 20, log_every = 2}
judge = {metrics = ["state_space_divergence"], runs = 2, starts = 2}
"""


def job(folder: Path, text: str = SMALL) -> Path:
    path = folder / "job.toml"
    path.write_text(text)
    return path


class Listener:
    """Keeps every event that it hears of, by the name of its hook."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.reason: str | None = None

    @takens.plugin.hookimpl
    def takens_run_started(self, event: takens.plugin.RunStarted) -> None:
        self.heard.append(("run_started", event))

    @takens.plugin.hookimpl
    def takens_fit_started(self, event: takens.plugin.FitStarted) -> None:
        self.heard.append(("fit_started", event))

    @takens.plugin.hookimpl
    def takens_step_logged(self, event: takens.plugin.StepLogged) -> str | None:
        self.heard.append(("step_logged", event))
        return self.reason

    @takens.plugin.hookimpl
    def takens_fit_finished(self, event: takens.plugin.FitFinished) -> None:
        self.heard.append(("fit_finished", event))

    @takens.plugin.hookimpl
    def takens_run_finished(self, event: takens.plugin.RunFinished) -> None:
        self.heard.append(("run_finished", event))

    @takens.plugin.hookimpl
    def takens_run_failed(self, event: takens.plugin.RunFailed) -> None:
        self.heard.append(("run_failed", event))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]


@pytest.fixture
def listener() -> Iterator[Listener]:
    manager, plugin = takens.catalogue().manager, Listener()
    manager.register(plugin, name="listener")
    yield plugin
    manager.unregister(plugin)


def test_events_of_one_run_have_its_id(tmp_path: Path, listener: Listener) -> None:
    for name in ("one", "two"):
        takens.run(job(tmp_path), tmp_path / name)
    logged = ["step_logged"] * 2
    each = ["run_started", "fit_started", *logged, "fit_finished", "run_finished"]
    assert listener.names == each * 2
    ids = [event.run_id for _, event in listener.heard]
    assert ids == [ids[0]] * 6 + [ids[6]] * 6
    assert len(set(ids) - {""}) == 2


def test_a_run_that_breaks_down_announces_itself(tmp_path: Path, listener: Listener) -> None:
    hot = SMALL.replace("steps = 4,", "steps = 40, learning_rate = 1e30, gradient_clip = 0,")
    with pytest.raises(takens.errors.TrainingError) as raised:
        takens.run(job(tmp_path, hot), tmp_path / "run")
    assert listener.names[-2:] == ["fit_finished", "run_failed"]
    finished, failed = (event for _, event in listener.heard[-2:])
    assert finished.failed
    assert failed.folder == tmp_path / "run"
    assert failed.error == str(raised.value)
    assert failed.run_id == finished.run_id == listener.heard[0][1].run_id
    # What is refused before it began announces nothing.
    heard = len(listener.heard)
    with pytest.raises(takens.InputError, match="longer than the data"):
        takens.run(job(tmp_path, SMALL.replace("window = 20", "window = 900")), tmp_path / "x")
    assert len(listener.heard) == heard


def test_a_judgement_that_breaks_down_announces_itself(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("takens._run.folder.RunFolder.write_metrics", broken)
    with pytest.raises(OSError, match="the disk"):
        takens.run(job(tmp_path), tmp_path / "run")
    assert listener.names[-1] == "run_failed"
    assert listener.heard[-1][1].error == "OSError: the disk is gone"


def test_a_run_whose_training_was_ended_is_judged(tmp_path: Path, listener: Listener) -> None:
    listener.reason = "the budget is spent"
    told: list[str] = []
    done = takens.run(job(tmp_path), tmp_path / "run", say=told.append)
    assert done.fit.reason == "the budget is spent"
    assert "Training ended after 2 of 4 updates: the budget is spent" in told
    assert done.results.remarks == done.fit.remarks
    assert done.results.scores["state_space_divergence"].value is not None
    assert listener.names[-1] == "run_finished"
    listener.reason = None
    resumed = takens.run(job(tmp_path), tmp_path / "run", resume=True)
    whole = takens.run(job(tmp_path), tmp_path / "whole")
    ours, theirs = (each.fit.model.state_dict() for each in (resumed, whole))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_training_is_prepared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme: Any = type(takens.schemes.create("sparse_teacher_forcing"))
    adapted: list[object] = []
    own = scheme.set_up

    def counted(self: Any, x: torch.Tensor, dt: float) -> Any:
        adapted.append(self)
        return own(self, x, dt)

    monkeypatch.setattr(scheme, "set_up", counted)
    takens.run(job(tmp_path), tmp_path / "run")
    assert len(adapted) == 1


def test_a_resumed_run_stays_on_its_device(tmp_path: Path) -> None:
    path = job(tmp_path)
    assert takens.run(path, tmp_path / "run").fit.placement.device.type == "cpu"
    stored = tmp_path / "run" / "config.toml"
    assert tomllib.loads(stored.read_text())["device"] == {"name": "devices:cpu"}
    other = job(tmp_path, SMALL.replace('every = "auto"', "every = 3"))
    with pytest.raises(takens.InputError, match="holds a run with another scheme"):
        takens.run(other, tmp_path / "run", resume=True)


def test_a_metric_with_two_settings_has_two_labels(tmp_path: Path) -> None:
    both = """judge = {runs = 2, starts = 2, reference = {coarse = 0.5}, metrics = [
        "spectrum_distance", {name = "spectrum_distance", sigma = 0.5, label = "coarse"}]}"""
    text = SMALL.replace(SMALL[SMALL.index("judge =") :].strip(), both)
    done = takens.run(job(tmp_path, text), tmp_path / "run")
    scores = done.results.scores
    assert list(scores) == ["spectrum_distance", "coarse"]
    assert scores["coarse"].value != scores["spectrum_distance"].value
    assert scores["coarse"].reference == 0.5
    again = takens.run(tmp_path / "run" / "config.toml", tmp_path / "again")
    assert again.results.scores["coarse"].value == scores["coarse"].value
    unlabelled = text.replace(', label = "coarse"', "").replace(
        "reference = {coarse = 0.5}, ", ""
    )
    with pytest.raises(takens.InputError, match=r"called 'spectrum_distance'.*a label"):
        takens.run(job(tmp_path, unlabelled), tmp_path / "x")


def test_components_with_parameters_wherever_one_is_named(tmp_path: Path) -> None:
    series = takens.simulate("lorenz63", dt=0.02, steps=700, seed=0)
    rows = "\n".join(",".join(map(repr, row)) for row in series.x.tolist())
    (tmp_path / "mine.txt").write_text(f"a,b,c\n{rows}\n")
    text = SMALL.replace(
        'system = "lorenz63", dt = 0.02, steps = 300',
        f'file = "{(tmp_path / "mine.txt").as_posix()}", format = {{name = "csv"}}, dt = 0.02',
    ).replace(
        "steps = 4,",
        'steps = 4, optimiser = {name = "sgd", momentum = 0.5}, '
        'check_metric = {name = "spectrum_distance", sigma = 0.5}, '
        'schedule = {name = "constant", warm_up = 2},',
    )
    done = takens.run(job(tmp_path, f'device = {{name = "cpu"}}\n{text}'), tmp_path / "run")
    stored = tomllib.loads((tmp_path / "run" / "config.toml").read_text())
    assert stored["data"]["format"] == {"name": "datasets:csv"}
    assert stored["training"]["optimiser"]["momentum"] == 0.5
    assert stored["training"]["check_metric"]["name"] == "metrics:spectrum_distance"
    assert stored["training"]["schedule"] == {"name": "schemes:constant", "warm_up": 2}
    again = takens.run(tmp_path / "run" / "config.toml", tmp_path / "again")
    ours, theirs = (each.fit.model.state_dict() for each in (done, again))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert takens.run(job(tmp_path), tmp_path / "title").results.title == (
        "lorenz63 by shallow_plrnn, sparse_teacher_forcing"
    )


class Offering:
    """A plugin with one component, registered by hand."""

    def __init__(self, kind: str, target: str, *parameters: takens.plugin.Parameter) -> None:
        self.spec = takens.plugin.ComponentSpec(
            kind=kind, name="theirs", target=target, parameters=parameters
        )

    @takens.plugin.hookimpl
    def takens_components(self) -> Iterator[takens.plugin.ComponentSpec]:
        yield self.spec


def test_a_stored_configuration_means_the_same_when_others_are_installed(
    tmp_path: Path,
) -> None:
    text = SMALL.replace('{name = "sparse_teacher_forcing", every = "auto"}', '"theirs"')
    path, target = job(tmp_path, text), "takens_schemes:TeacherForcing"
    with takens.register(Offering("scheme", target), name="one"):
        takens.run(path, tmp_path / "run")
        with takens.register(Offering("scheme", target), name="two"):
            with pytest.raises(
                takens.errors.AmbiguousComponentError, match="one:theirs, two:theirs"
            ):
                takens.run(path, tmp_path / "x")
            takens.run(tmp_path / "run" / "config.toml", tmp_path / "again")


def test_a_folder_with_bare_names_is_resumed(tmp_path: Path) -> None:
    whole = takens.run(job(tmp_path), tmp_path / "run")
    stored = tmp_path / "run" / "config.toml"
    assert 'name = "systems:lorenz63"' in stored.read_text()
    stored.write_text(f'device = "cpu"\n{SMALL}')
    resumed = takens.run(job(tmp_path), tmp_path / "run", resume=True)
    ours, theirs = (each.fit.model.state_dict() for each in (resumed, whole))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert 'name = "systems:lorenz63"' in stored.read_text()


asked: list[dict[str, Any]] = []


def asking(**given: Any) -> takens.plugin.Model:
    asked.append(given)
    return takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=8)


def test_a_model_is_given_what_the_data_know(tmp_path: Path) -> None:
    names = ("obs_dim", "seed", "dt", "columns")
    parameters = [
        *map(takens.plugin.Parameter, names),
        takens.plugin.Parameter("time_unit", "h"),
    ]
    text = SMALL.replace('{name = "shallow_plrnn", latent_dim = 3, hidden_dim = 8}', '"theirs"')
    asked.clear()
    with takens.register(Offering("model", f"{__name__}:asking", *parameters), name="one"):
        takens.run(job(tmp_path, text), tmp_path / "run")
        # What the user says goes before.
        other = text.replace('"theirs"', '{name = "theirs", dt = 3.0}')
        takens.run(job(tmp_path, other), tmp_path / "two")
    known = {"obs_dim": 3, "seed": 0, "columns": ["x1", "x2", "x3"]}
    assert [given.pop("dt") for given in asked] == pytest.approx([0.02, 3.0])
    assert asked == [known] * 2


def own_data(folder: Path, rows: int) -> Path:
    x = takens.simulate("lorenz63", dt=0.02, steps=rows, seed=1).x
    path = folder / "mine.csv"
    path.write_text("x,y,z\n" + "\n".join(",".join(map(str, row)) for row in x.tolist()))
    return path


def own_job(folder: Path, rows: int, metrics: str, context: int = 32) -> Path:
    text = f"""
figures = []
data = {{file = "{own_data(folder, rows)}", dt = 0.02}}
model = {{name = "shallow_plrnn", latent_dim = 3, hidden_dim = 8}}
training = {{steps = 4, batch = 2, window = 8, log_every = 2}}
judge = {{metrics = {metrics}, runs = 2, starts = 2, context = {context}, power = false}}
"""
    return job(folder, text)


def test_exponents_of_own_data_are_judged_by_what_the_data_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = ("max_lyapunov", "state_space_divergence")
    monkeypatch.setattr("takens._run.job.METRICS", usual)
    run = takens.run(own_job(tmp_path, 4_000, str(list(usual))), tmp_path / "run")
    assert "lyapunov_from_data" in run.results.scores
    assert "give it (judge.reference)" in run.results.verdict.not_judged["max_lyapunov"]
    chosen = own_job(tmp_path, 4_000, '["state_space_divergence"]')
    run = takens.run(chosen, tmp_path / "chosen")
    assert list(run.results.scores) == ["state_space_divergence"]


def test_effects_that_could_not_be_measured_are_refused_before_training(tmp_path: Path) -> None:
    short = own_job(tmp_path, 44, '["mean_shift"]', context=8)
    with pytest.raises(takens.errors.InputError, match="needs at least 16 samples in time"):
        takens.run(short, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_verdict_takes_the_noise_that_the_scheme_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = SMALL.replace(
        '"sparse_teacher_forcing", every = "auto"', '"weak_constraint", pulled = 1'
    )
    noisy = noisy.replace("starts = 2}", 'starts = 2, noise = "learned"}')
    given = list[Any]()

    def judge(*values: Any, **options: Any) -> Any:
        given.append(options["noise"])
        return takens.judge(*values, **options)

    monkeypatch.setattr("takens._run.job.judge", judge)
    run = takens.run(job(tmp_path, noisy), tmp_path / "out")
    assert given == [run.fit.details["noise"]]
    assert json.loads((tmp_path / "out" / "learned.json").read_text()) == run.fit.details
    report = (tmp_path / "out" / "report.html").read_text()
    assert "The data have noise of" in report
    assert "noise by variable" in report


def test_noise_that_no_scheme_finds_is_refused_before_training(tmp_path: Path) -> None:
    wanted = SMALL.replace("starts = 2}", 'starts = 2, noise = "learned"}')
    with pytest.raises(takens.InputError, match="choose a scheme that does, or give a number"):
        takens.run(job(tmp_path, wanted), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(takens.InputError, match="this one has found none"):
        takens.judge(takens.systems.create("henon"), torch.rand(50, 2), noise="learned")
