import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytorch_lightning as lightning
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from takens_lightning import DynamicsModule, WindowsDataModule, load_trained_model

import takens
from takens.testing import parametrize_with_checks, registered

pytestmark = [
    # Lightning's own use of what torch deprecates.
    pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated"),
]
(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "lightning")
LORENZ = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=1500, seed=0)
TRAINING = takens.Training(steps=30, batch=4, window=30, check_every=10, log_every=1)
SHALLOW: dict[str, Any] = {"name": "shallow_rnn", "latent_dim": 6, "hidden_dim": 12}
NEURAL_ODE: dict[str, Any] = {"name": "neural_ode", "width": 6, "integrator": "heun"}
ADAPTING: dict[str, Any] = {
    "name": "generalised_teacher_forcing",
    "adapt": "product_upper_bound",
}
SPARSE: dict[str, Any] = {"name": "sparse_teacher_forcing", "every": "auto", "warm_up": 2}


class Losses(lightning.Callback):
    def __init__(self) -> None:
        self.values: list[float] = []
        self.norms: list[float] = []

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.values.append(float(outputs["loss"]))
        self.norms.append(float(trainer.callback_metrics["gradient_norm"]))


def model(table: dict[str, Any], obs_dim: int = 3) -> takens.plugin.Model:
    rest = {key: value for key, value in table.items() if key != "name"}
    return takens.create("model", table["name"], obs_dim=obs_dim, **rest)


def scheme(table: dict[str, Any]) -> takens.plugin.Scheme:
    rest = {key: value for key, value in table.items() if key != "name"}
    return takens.create("scheme", table["name"], **rest)


def trainer(
    folder: Path, *callbacks: lightning.Callback, steps: int = 30, **options: Any
) -> lightning.Trainer:
    settings: dict[str, Any] = {
        "accelerator": "cpu",
        "devices": 1,
        "logger": False,
        "log_every_n_steps": 1,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "enable_checkpointing": False,
        "num_sanity_val_steps": 0,
        "default_root_dir": folder,
        "callbacks": list(callbacks),
    }
    return lightning.Trainer(max_steps=steps, **settings | options)


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


@pytest.mark.parametrize("which", [SHALLOW, NEURAL_ODE])
@pytest.mark.parametrize("how", [ADAPTING, SPARSE])
def test_the_losses_are_those_of_fit(
    which: dict[str, Any], how: dict[str, Any], tmp_path: Path
) -> None:
    expected_model = model(which)
    expected = takens.fit(
        expected_model, LORENZ, scheme(how), TRAINING, seed=3, keep="last", device="cpu"
    )
    losses = Losses()
    found = model(which)
    data = WindowsDataModule(LORENZ, TRAINING, seed=3)
    trainer(tmp_path, losses).fit(DynamicsModule(found, scheme(how), LORENZ, TRAINING), data)
    for name, values in (("loss", losses.values), ("gradient_norm", losses.norms)):
        assert values == pytest.approx([r[name] for r in expected.history], rel=1e-4)
    for ours, theirs in zip(found.parameters(), expected_model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"optimiser": "adam", "schedule": "exponential", "gradient_clip": 0.05},
        {"schedule": "constant", "learning_rate": 1e-3, "gradient_clip": 0.0},
        {"bootstrap": True},
    ],
)
def test_every_setting_means_what_it_means_to_fit(
    options: dict[str, Any], tmp_path: Path
) -> None:
    training = attrs.evolve(TRAINING, steps=12, check_every=0, **options)
    x = LORENZ.x[:1400].reshape(2, 700, 3)
    irregular = torch.cat((torch.arange(600) * 0.02, 12 + torch.arange(100) * 0.05))
    series = takens.TimeSeries(irregular, x)
    how = takens.schemes.create("trajectory_matching")
    which = {"name": "neural_ode", "width": 6, "integrator": "dopri5"}
    expected = takens.fit(model(which), series, how, training, device="cpu")
    losses = Losses()
    module = DynamicsModule(model(which), how, series, training)
    trainer(tmp_path, losses, steps=12).fit(module, WindowsDataModule(series, training))
    assert losses.values == pytest.approx([r["loss"] for r in expected.history], rel=1e-4)


@pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists and is not empty")
@pytest.mark.parametrize("stop", [13, 20])
def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    stop: int, tmp_path: Path
) -> None:
    whole, first, second = Losses(), Losses(), Losses()
    straight = DynamicsModule(model(SHALLOW), scheme(ADAPTING), LORENZ, TRAINING)
    trainer(tmp_path, whole).fit(straight, WindowsDataModule(LORENZ, TRAINING))

    module = DynamicsModule(model(SHALLOW), scheme(ADAPTING), LORENZ, TRAINING)
    keep = ModelCheckpoint(tmp_path, filename="kept", every_n_train_steps=stop, save_top_k=-1)
    with pytest.warns(UserWarning, match="training.steps = 30"):
        trainer(tmp_path, first, keep, steps=stop, enable_checkpointing=True).fit(
            module, WindowsDataModule(LORENZ, TRAINING)
        )

    again = DynamicsModule(model(SHALLOW | {"seed": 4}), scheme(ADAPTING), LORENZ, TRAINING)
    trainer(tmp_path, second, keep, enable_checkpointing=True).fit(
        again,
        WindowsDataModule(LORENZ, TRAINING, seed=5),
        ckpt_path=tmp_path / "kept.ckpt",
        weights_only=True,
    )
    assert first.values + second.values == whole.values
    for ours, theirs in zip(again.parameters(), straight.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_validation_is_what_evaluate_says(tmp_path: Path) -> None:
    training = attrs.evolve(TRAINING, steps=10)
    other = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=1200, seed=5)
    metrics = ["state_space_divergence", "spectrum_distance"]
    module = DynamicsModule(
        model(SHALLOW), scheme(SPARSE), LORENZ, training, metrics=metrics, runs=2
    )
    teacher = trainer(tmp_path, steps=10)
    teacher.fit(module, WindowsDataModule(LORENZ, training, validation=other))
    expected = takens.evaluate(module.trained_model, other, metrics, runs=2)
    logged = {name: float(value) for name, value in teacher.callback_metrics.items()}
    for name, score in expected.items():
        assert logged[name] == pytest.approx(score.value)
        assert logged[f"{name}_floor"] == pytest.approx(score.floor)
    assert 0 <= logged["free_runs_lost"] <= 1
    assert "forcing_interval" in logged or any("forcing" in name for name in logged)


