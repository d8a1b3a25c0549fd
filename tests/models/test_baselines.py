"""Models that are solved in closed form."""

from typing import Any

import pytest
import torch

import takens
from takens_models import EchoStateNetwork, LinearAutoregression, Persistence

from .variants import numbers


def solve(model: Any, data: takens.TimeSeries) -> takens.TrainedModel:
    trained = takens.TrainedModel.for_series(model, data)
    model.solve_weights(trained.standardise(data.x)[None], times=data.t)
    return trained


def circle(samples: int = 300) -> takens.TimeSeries:
    t = torch.arange(samples, dtype=torch.float64) * 0.1
    return takens.TimeSeries(t, torch.stack((5 + 2 * t.sin(), t.cos()), -1))


def test_a_rotation_is_found_exactly() -> None:
    model = LinearAutoregression(2, context_length=1, ridge=0.0).double()
    data = circle()
    trained = solve(model, data)
    free = takens.generate(trained, context=data.x[:1], steps=200)
    torch.testing.assert_close(free.x, data.x[1:201])


def test_delays_take_the_place_of_what_is_not_observed() -> None:
    data = circle()
    sine = takens.TimeSeries(data.t, data.x[:, :1])
    trained = solve(LinearAutoregression(1, context_length=2, ridge=0.0).double(), sine)
    free = takens.generate(trained, context=sine.x[:2], steps=200)
    torch.testing.assert_close(free.x, sine.x[2:202], atol=1e-6, rtol=1e-6)


def test_a_penalty_shrinks_the_weights() -> None:
    sizes: list[float] = []
    for ridge in (0.0, 0.1, 10.0):
        model = LinearAutoregression(2, context_length=3, ridge=ridge).double()
        solve(model, circle())
        sizes.append(float(model.predict.weight.detach().norm()))
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_the_closed_form_is_the_least_of_the_penalised_errors() -> None:
    model = LinearAutoregression(2, context_length=2, ridge=0.01).double()
    x = numbers(60, 2)
    found = model.solve_weights(x[None], times=torch.arange(60.0))

    def loss() -> torch.Tensor:
        past = torch.cat((x[1:-1], x[:-2]), -1)
        error = (model.predict(past) - x[2:]).square().sum(-1).mean()
        size = sum(p.square().sum() for p in model.parameters())
        return error + 0.01 * size

    past = torch.cat((x[1:-1], x[:-2]), -1)
    one_step = (model.predict(past) - x[2:]).square().mean()
    assert found["loss"] == pytest.approx(float(one_step.detach()))
    gradients = torch.autograd.grad(loss(), list(model.parameters()))
    assert max(float(g.abs().max()) for g in gradients) < 1e-12


def test_trajectories_are_not_joined() -> None:
    together = LinearAutoregression(2, context_length=2, ridge=0.0).double()
    x = circle().x
    together.solve_weights(torch.stack((x[:100], x[150:250])), times=torch.arange(100.0))
    alone = LinearAutoregression(2, context_length=2, ridge=0.0).double()
    alone.solve_weights(x[None, :100], times=torch.arange(100.0))
    context = x[:2].reshape(1, 2, 2)
    predictions = [m.observe(m(m.encode(context))) for m in (together, alone)]
    torch.testing.assert_close(*predictions, atol=1e-6, rtol=1e-6)


def test_a_reservoir_follows_chaos_for_a_while() -> None:
    lorenz = takens.systems.create("lorenz63")
    data = takens.simulate(lorenz, dt=0.05, steps=4000, seed=1)
    model = EchoStateNetwork(3, 200, seed=0).double()
    trained = solve(model, data.between(0, 3000))
    free = takens.generate(trained, context=data.x[3000:3200], steps=30)
    spread = data.x.std(0)
    error = ((free.x - data.x[3200:3230]) / spread).square().mean(-1).sqrt()
    # Thirty samples are 1.4 Lyapunov times.
    assert float(error.max()) < 0.4


def test_persistence_needs_no_training() -> None:
    data = circle()
    trained = solve(Persistence(2), data)
    free = takens.generate(trained, context=data.x[:3], steps=10)
    torch.testing.assert_close(free.x, data.x[2:3].expand(10, 2))


@pytest.mark.parametrize(
    ("model", "needed"),
    [
        (LinearAutoregression(2, context_length=50), 50),
        (EchoStateNetwork(2, 10, context_length=50), 51),
    ],
)
def test_a_series_that_is_too_short(model: Any, needed: int) -> None:
    with pytest.raises(takens.errors.DataError, match=f"more than {needed} samples"):
        solve(model, circle(50))


@pytest.mark.parametrize("name", ["echo_state_network", "linear_autoregression", "persistence"])
def test_the_manifest_says_so(name: str) -> None:
    assert "closed_form" in takens.models.spec(name).supports
    assert isinstance(takens.create("model", name, obs_dim=2), takens.plugin.SupportsClosedForm)
