"""How latent states are observed, forced and begun."""

from typing import Any

import pytest
import torch

import takens
from takens_models import PLRNN

from .variants import numbers


def make(**settings: Any) -> PLRNN:
    given: dict[str, Any] = {"obs_dim": 3, "latent_dim": 5, "seed": 1} | settings
    return PLRNN(**given).double()


def test_affine_forcing_agrees_with_the_observation() -> None:
    model, z, x = make(observation="affine"), numbers(4, 5), numbers(4, 3, seed=1)
    B = model.state_dict()["observation.B"]
    torch.testing.assert_close(model.observe(z), z @ B.mT)
    torch.testing.assert_close(model.observe(model.force(z, x)), x)
    torch.testing.assert_close(model.forcing_signal(x), x @ torch.linalg.pinv(B).mT)
    torch.testing.assert_close(model.encode(x.unsqueeze(-2)), model.forcing_signal(x))


def test_more_observed_than_latent_variables() -> None:
    model, x = make(latent_dim=2, observation="affine"), numbers(4, 3)
    # The forced state is the best in the sense of least squares.
    B = model.state_dict()["observation.B"]
    residual = x - model.observe(model.forcing_signal(x))
    torch.testing.assert_close(residual @ B, torch.zeros(4, 2, dtype=torch.float64))


@pytest.mark.parametrize("observation", ["affine", "network"])
def test_weights_learn_by_starts_and_never_by_forcing(observation: str) -> None:
    model, z, x = make(observation=observation), numbers(4, 5), numbers(4, 3)
    assert not model.forcing_signal(x).requires_grad
    assert not model.force(z, x).requires_grad
    started = model.encode(x.unsqueeze(-2)).square().sum()
    weights = [p for name, p in model.named_parameters() if name.startswith("observation")]
    gradients = torch.autograd.grad(started, weights, allow_unused=True)
    assert any(g is not None and float(g.abs().max()) > 0 for g in gradients)


def test_starts() -> None:
    x = numbers(4, 3, 3)
    zeros = make(initial_state="zeros").encode(x)
    torch.testing.assert_close(zeros[..., :3], x[:, -1])
    assert float(zeros[..., 3:].detach().abs().max()) == 0
    encoder = make(initial_state="encoder", context_length=3)
    begun = encoder.encode(x)
    torch.testing.assert_close(begun[..., :3], x[:, -1])
    changed = x.clone()
    changed[:, 0] += 1
    moved = (encoder.encode(changed) - begun).detach()
    assert float(moved[..., 3:].abs().min()) > 0


def test_an_encoder_gives_the_whole_state_where_forcing_does() -> None:
    model = make(initial_state="encoder", context_length=3, observation="affine")
    x = numbers(4, 3, 3)
    changed = x.clone()
    changed[:, 0] += 1
    assert float((model.encode(changed) - model.encode(x)).detach().abs().min()) > 0


def test_a_warm_up_is_forced_at_every_sample() -> None:
    model = make(initial_state="warm_up", context_length=4)
    x = numbers(2, 4, 3)
    z = torch.cat((x[:, 0], torch.zeros(2, 2, dtype=torch.float64)), -1)
    for i in range(1, 4):
        z = model.force(model(z), x[:, i])
    torch.testing.assert_close(model.encode(x), z)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"observation": "cubic"}, "'identity', 'affine', 'network'; got 'cubic'"),
        ({"initial_state": "ones"}, "'encoder', 'warm_up'; got 'ones'"),
        ({"latent_dim": 2}, "Choose latent_dim = 3 or more, or observation = 'affine'"),
        ({"context_length": 3}, "'linear' looks at one observation; got context_length = 3"),
        ({"initial_state": "warm_up"}, "a warm-up needs a context_length of 2 or more"),
        ({"network_width": 0}, "network_width is at least 1"),
    ],
)
def test_settings_that_make_no_sense(settings: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        make(**settings)
