"""The log evidence and its gradient."""

import attrs
import pytest
import torch
from torch import Tensor

import takens_gp as gp
from takens_gp import Kernel
from takens_gp.inference.cholesky import factorise, inverse
from takens_gp.inference.evidence import evidence_and_gradient
from takens_gp.inference.fisher_information import information
from takens_gp.inference.hyperparameters import Search
from takens_gp.inference.optimisation import maximise
from takens_gp.kernels.vjp import vjp


def data(n: int, q: int = 1) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(n, 2, generator=generator, dtype=torch.float64) * 4
    y = torch.randn(n, q, generator=generator, dtype=torch.float64)
    return x, y


def test_gradcheck_by_covariance_and_data() -> None:
    _, y = data(5, 2)
    root = torch.randn(5, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def evidence(root: Tensor, y: Tensor) -> Tensor:
        return gp.log_evidence(root @ root.mT + torch.eye(5), y)

    assert torch.autograd.gradcheck(evidence, (root.requires_grad_(), y.requires_grad_()))


def test_gradcheck_by_hyperparameters() -> None:
    x, y = data(7)

    def evidence(values: Tensor) -> Tensor:
        kernel = gp.SquaredExponential(values[0], values[1:3]) + gp.Matern32(values[3])
        return gp.GaussianProcess(kernel, noise_variance=0.1).log_evidence(x, y)

    values = torch.tensor([1.3, 0.7, 2.0, 0.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(evidence, values)


@pytest.mark.parametrize("n", [1, 9, 700])
def test_the_gradient_in_strips_is_that_of_autograd(n: int) -> None:
    x, y = data(n, 2)
    noise = torch.linspace(0.1, 0.3, n, dtype=torch.float64)
    kernel = gp.SquaredExponential(1.3, (0.7, 2.0)) * gp.Periodic(lengthscale=2.0) + gp.White(
        0.1
    )
    search = Search.of(kernel, 0.2, {}, ())
    value, gradient = evidence_and_gradient(search, search.start, x, y, noise)
    theta = search.start.clone().requires_grad_()
    made, variance = search.made(theta)
    direct = gp.log_evidence(made(x, x) + torch.diag(variance + noise), y)
    (expected,) = torch.autograd.grad(direct, theta)
    assert value == pytest.approx(float(direct.detach()), rel=1e-10)
    torch.testing.assert_close(gradient, expected, rtol=1e-8, atol=1e-8)


KERNELS: list[Kernel] = [
    gp.SquaredExponential(1.3, 0.7),
    gp.SquaredExponential(1.3, (0.7, 2.0)),
    gp.Matern12(0.8, (0.7, 2.0)),
    gp.Matern32(0.8, 1.4),
    gp.Matern52(0.8, (1.4,)),
    gp.RationalQuadratic(1.2, (0.7, 2.0), 0.6),
    gp.Periodic(1.2, 0.8, 1.7),
    gp.Linear(0.5),
    gp.Linear((0.5, 0.2)),
    gp.Constant(0.5),
    gp.White(0.5),
    gp.SquaredExponential() * gp.Periodic() * gp.Linear((0.5, 0.2)) + gp.Matern32(),
]


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_kernels_know_their_derivatives(kernel: Kernel) -> None:
    x, _ = data(6)
    y = torch.cat((x[:2], data(9)[0][-3:]))
    weight = torch.randn(6, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    search = Search.of(kernel, 0.0, {}, ())
    theta = search.start.clone().requires_grad_()
    (expected,) = torch.autograd.grad((search.made(theta)[0](x, y) * weight).sum(), theta)
    found = vjp(kernel, x, y, weight) * search.start.exp()
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-11)


def test_the_derivative_by_many_lengthscales_and_of_brownian_motion() -> None:
    generator = torch.Generator().manual_seed(0)
    wide = torch.rand(6, 10, generator=generator, dtype=torch.float64)
    scales = tuple(0.5 + 0.1 * i for i in range(10))
    weight = torch.randn(6, 6, generator=generator, dtype=torch.float64)
    cases = ((gp.SquaredExponential(1.3, scales), wide), (gp.Brownian(0.7), wide[:, :1]))
    for kernel, x in cases:
        search = Search.of(kernel, 0.0, {}, ())
        theta = search.start.clone().requires_grad_()
        (expected,) = torch.autograd.grad((search.made(theta)[0](x, x) * weight).sum(), theta)
        found = vjp(kernel, x, x, weight) * search.start.exp()
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-11)


@attrs.frozen
class Cosine:
    """A kernel of a third party, which leaves its derivative to torch."""

    period: float | Tensor = 1.5
    unused: float | Tensor = 1.0
    bounds = {"period": (1e-3, 1e3), "unused": (1e-3, 1e3)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return torch.cos(2 * torch.pi * (x[..., :1] - y[..., :1].mT) / self.period)

    def diagonal(self, x: Tensor, /) -> Tensor:
        return torch.ones_like(x[..., 0])


def test_other_kernels_are_differentiated_automatically() -> None:
    x, y = data(9)
    kernel = gp.SquaredExponential() * gp.Sum((Cosine(),))
    search = Search.of(kernel, 0.2, {}, ())
    _, gradient = evidence_and_gradient(search, search.start, x, y, 0.0)
    theta = search.start.clone().requires_grad_()
    made, variance = search.made(theta)
    direct = gp.log_evidence(made(x, x) + variance * torch.eye(9, dtype=torch.float64), y)
    (expected,) = torch.autograd.grad(direct, theta)
    torch.testing.assert_close(gradient, expected, rtol=1e-8, atol=1e-8)


def test_the_inverse_is_one() -> None:
    root = torch.randn(30, 30, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    matrix = root @ root.mT + torch.eye(30)
    factor, jitter = factorise(matrix)
    assert jitter == 0.0
    torch.testing.assert_close(factor @ factor.mT, matrix)
    torch.testing.assert_close(inverse(factor).tril(), matrix.inverse().tril())
    # The graph of a covariance that has one is kept.
    learned = matrix.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(factorise(learned)[0].diagonal().log().sum(), learned)
    torch.testing.assert_close(gradient + gradient.mT, matrix.inverse())


def test_information_is_that_of_the_noise_in_closed_form() -> None:
    x, _ = data(300)
    # Of independent measurements, each tells 1 / 2 of the logarithm of their variance.
    search = Search.of(gp.SquaredExponential(1e-5, 1e-3), 2.0, {}, ())
    found = information(search, x, torch.zeros(300, dtype=torch.float64))
    assert float(found[-1]) == pytest.approx(150, rel=1e-3)
    assert float(found[0]) < 1e-3


def test_units_by_information_save_evaluations() -> None:
    x, _ = data(300)
    noise = 0.1 * torch.randn(300, 1, generator=torch.Generator().manual_seed(2))
    y = (2 * x[:, :1]).sin() * x[:, 1:].cos() + noise
    search = Search.of(gp.SquaredExponential(), 0.1, {}, ())
    extra = torch.zeros(300, dtype=torch.float64)
    known = information(search, x, extra)
    with_units, without = (
        maximise(
            lambda at: evidence_and_gradient(search, at, x, y, extra),
            search,
            units,
            starts=1,
            seed=0,
        )
        for units in (known, torch.ones_like(known))
    )
    assert with_units.evidence == pytest.approx(without.evidence, abs=1e-4)
    assert with_units.evaluations < without.evaluations
