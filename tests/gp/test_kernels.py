"""Kernels: positive definite, differentiable, composable, and open to others."""

import math
from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor

import takens
import takens_gp as gp
from takens_gp import Kernel
from takens_gp.inference.hyperparameters import (
    hyperparameters_of,
    one_per_dimension,
    with_values,
)

KERNELS: dict[str, Callable[..., Any]] = {
    "squared_exponential": gp.SquaredExponential,
    "matern12": gp.Matern12,
    "matern32": gp.Matern32,
    "matern52": gp.Matern52,
    "rational_quadratic": gp.RationalQuadratic,
    "periodic": gp.Periodic,
    "linear": gp.Linear,
    "constant": gp.Constant,
    "brownian": gp.Brownian,
    "white": gp.White,
}


def points(n: int, d: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.randn(n, d, generator=generator, dtype=torch.float64)


@attrs.frozen
class Cosine:
    """A kernel of a third party, which inherits nothing."""

    period: float | Tensor = 1.0
    bounds = {"period": (1e-3, 1e3)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        w = 2 * math.pi / self.period
        return (w * (x - y.mT)).cos()

    def diagonal(self, x: Tensor, /) -> Tensor:
        return torch.ones_like(x[..., 0])


def test_every_kernel_is_a_component() -> None:
    assert set(KERNELS) <= set(takens.kernels.names())
    for name, kind in KERNELS.items():
        assert takens.create("kernel", name) == kind()
        assert isinstance(takens.create("kernel", name), Kernel)


@pytest.mark.parametrize("name", KERNELS)
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    n=st.integers(1, 12),
    d=st.integers(1, 3),
    scale=st.floats(0.05, 20),
    duplicate=st.booleans(),
)
def test_covariances_are_positive_definite(
    name: str, seed: int, n: int, d: int, scale: float, duplicate: bool
) -> None:
    kernel = takens.create("kernel", name)
    values = [scale if i % 2 else 1 / scale for i in range(len(hyperparameters_of(kernel)))]
    kernel = with_values(kernel, values)
    x = points(n, 1 if name == "brownian" else d, seed)
    if duplicate:
        x = torch.cat((x, x[:1]))
    covariance = kernel(x, x)
    torch.testing.assert_close(covariance, covariance.mT)
    torch.testing.assert_close(covariance.diagonal(), kernel.diagonal(x))
    values = torch.linalg.eigvalsh(covariance)
    assert float(values.min()) > -1e-10 * max(float(values.max()), 1e-10)


@pytest.mark.parametrize("name", sorted(set(KERNELS) - {"white"}))
def test_hyperparameters_have_a_gradient(name: str) -> None:
    kernel = takens.create("kernel", name)
    x, y = points(4, 1).abs(), points(3, 1, 1).abs()
    count = len(hyperparameters_of(kernel))
    values = torch.linspace(0.7, 1.6, count, dtype=torch.float64).requires_grad_()

    def covariances(values: Tensor) -> Tensor:
        return with_values(kernel, list(values))(x, y)

    assert torch.autograd.gradcheck(covariances, values)


@pytest.mark.parametrize("name", sorted(set(KERNELS) - {"white", "brownian", "constant"}))
def test_points_have_a_gradient_that_is_finite_where_they_coincide(name: str) -> None:
    kernel = takens.create("kernel", name)
    x, y = points(4, 2).requires_grad_(), points(3, 2, 1)
    assert torch.autograd.gradcheck(lambda x: kernel(x, y), x)
    (gradient,) = torch.autograd.grad(kernel(x, x.detach()).sum(), x)
    assert bool(gradient.isfinite().all())


def test_dimensions_have_lengthscales_of_their_own() -> None:
    kernel = gp.SquaredExponential(lengthscale=(1.0, 1e4))
    x = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    found = kernel(x, x)[0]
    torch.testing.assert_close(found, torch.tensor([1.0, math.exp(-0.5), 1.0]).double())
    with pytest.raises(takens.InputError, match="3 dimensions and the kernel has 2 length"):
        kernel(torch.zeros(1, 3), torch.zeros(1, 3))


def test_many_dimensions_give_the_same_as_differences() -> None:
    x, y = points(5, 12) + 100, points(4, 12, 1) + 100
    found = gp.SquaredExponential(lengthscale=5.0)(x, y)
    expected = torch.exp(-0.5 * ((x[:, None] - y[None]) / 5).square().sum(-1))
    torch.testing.assert_close(found, expected)


def test_kernels_add_and_multiply() -> None:
    a, b, c = gp.SquaredExponential(2.0), gp.Linear(0.5), gp.Matern32(lengthscale=3.0)
    x, y = points(4, 2), points(3, 2, 1)
    torch.testing.assert_close((a + b * c)(x, y), a(x, y) + b(x, y) * c(x, y))
    torch.testing.assert_close((a * b).diagonal(x), a.diagonal(x) * b.diagonal(x))
    assert (a + b) + c == gp.Sum((a, b, c))
    assert [each.name for each in hyperparameters_of(a + b * c)] == [
        "0.variance",
        "0.lengthscale",
        "1.0.variance",
        "1.1.variance",
        "1.1.lengthscale",
    ]
    with pytest.raises(takens.InputError, match="kernels; got 2"):
        _ = a + cast(Any, 2)


def test_third_parties_need_inherit_nothing() -> None:
    ours, theirs = gp.Constant(0.3), Cosine(2.0)
    x = points(6, 1)
    both = cast(Any, theirs) + ours
    assert both == gp.Sum((theirs, ours))
    torch.testing.assert_close(both(x, x), theirs(x, x) + 0.3)
    y = torch.sin(2 * math.pi * x[:, 0] / 1.9)
    process = gp.GaussianProcess(theirs, noise_variance=1e-4)
    found = process.fit(x, y, fixed=["noise_variance"], starts=1)
    assert isinstance(found.kernel, Cosine)
    assert abs(float(found.kernel.period) - 1.9) < 0.01


def test_kernels_are_written_by_name() -> None:
    kernel = gp.kernel_from("squared_exponential + linear*periodic")
    assert kernel == gp.SquaredExponential() + gp.Linear() * gp.Periodic()
    assert gp.kernel_from("matern52") == gp.Matern52()
    assert one_per_dimension(kernel, 2) == (
        gp.SquaredExponential(lengthscale=(1.0, 1.0)) + gp.Linear() * gp.Periodic()
    )
    with pytest.raises(takens.InputError, match="names with"):
        gp.kernel_from("linear - periodic")
    with pytest.raises(takens.errors.UnknownComponentError, match="matern32"):
        gp.kernel_from("matern3")


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan, "1", (1.0, -1.0), ()])
def test_impossible_values_are_refused(value: Any) -> None:
    message = r"SquaredExponential: lengthscale (is|has) a"
    with pytest.raises(takens.errors.ComponentError, match=message):
        gp.SquaredExponential(lengthscale=value)


def test_two_sided_brownian_motion_is_independent_on_either_side() -> None:
    x = torch.tensor([-2.0, -1.0, 1.0, 3.0], dtype=torch.float64).unsqueeze(-1)
    expected = torch.tensor(
        [[2.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 3]], dtype=torch.float64
    )
    torch.testing.assert_close(gp.Brownian()(x, x), expected)
    with pytest.raises(takens.InputError, match="got points of 2 coordinates"):
        gp.Brownian()(torch.zeros(1, 2), torch.zeros(1, 2))
