"""Neural differential equations as a layer."""

from typing import Any

import pytest
import torch
from torch import nn

import takens
from takens_models import NeuralODELayer

from .variants import numbers

EAGER = {"name": "rk4", "backend": "eager"}


def test_a_linear_field_gives_the_exponential() -> None:
    field = nn.Module()
    field.forward = lambda s, x: -x
    exact = {"name": "dopri5", "rtol": 1e-9, "backend": "eager"}
    layer = NeuralODELayer(2, field=field, end=2.0, integrator=exact)
    x = numbers(5, 2)
    torch.testing.assert_close(
        layer(x), x * torch.exp(torch.tensor(-2.0)).double(), rtol=1e-6, atol=1e-6
    )
    depths, path = layer.trajectory(x, 11)
    assert path.shape == (5, 11, 2)
    torch.testing.assert_close(
        path, x.unsqueeze(1) * torch.exp(-depths).unsqueeze(-1), rtol=1e-6, atol=1e-6
    )


def test_shapes_and_augmentation() -> None:
    layer = NeuralODELayer(2, 3, augmentation=1, width=8, integrator=EAGER).double()
    x = numbers(4, 5, 2)
    assert layer(x).shape == (4, 5, 3)
    begun = layer.augment(x)
    torch.testing.assert_close(begun[..., :2], x)
    assert float(begun[..., 2].abs().max()) == 0
    assert NeuralODELayer(2, augmentation=2, width=8, integrator=EAGER).double()(x).shape == (
        4,
        5,
        4,
    )


def test_the_field_sees_the_depth_where_asked_to() -> None:
    for sees in (False, True):
        layer = NeuralODELayer(2, sees_depth=sees, width=8).double()
        x = numbers(4, 2)
        early, late = (layer.field(torch.tensor(s), x) for s in (0.0, 1.0))
        assert torch.equal(early, late) != sees


def test_every_weight_gets_a_gradient() -> None:
    adjoint = {"name": "dopri5", "gradient": "adjoint", "rtol": 1e-6}
    for integrator in (EAGER, adjoint):
        layer = NeuralODELayer(2, 2, width=8, augmentation=1, integrator=integrator).double()
        layer(numbers(6, 2)).square().mean().backward()
        assert all(p.grad is not None and p.grad.abs().max() > 0 for p in layer.parameters())


def test_evaluations_are_counted() -> None:
    x = numbers(6, 2)
    for substeps, method, count in ((1, "rk4", 4), (3, "rk4", 12), (2, "heun", 4)):
        integrator = {"name": method, "substeps": substeps}
        assert (
            NeuralODELayer(2, width=8, integrator=integrator).double().evaluations(x) == count
        )
    loose, tight = (
        NeuralODELayer(2, width=8, integrator=dopri5(tol)).double().evaluations(x)
        for tol in (1e-3, 1e-9)
    )
    assert 6 < loose < tight


def test_nested_circles_need_another_dimension() -> None:
    # Points inside and outside of a ring cannot be parted by a flow of the plane.
    generator = torch.Generator().manual_seed(0)
    angle = 2 * torch.pi * torch.rand(120, generator=generator)
    radius = torch.cat((torch.full((60,), 0.5), torch.ones(60)))
    x = torch.stack((radius * angle.cos(), radius * angle.sin()), -1)
    y = (radius > 0.7).long()
    layer = NeuralODELayer(2, 2, augmentation=1, width=16, integrator=EAGER)
    optimiser = torch.optim.Adam(layer.parameters(), lr=2e-2)
    for _ in range(150):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(layer(x), y)
        loss.backward()
        optimiser.step()
    assert float((layer(x).argmax(-1) == y).double().mean()) == 1.0


def dopri5(tolerance: float) -> dict[str, Any]:
    return {"name": "dopri5", "rtol": tolerance, "atol": tolerance, "backend": "eager"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"input_dim": 0}, "input_dim is at least 1"),
        ({"width": 0}, "width is at least 1"),
        ({"augmentation": -1}, "augmentation is at least 0"),
        ({"activation": "step"}, "one of .tanh., .relu."),
        ({"end": 0.0}, "end is above 0"),
    ],
)
def test_settings_that_make_no_sense(settings: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        NeuralODELayer(**{"input_dim": 2} | settings)


def test_inputs_of_another_size() -> None:
    with pytest.raises(takens.InputError, match="takes inputs of 2 variables"):
        NeuralODELayer(2)(numbers(4, 3))
