from typing import Any

import pytest
import torch

import takens
from takens_models import ShallowPLRNN


def make(**changes: Any) -> ShallowPLRNN:
    settings: dict[str, Any] = {"obs_dim": 2, "latent_dim": 5, "hidden_dim": 7, "seed": 3}
    return ShallowPLRNN(**settings | changes).double()


def states(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)).double()


def test_the_step_is_the_published_formula() -> None:
    model, z = make(), states(5)
    expected = (
        torch.diag(model.A) @ z
        + model.W1 @ torch.clamp(model.W2 @ z + model.h2, min=0)
        + model.h1
    )
    torch.testing.assert_close(model(z), expected)


def test_the_clipped_step_is_the_published_formula() -> None:
    model, z = make(clipped=True), states(5)
    a = model.W2 @ z
    hidden = torch.clamp(a + model.h2, min=0) - torch.clamp(a, min=0)
    torch.testing.assert_close(model(z), model.A * z + model.W1 @ hidden + model.h1)


def test_a_clipped_model_stays_bounded() -> None:
    # A bound on every orbit: |z| <= (|W1| |h2| + |h1|) / (1 - max|A|).
    model = make(clipped=True, hidden_dim=40)
    with torch.no_grad():
        model.W1.mul_(100)
        z = 1e3 * states(20, 5)
        for _ in range(200):
            z = model(z)
        bound = (model.W1.abs() @ model.h2.abs() + model.h1.abs()) / (1 - model.A.max())
    assert bool((z.abs() <= bound * 1.01).all())


def test_the_initial_weights_are_those_of_before() -> None:
    # Drawn once with the default settings: training must go on giving the same numbers.
    model = ShallowPLRNN(3, seed=1)
    sums = [float(w.detach().double().sum()) for w in (model.A, model.h2, model.W1, model.W2)]
    assert sums == pytest.approx([14.358571, 0.35751, -0.297412, -12.849687], abs=1e-4)
    start = model.state_dict()["initial_state.weight"]
    assert float(start.double().sum()) == pytest.approx(-2.173632, abs=1e-5)


def test_observation_forcing_and_start() -> None:
    model, z, x = make(), states(3, 5), states(3, 2)
    forced = model.force(z, x)
    torch.testing.assert_close(model.observe(forced), x)
    torch.testing.assert_close(forced[:, 2:], z[:, 2:])
    start = model.encode(states(3, 4, 2))
    torch.testing.assert_close(start[:, :2], states(3, 4, 2)[:, -1])
    weight = model.state_dict()["initial_state.weight"]
    torch.testing.assert_close(start[:, 2:], start[:, :2] @ weight.mT)


@pytest.mark.parametrize("initialisation", ["uniform", "talathi"])
def test_initial_weights_are_where_they_should_be(initialisation: str) -> None:
    model = ShallowPLRNN(3, latent_dim=20, hidden_dim=100, initialisation=initialisation)
    low, high = float(model.A.detach().min()), float(model.A.detach().max())
    assert 0 < low < high < (0.9 if initialisation == "uniform" else 1)
    assert float(model.W1.detach().abs().max()) <= 0.1
    assert float(model.W2.detach().abs().max()) <= 20**-0.5
    spread = float(model.h2.detach().abs().max())
    assert (0.05 < spread <= 0.1) if initialisation == "uniform" else spread == 0


def test_thresholds_of_a_clipped_model_never_start_at_zero() -> None:
    model = make(initialisation="talathi", clipped=True)
    assert float(model.h2.detach().abs().max()) > 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"latent_dim": 1}, "Choose latent_dim = 2 or more"),
        ({"hidden_dim": 0}, "hidden_dim is at least 1"),
        ({"initialisation": "zeros"}, "'uniform', 'talathi'"),
    ],
)
def test_settings_that_make_no_sense(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        make(**changes)
