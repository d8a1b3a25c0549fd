"""Derivatives through simulations and free runs, by autograd and by every transform."""

from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens_systems import Henon, Lorenz63

START = torch.tensor([1.0, 2.0, 20.0], dtype=torch.float64)


def simulated(x0: Tensor) -> Tensor:
    return takens.simulate(Lorenz63(), dt=0.01, steps=20, initial=x0).x[-1]


def iterated(x0: Tensor) -> Tensor:
    return takens.simulate(Henon(), steps=6, initial=x0).x[-1]


def by_rho(rho: Tensor) -> Tensor:
    return takens.simulate(Lorenz63(rho=rho), dt=0.01, steps=20, initial=START).x[-1]


def differences(function: Any, at: Tensor) -> Tensor:
    steps = torch.eye(at.numel(), dtype=at.dtype).reshape(-1, *at.shape) * 1e-5
    columns = [(function(at + h) - function(at - h)) / 2e-5 for h in steps]
    return torch.stack(columns, -1).reshape(*function(at).shape, *at.shape)


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (simulated, START),
        (iterated, torch.tensor([0.1, 0.2], dtype=torch.float64)),
        (by_rho, torch.tensor(28.0, dtype=torch.float64)),
    ],
    ids=["flow", "map", "parameter"],
)
@pytest.mark.parametrize("mode", ["jacrev", "jacfwd", "autograd"])
def test_simulations_are_differentiable(function: Any, at: Tensor, mode: str) -> None:
    if mode == "autograd":
        found = torch.autograd.functional.jacobian(function, at)
    else:
        found = getattr(torch.func, mode)(function)(at)
    torch.testing.assert_close(found, differences(function, at), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["shallow_rnn", "neural_ode"])
@pytest.mark.parametrize("mode", ["jacrev", "jacfwd", "autograd"])
def test_free_runs_are_differentiable(name: str, mode: str) -> None:
    sizes = {"latent_dim": 4, "hidden_dim": 8} if name == "shallow_rnn" else {"width": 8}
    model: Any = takens.create("model", name, obs_dim=3, **sizes)
    model.double()

    def run(context: Tensor) -> Tensor:
        return takens.generate(model, context=context, steps=5, dt=0.1).x[-1]

    at = START[None] / 10
    if mode == "autograd":
        found = torch.autograd.functional.jacobian(run, at)
    else:
        found = getattr(torch.func, mode)(run)(at)
    torch.testing.assert_close(found, differences(run, at), rtol=1e-6, atol=1e-8)


def test_weights_have_derivatives_where_a_transform_asks() -> None:
    model: Any = takens.create("model", "shallow_rnn", obs_dim=3, latent_dim=4, hidden_dim=8)
    model.double()
    weights = {name: value.detach() for name, value in model.named_parameters()}

    def run(h1: Tensor) -> Tensor:
        def free(context: Tensor) -> Tensor:
            return takens.generate(model, context=context, steps=5, dt=0.1).x.sum()

        with torch.nn.utils.stateless._reparametrize_module(model, weights | {"h1": h1}):  # pyright: ignore[reportPrivateUsage]
            return free(START[None] / 10)

    found = torch.func.grad(run)(weights["h1"])
    torch.testing.assert_close(found, differences(run, weights["h1"]), rtol=1e-6, atol=1e-8)


def test_nothing_is_recorded_where_nothing_asks() -> None:
    model: Any = takens.create("model", "shallow_rnn", obs_dim=3, latent_dim=4, hidden_dim=8)
    assert not takens.generate(model, context=START[None], steps=5, dt=0.1).x.requires_grad
    assert not simulated(START).requires_grad
