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


def test_leading_dimensions_are_batches() -> None:
    model, z = make(), states(4, 3, 5)
    one_by_one = torch.stack([torch.stack([model(a) for a in b]) for b in z])
    torch.testing.assert_close(model(z), one_by_one)


def test_the_analytic_tangent_is_the_derivative() -> None:
    model, z, v = make(), states(6, 5), states(6, 5, 2)
    following, pushed = model.tangent(z, v)
    jacobians = torch.func.vmap(torch.func.jacfwd(model))(z)
    torch.testing.assert_close(following, model(z))
    torch.testing.assert_close(pushed, jacobians @ v)


def test_it_works_under_vmap_over_weights() -> None:
    members = [make(seed=seed) for seed in range(4)]
    stacked, buffers = torch.func.stack_module_state(members)
    z = states(4, 6, 5)

    def call(weights: Any, buffers: Any, z: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(members[0], (weights, buffers), (z,))

    together = torch.func.vmap(call)(stacked, buffers, z)
    torch.testing.assert_close(together, torch.stack([m(x) for m, x in zip(members, z)]))  # noqa: B905


def test_observation_forcing_and_start() -> None:
    model, z, x = make(), states(3, 5), states(3, 2)
    forced = model.force(z, x)
    torch.testing.assert_close(model.observe(forced), x)
    torch.testing.assert_close(forced[:, 2:], z[:, 2:])
    start = model.encode(states(3, 4, 2))
    torch.testing.assert_close(start[:, :2], states(3, 4, 2)[:, -1])
    torch.testing.assert_close(start[:, 2:], start[:, :2] @ model.start.mT)


def test_the_seed_decides_the_weights() -> None:
    torch.testing.assert_close(make().state_dict(), make().state_dict(), rtol=0, atol=0)
    assert not torch.equal(make().W1, make(seed=4).W1)


def test_the_number_of_parameters_is_the_published_one() -> None:
    # M = 5, L = 250 with 5 observed variables: 2,760 without the read-out.
    model = ShallowPLRNN(obs_dim=5, latent_dim=5, hidden_dim=250)
    assert sum(p.numel() for p in model.parameters()) == 5 + 2 * 5 * 250 + 5 + 250


@pytest.mark.parametrize("initialisation", ["uniform", "talathi"])
def test_initial_weights_are_where_they_should_be(initialisation: str) -> None:
    model = ShallowPLRNN(3, latent_dim=20, hidden_dim=100, initialisation=initialisation)
    low, high = float(model.A.detach().min()), float(model.A.detach().max())
    assert 0 < low < high < (0.9 if initialisation == "uniform" else 1)
    assert float(model.W1.detach().abs().max()) <= 0.1
    assert float(model.W2.detach().abs().max()) <= 20**-0.5
    spread = float(model.h2.detach().abs().max())
    assert (0.05 < spread <= 0.1) if initialisation == "uniform" else spread == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"latent_dim": 1}, "Choose latent_dim = 2 or more"),
        ({"hidden_dim": 0}, "hidden_dim is at least 1"),
        ({"initialisation": "zeros"}, "'uniform' or 'talathi'"),
    ],
)
def test_settings_that_make_no_sense(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(takens.ComponentError, match=sentence):
        make(**changes)
