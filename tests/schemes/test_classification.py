"""A layer learns to tell classes apart."""

import math

import pytest
import torch
from torch import Tensor, nn

import takens
from takens_models import NeuralODELayer
from takens_schemes import Classification


def clouds(count: int = 60) -> tuple[Tensor, Tensor]:
    classes = torch.arange(count) % 2
    noise = 0.3 * torch.randn(count, 2, generator=torch.Generator().manual_seed(0))
    return 2.0 * classes[:, None] - 1 + noise, classes


def linear() -> nn.Linear:
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
    return layer


def test_two_clouds_are_told_apart() -> None:
    inputs, classes = clouds()
    done = Classification(epochs=60, learning_rate=0.1).train(linear(), inputs, classes)
    right = (done.layer(inputs).argmax(-1) == classes).double().mean()
    assert float(right) == 1
    assert done.history[0]["loss"] == pytest.approx(math.log(2))
    assert done.history[-1]["validation_accuracy"] == 1


def test_updates_are_those_of_adam_on_cross_entropy() -> None:
    inputs, classes = clouds()
    settings = Classification(epochs=5, learning_rate=0.1, validation=0)
    done = settings.train(linear(), inputs, classes)
    by_hand = linear()
    # Half a cosine from 0.1 to the final 0.005.
    optimiser = torch.optim.Adam(by_hand.parameters())
    for epoch in range(5):
        optimiser.param_groups[0]["lr"] = 0.005 + 0.095 * 0.5 * (
            1 + math.cos(math.pi * epoch / 4)
        )
        optimiser.zero_grad()
        nn.functional.cross_entropy(by_hand(inputs), classes).backward()
        optimiser.step()
    torch.testing.assert_close(done.layer.state_dict(), by_hand.state_dict())


def test_the_weights_are_kept_that_are_best_on_what_was_held_out() -> None:
    inputs, classes = clouds()
    chance = torch.rand(len(classes), generator=torch.Generator().manual_seed(5))
    noisy = torch.where(chance < 0.3, 1 - classes, classes)
    scheme = Classification(
        epochs=40, learning_rate=1.0, final_learning_rate=1.0, validation=0.3
    )
    done = scheme.train(linear(), inputs, noisy, seed=1)
    losses = [record["validation_loss"] for record in done.history]
    assert losses.index(min(losses)) < 39
    held = torch.randperm(60, generator=torch.Generator().manual_seed(1))[:18]
    found = nn.functional.cross_entropy(done.layer(inputs[held]), noisy[held])
    assert float(found.detach()) == pytest.approx(min(losses))


def test_a_layer_reports_its_evaluations() -> None:
    inputs, classes = clouds()
    layer = NeuralODELayer(2, width=8, integrator="dopri5")
    done = Classification(epochs=2, batch=20).train(layer, inputs, classes)
    assert done.history[-1]["evaluations"] >= 7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epochs": 0}, "epochs is at least 1"),
        ({"batch": -1}, "batch is at least 0"),
        ({"learning_rate": 0.0}, "learning_rate is above 0"),
        ({"validation": 1.0}, "validation is at least 0 and below 1"),
    ],
)
def test_senseless_settings_are_refused(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=words):
        takens.registry("layer_scheme").create("classification", **arguments)


@pytest.mark.parametrize(
    ("inputs", "classes", "words"),
    [
        (torch.zeros(4, 2), torch.zeros(3, dtype=torch.long), r"\(4, 2\) and \(3,\)"),
        (torch.zeros(4, 2), torch.zeros(4), "whole numbers from 0"),
        (torch.zeros(4, 2), torch.tensor([0, 1, 2, 1]), "classes are 0 to 2"),
        (torch.full((4, 2), math.nan), torch.tensor([0, 1, 0, 1]), "not all finite"),
    ],
)
def test_points_that_do_not_fit_are_refused(
    inputs: Tensor, classes: Tensor, words: str
) -> None:
    with pytest.raises(takens.InputError, match=words):
        Classification().train(linear(), inputs, classes)


def test_a_loss_that_breaks_down_is_said() -> None:
    inputs, classes = clouds()
    with pytest.raises(takens.errors.TrainingError, match="epoch 2 of 3: the loss is"):
        Classification(epochs=3, learning_rate=1e30, validation=0).train(
            linear(), inputs * 1e10, classes
        )


def test_it_does_not_train_models_of_series() -> None:
    data = takens.TimeSeries(torch.arange(50.0), torch.rand(50, 2))
    model = takens.models.create("linear_autoregression", obs_dim=2)
    with pytest.raises(takens.InputError, match=r"call its train\(layer, inputs, targets\)"):
        takens.fit(model, data, Classification())  # pyright: ignore[reportArgumentType]
