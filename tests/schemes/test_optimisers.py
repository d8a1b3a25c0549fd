"""Optimisers of torch, schedules, and those of anyone."""

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens
from takens._training.windows import WindowDraws, Windows
from takens_schemes import SparseTeacherForcing, optimisers
from takens_systems import Lorenz63

KINDS = {
    name: kind
    for name, kind in vars(torch.optim).items()
    if isinstance(kind, type)
    and issubclass(kind, torch.optim.Optimizer)
    and kind is not torch.optim.Optimizer
}
# What says how a step is computed, and not which.
HOW = {"params", "lr", "foreach", "maximize", "capturable", "differentiable", "fused"}
SCHEME = SparseTeacherForcing(5)


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.01, steps=1500, noise=0.05, seed=0)


def make(seed: int = 0) -> takens.plugin.Model:
    return takens.models.create(
        "shallow_plrnn", obs_dim=3, latent_dim=5, hidden_dim=10, seed=seed
    )


def train(
    data: takens.TimeSeries, model: takens.plugin.Model | None = None, **options: Any
) -> Any:
    given: dict[str, Any] = {
        "steps": 20,
        "batch": 4,
        "window": 20,
        "log_every": 1,
        "check_every": 0,
        "device": "cpu",
    }
    return takens.fit(model or make(), data, SCHEME, **(given | options))


