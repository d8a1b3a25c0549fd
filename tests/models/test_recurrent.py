"""Recurrent cells against torch's own, and how their states go on."""

from typing import Any

import pytest
import torch
from torch import nn

import takens
from takens_models import GRU, LSTM, RNN, EchoStateNetwork

from .variants import numbers


def copied(theirs: Any, cell: Any) -> Any:
    """Return one of torch's layers the weights of a cell; its second bias is left at zero."""
    theirs = theirs.double()
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(cell.W)
        theirs.weight_hh_l0.copy_(cell.U)
        theirs.bias_ih_l0.copy_(cell.b)
        theirs.bias_hh_l0.zero_()
    return theirs


@pytest.mark.parametrize(
    ("model", "theirs"),
    [
        (RNN(2, 5), nn.RNN(2, 5, nonlinearity="relu", batch_first=True)),
        (RNN(2, 5, activation="tanh", memory="carried"), nn.RNN(2, 5, batch_first=True)),
        (RNN(2, 5, memory="carried"), nn.RNN(2, 5, nonlinearity="relu", batch_first=True)),
        (LSTM(2, 5), nn.LSTM(2, 5, batch_first=True)),
        (LSTM(2, 5, memory="restarted"), nn.LSTM(2, 5, batch_first=True)),
        (GRU(2, 5), nn.GRU(2, 5, batch_first=True)),
    ],
    ids=lambda m: type(m).__name__,
)
def test_a_prediction_is_that_of_torchs_layer_over_the_context(model: Any, theirs: Any) -> None:
    model = model.double()
    context = numbers(4, 15, 2)
    outputs, _ = copied(theirs, model.cells[0])(context)
    found = model.observe(model(model.encode(context)))
    torch.testing.assert_close(found, model.readout(outputs[:, -1]))


def test_a_restarted_network_slides_its_context() -> None:
    model = RNN(2, 5, context_length=3).double()
    xs = list(numbers(3, 2).unbind(0))
    z = model.encode(torch.stack(xs))
    for _ in range(4):
        z = model(z)
        xs.append(model.observe(z))
    torch.testing.assert_close(z, model.encode(torch.stack(xs[-3:])))


def test_a_carried_network_goes_on_from_its_states() -> None:
    model = LSTM(2, 5, layers=2, context_length=3).double()
    xs = numbers(6, 2)
    z = model.encode(xs[:3])
    for x in xs[3:]:
        z = model.force(model(z), x)
    # Having read all six one by one is the same as a context of six.
    torch.testing.assert_close(z, model.encode(xs))


def test_numbers_of_parameters_are_the_published_ones() -> None:
    # The comparison of Hess et al. (2023), table 1: units and cells count as dimensions.
    for n, dimension, published in ((5, 70, 5920), (64, 160, 51584)):
        model = LSTM(n, dimension // 2)
        assert sum(p.numel() for p in model.parameters()) == published
    for n, dimension, published in ((5, 1000, 5000), (64, 448, 28672)):
        model = EchoStateNetwork(n, dimension)
        assert sum(p.numel() for p in model.parameters()) == published


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_the_reservoir_is_the_published_formula(leak: float) -> None:
    model = EchoStateNetwork(2, 30, spectral_radius=0.7, leak=leak).double()
    cell: Any = model.cells[0]
    z = numbers(model.latent_dim)
    x, r = z[:2], z[2:]
    expected = (1 - leak) * r + leak * torch.tanh(cell.W @ r + cell.V @ x + cell.b)
    torch.testing.assert_close(model(z)[2:], expected)
    torch.testing.assert_close(model(z)[:2], model.readout.weight @ expected)
    assert float(torch.linalg.eigvals(cell.W).abs().max()) == pytest.approx(0.7, rel=1e-4)
    assert float((cell.W != 0).double().mean()) == pytest.approx(0.1, abs=0.05)
    assert float(cell.V.abs().max()) <= 0.5


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("rnn", {"layers": 0}, "'rnn': layers is at least 1; got 0"),
        ("lstm", {"context_length": 0}, "context_length is at least 1"),
        ("gru", {"memory": "long"}, "'restarted', 'carried'; got 'long'"),
        ("echo_state_network", {"leak": 0.0}, "leak is above 0 and at most 1"),
        ("echo_state_network", {"density": 1.5}, "density is above 0 and at most 1"),
    ],
)
def test_settings_that_make_no_sense(name: str, settings: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        takens.create("model", name, obs_dim=2, **settings)