def test_a_model_is_read_from_lightnings_checkpoint_without_unpickling(tmp_path: Path) -> None:
    known = takens.models.create(
        "known_ode", system="lorenz63", parameters={"rho": 20.0}, learn=["rho"]
    )
    module = DynamicsModule(known, scheme(SPARSE), LORENZ, TRAINING)
    teacher = trainer(tmp_path, steps=30)
    teacher.fit(module, WindowsDataModule(LORENZ, TRAINING))
    path = tmp_path / "last.ckpt"
    teacher.save_checkpoint(path)
    read = load_trained_model(path)
    context = LORENZ.x[:1]
    expected = takens.generate(module.trained_model, context=context, steps=20)
    found = takens.generate(read, context=context, steps=20)
    torch.testing.assert_close(found.x, expected.x, rtol=0, atol=0)
    takens.save_model(read, tmp_path / "model.pt")
    assert takens.load_model(tmp_path / "model.pt").columns == LORENZ.columns

    fresh = takens.models.create(
        "known_ode", system="lorenz63", parameters={"rho": 20.0}, learn=["rho"]
    )
    loaded = DynamicsModule.load_from_checkpoint(
        path,
        model=fresh,
        scheme=scheme(SPARSE),
        series=LORENZ,
        training=TRAINING,
        weights_only=True,
    )
    for ours, theirs in zip(loaded.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


class Payload:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_a_checkpoint_that_holds_code_is_refused(tmp_path: Path) -> None:
    path, trace = tmp_path / "bad.ckpt", tmp_path / "trace"
    torch.save({"takens": Payload(trace), "state_dict": {}}, path)
    with pytest.raises(takens.errors.CheckpointError, match="running code"):
        load_trained_model(path)
    assert not trace.exists()
    torch.save({"state_dict": {}}, path)
    with pytest.raises(
        takens.errors.CheckpointError, match="not a checkpoint of a DynamicsModule"
    ):
        load_trained_model(path)
    with pytest.raises(takens.errors.CheckpointError, match="no checkpoint"):
        load_trained_model(tmp_path / "none.ckpt")


def test_a_checkpoint_of_other_data_or_another_model_is_refused(tmp_path: Path) -> None:
    training = attrs.evolve(TRAINING, steps=2, check_every=0)
    teacher = trainer(tmp_path, steps=2)
    teacher.fit(
        DynamicsModule(model(SHALLOW), scheme(SPARSE), LORENZ, training),
        WindowsDataModule(LORENZ, training),
    )
    path = tmp_path / "last.ckpt"
    teacher.save_checkpoint(path)
    other = takens.TimeSeries(LORENZ.t, 2 * LORENZ.x)
    for given, series, message in (
        (model(SHALLOW), other, "other data"),
        (model(SHALLOW | {"hidden_dim": 9}), LORENZ, "parameters"),
    ):
        with pytest.raises(takens.errors.CheckpointError, match=message):
            DynamicsModule.load_from_checkpoint(
                path, model=given, scheme=scheme(SPARSE), series=series, weights_only=True
            )


def test_double_precision_is_lightnings(tmp_path: Path) -> None:
    training = attrs.evolve(TRAINING, steps=3)
    module = DynamicsModule(model(SHALLOW), scheme(ADAPTING), LORENZ, training)
    trainer(tmp_path, steps=3, precision="64-true").fit(
        module, WindowsDataModule(LORENZ, training)
    )
    assert {weight.dtype for weight in module.parameters()} == {torch.float64}


def test_what_does_not_fit_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(takens.InputError, match="without updates"):
        DynamicsModule(model(SHALLOW), takens.schemes.create("closed_form"), LORENZ)
    with pytest.raises(takens.InputError, match="no weights"):
        DynamicsModule(takens.models.create("persistence", obs_dim=3), scheme(SPARSE), LORENZ)
    with pytest.raises(takens.InputError, match=r"members is 3.*one model"):
        WindowsDataModule(LORENZ, takens.Training(members=3))
    with pytest.raises(takens.InputError, match="window of 75 samples is longer"):
        WindowsDataModule(LORENZ.between(0, 60))
    with pytest.raises(takens.errors.DataError, match="observes 2 variables"):
        DynamicsModule(model(SHALLOW, obs_dim=2), scheme(SPARSE), LORENZ)
    broken = model(SHALLOW)
    with torch.no_grad():
        next(broken.parameters()).fill_(float("inf"))
    module = DynamicsModule(broken, scheme(SPARSE), LORENZ, TRAINING)
    with pytest.raises(takens.errors.TrainingError, match="update 1: the loss is"):
        trainer(tmp_path, limit_val_batches=0).fit(module, WindowsDataModule(LORENZ, TRAINING))


@pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists and is not empty")
def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[1] / "README.md"
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 3
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    assert takens.load_model(tmp_path / "model.pt").obs_dim == 3
    assert names["module"].global_step == 200


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    training = attrs.evolve(TRAINING, steps=2, check_every=0)
    teacher = trainer(tmp_path, steps=2)
    module = DynamicsModule(model(SHALLOW), scheme(SPARSE), LORENZ, training)
    teacher.fit(module, WindowsDataModule(LORENZ, training))
    path, damaged = tmp_path / "last.ckpt", tmp_path / "damaged.ckpt"
    teacher.save_checkpoint(path)
    load_trained_model(path)
    content = path.read_bytes()
    weights = max(module.parameters(), key=torch.numel).detach().numpy().tobytes()
    place = content.index(weights) + len(weights) // 2
    damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    with pytest.raises(takens.errors.CheckpointError, match="damaged; restore"):
        load_trained_model(damaged)
    again = DynamicsModule(model(SHALLOW), scheme(SPARSE), LORENZ, training)
    with pytest.raises(takens.errors.CheckpointError, match="damaged; restore"):
        trainer(tmp_path, steps=2).fit(
            again, WindowsDataModule(LORENZ, training), ckpt_path=damaged, weights_only=True
        )


def test_the_other_package_of_lightning_can_be_used(tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    program = f"""
import lightning as L
import takens
from takens_lightning import DynamicsModule, WindowsDataModule

assert issubclass(DynamicsModule, L.LightningModule)
series = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=500, seed=0)
training = takens.Training(steps=3, batch=4, window=30, check_every=0)
model = takens.models.create("shallow_rnn", obs_dim=3, latent_dim=6, hidden_dim=12)
scheme = takens.schemes.create("generalised_teacher_forcing")
module = DynamicsModule(model, scheme, series, training)
trainer = L.Trainer(
    max_steps=3, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
    enable_progress_bar=False, default_root_dir={str(tmp_path)!r},
)
trainer.fit(module, WindowsDataModule(series, training))
assert module.global_step == 3
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