def test_every_optimiser_of_torch_is_there_with_its_own_defaults() -> None:
    offered = {
        spec.settings_class(): spec.name
        for _, spec in takens.catalogue()
        if spec.kind == "optimiser" and spec.target.startswith("takens_schemes.")
    }
    assert {settings.__name__ for settings in offered if settings} >= set(KINDS)
    for name, kind in KINDS.items():
        settings = getattr(optimisers, name)
        ours = {field.name: field.default for field in attrs.fields(settings)}
        theirs = {
            key: parameter.default
            for key, parameter in inspect.signature(kind).parameters.items()
            if key not in HOW
        }
        # An older torch has fewer.
        assert set(ours) >= set(theirs)
        for key, default in theirs.items():
            assert ours[key] in (default, None), f"{name}.{key}"


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ("sgd", torch.optim.SGD),
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, torch.optim.SGD),
        ("adam", torch.optim.Adam),
        ({"name": "adamw", "weight_decay": 0.1}, torch.optim.AdamW),
        ({"name": "adamax", "betas": [0.8, 0.99]}, torch.optim.Adamax),
        ("nadam", torch.optim.NAdam),
        ("radam", torch.optim.RAdam),
        ("adagrad", torch.optim.Adagrad),
        ("adadelta", torch.optim.Adadelta),
        ("adafactor", torch.optim.Adafactor),
        ("asgd", torch.optim.ASGD),
        ({"name": "rmsprop", "centered": True}, torch.optim.RMSprop),
        ("rprop", torch.optim.Rprop),
    ],
    ids=str,
)
def test_a_fit_makes_the_steps_that_torch_makes(
    data: takens.TimeSeries, choice: Any, kind: Callable[..., torch.optim.Optimizer]
) -> None:
    fit = train(data, optimiser=choice, schedule="constant", learning_rate=1e-3)
    model = make()
    trained = takens.TrainedModel.for_series(model, data)
    windows = Windows(trained.standardise(data.x.double()).float()[None], 20, [data.t], data.dt)
    draws = WindowDraws(windows, [0], bootstrap=False)
    options = (
        {} if isinstance(choice, str) else {k: v for k, v in choice.items() if k != "name"}
    )
    optimiser = kind(list(model.parameters()), lr=1e-3, **options)
    for step in range(20):
        numbers = draws(4)[0]
        optimiser.zero_grad()
        times = windows.times(numbers)
        SCHEME.loss(model, windows.at(numbers), times=times, step=step).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
    torch.testing.assert_close(
        fit.model.inner.state_dict(), model.state_dict(), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("choice", ["adafactor", {"name": "sgd", "momentum": 0.9}], ids=str)
def test_members_with_rates_of_their_own_learn_as_alone(
    data: takens.TimeSeries, choice: Any
) -> None:
    both = train(data, optimiser=choice, members=2, learning_rate=[1e-2, 1e-3])
    for i, rate in enumerate((1e-2, 1e-3)):
        alone = train(data, make(i), optimiser=choice, learning_rate=rate, seed=i)
        torch.testing.assert_close(
            both.members[i].state_dict(), alone.model.state_dict(), rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize("choice", ["adafactor", {"name": "sgd", "momentum": 0.9}], ids=str)
def test_a_training_resumes_with_any_optimiser(
    data: takens.TimeSeries, tmp_path: Path, choice: Any
) -> None:
    class Stopping:
        @takens.plugin.hookimpl
        def takens_step_logged(self, event: takens.plugin.StepLogged) -> str | None:
            return "enough" if event.record["step"] == 7 else None

    manager, plugin = takens.catalogue().manager, Stopping()
    manager.register(plugin, name="stopping")
    try:
        assert train(data, optimiser=choice, folder=tmp_path).reason == "enough"
    finally:
        manager.unregister(plugin)
    resumed = train(data, optimiser=choice, folder=tmp_path, resume=True)
    whole = train(data, optimiser=choice)
    torch.testing.assert_close(
        resumed.model.state_dict(), whole.model.state_dict(), rtol=0, atol=0
    )
    with pytest.raises(
        takens.errors.CheckpointError, match=r"training.optimiser was .* and is 'adam'"
    ):
        train(data, optimiser="adam", folder=tmp_path, resume=True)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("sgdd", "No optimiser is called 'sgdd'. Did you mean 'sgd'"),
        ({"name": "sgd", "momentun": 0.9}, "has no parameter 'momentun'.*Did you mean 'mom"),
        ({"name": "adam", "betas": [1.5, 0.9]}, "Invalid beta parameter at index 0: 1.5"),
        ({"momentum": 0.9}, "A component is a table with a name"),
        ("lbfgs", "optimiser lbfgs cannot train ShallowPLRNN: it asks for the loss again"),
        ("sparse_adam", "sparse_adam cannot train ShallowPLRNN: .* dense gradients"),
        ("muon", "optimiser muon cannot train ShallowPLRNN: .*2D"),
        (1.5, "training.optimiser is a component of kind optimiser; got float"),
    ],
    ids=str,
)
def test_an_optimiser_that_cannot_be_used_is_refused(
    data: takens.TimeSeries, tmp_path: Path, choice: Any, sentence: str
) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        train(data, optimiser=choice, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_member_that_stopped_is_left_alone_by_weight_decay(data: takens.TimeSeries) -> None:
    class Exploding:
        takes_ensembles = True

        def loss(self, model: Any, windows: Any, *, times: Any, step: int) -> torch.Tensor:
            loss = SCHEME.loss(model, windows, times=times, step=step)
            return loss * torch.tensor([1.0, math.inf]) if step >= 5 and loss.ndim else loss

    def ended(steps: int) -> Any:
        return takens.fit(
            make(),
            data,
            Exploding(),
            steps=steps,
            members=2,
            batch=4,
            window=20,
            check_every=0,
            schedule="constant",
            optimiser={"name": "adamw", "weight_decay": 0.5},
            device="cpu",
        )

    short, long = ended(6), ended(12)
    one, other = (fit.members[1].state_dict() for fit in (short, long))
    torch.testing.assert_close(one, other, rtol=0, atol=0)
    one, other = (fit.members[0].state_dict() for fit in (short, long))
    assert not torch.equal(one["model.W1"], other["model.W1"])


@attrs.frozen
class SignDescent:
    """An optimiser as a stranger would write it."""

    def make(self, groups: list[dict[str, Any]], /) -> torch.optim.Optimizer:
        return _Signs(groups, {})


class _Signs(torch.optim.Optimizer):
    def step(self, closure: Any = None) -> Any:
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    p -= group["lr"] * p.grad.sign()


@attrs.frozen
class Halving:
    """A schedule as a stranger would write it."""

    every: int = 5

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        return max(first * 0.5 ** (step // self.every), final)


def test_optimisers_and_schedules_of_anyone(data: takens.TimeSeries) -> None:
    fit = train(data, optimiser=SignDescent(), schedule=Halving(), learning_rate=8e-3)
    rates = [record["learning_rate"] for record in fit.history]
    assert rates == [8e-3] * 5 + [4e-3] * 5 + [2e-3] * 5 + [1e-3] * 5
    moved = fit.model.state_dict()["model.W1"] - make().state_dict()["W1"]
    # Each step moves each weight by its rate, one way or the other.
    assert float(moved.abs().max()) <= 5 * (8e-3 + 4e-3 + 2e-3 + 1e-3) + 1e-6
    assert float(moved.abs().max()) > 1e-2


@pytest.mark.parametrize("rate", [math.nan, -1e-3])
def test_a_schedule_that_gives_no_rate_is_refused(data: takens.TimeSeries, rate: float) -> None:
    class Broken:
        def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
            return rate if step else first

    with pytest.raises(takens.InputError, match=f"a rate of {rate} at update 20"):
        train(data, schedule=Broken())


def test_a_schedule_can_be_warmed_up(data: takens.TimeSeries) -> None:
    fit = train(data, schedule={"name": "constant", "warm_up": 3}, learning_rate=1e-2)
    rates = [record["learning_rate"] for record in fit.history]
    assert rates[:5] == pytest.approx([2.5e-3, 5e-3, 7.5e-3, 1e-2, 1e-2])
