"""Forced runs against the loop that defines them."""

import pytest
import torch
from torch import Tensor

import takens
from takens_models import ShallowPLRNN


def by_hand(model: takens.plugin.Model, windows: Tensor, strength: Tensor) -> Tensor:
    z, states = model.encode(windows[:, :1]), list[Tensor]()
    for i, share in enumerate(strength.tolist()):
        z = z + share * (model.force(z, windows[:, i]) - z)
        z = model(z)
        states.append(z)
    return torch.stack(states, -2)


@pytest.mark.parametrize("latent", [2, 5])
@pytest.mark.parametrize(
    "strength",
    [
        [0, 0, 0, 1, 0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0, 0, 1, 1, 0],
        [1, 0, 0, 0, 0, 1, 0, 0, 0],
        [0, 0.3, 0.3, 1, 0, 0, 0.5, 0, 0],
    ],
)
@pytest.mark.parametrize("skip", [0, 1, 3, 4, 7])
def test_it_is_the_loop(latent: int, strength: list[float], skip: int) -> None:
    model = ShallowPLRNN(2, latent_dim=latent, hidden_dim=6).double()
    windows = torch.randn(3, 10, 2, generator=torch.Generator().manual_seed(1)).double()
    shares = torch.tensor(strength, dtype=torch.float64)
    expected = by_hand(model, windows, shares)[:, skip:]
    found = takens.plugin.forced_run(model, windows, dt=0.1, strength=shares, skip=skip)
    torch.testing.assert_close(found, expected)
    weights = list(model.parameters())
    ours, theirs = (
        torch.autograd.grad(x.square().sum(), weights, materialize_grads=True)
        for x in (found, expected)
    )
    torch.testing.assert_close(ours, theirs)
