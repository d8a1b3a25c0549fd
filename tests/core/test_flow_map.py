import math

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import RK4, Leapfrog
from takens_systems import HarmonicOscillator, Lorenz63


def rotation(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.stack((-x[..., 1], x[..., 0]), -1)


def test_a_flow_map_advances_by_its_interval() -> None:
    x = torch.tensor([1.0, 0.0], dtype=torch.float64)
    step = takens.plugin.flow_map(rotation, RK4(), 0.01)
    for _ in range(100):
        x = step(x)
    expected = torch.tensor([math.cos(1), math.sin(1)], dtype=torch.float64)
    torch.testing.assert_close(x, expected, rtol=0, atol=1e-9)


def test_analytic_tangents_are_the_derivative_of_the_step() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=generator, dtype=torch.float64) * 10
    v = torch.randn(5, 3, 2, generator=generator, dtype=torch.float64)
    lorenz = Lorenz63()
    analytic = takens.plugin.jvp(takens.plugin.flow_map(lorenz, RK4(), 0.01), x, v)

    def bare(t: Tensor, y: Tensor, /) -> Tensor:
        return lorenz(t, y)

    automatic = takens.plugin.jvp(takens.plugin.flow_map(bare, RK4(), 0.01), x, v)
    torch.testing.assert_close(analytic, automatic, rtol=1e-12, atol=1e-12)


def test_analytic_tangents_of_a_method_that_splits_the_state() -> None:
    x = torch.tensor([[1.0, 0.5], [0.2, -0.3], [0.1, 0.0]], dtype=torch.float64)
    v = torch.eye(2, dtype=torch.float64).expand(3, 2, 2)
    step = takens.plugin.flow_map(HarmonicOscillator(), Leapfrog(), 0.1)
    y, w = step.tangent(x, v)
    torch.testing.assert_close(y, step(x))
    torch.testing.assert_close(w, torch.func.vmap(torch.func.jacfwd(step))(x))


def test_a_map_given_for_a_field_fails_at_once() -> None:
    step = takens.plugin.flow_map(lambda x: x, RK4(), 0.1)  # pyright: ignore
    with pytest.raises(TypeError):
        step(torch.zeros(2))
