"""The log evidence and its gradient."""

import pytest
import torch
from torch import Tensor

import takens_gp as gp
from takens_gp.evidence import evidence_and_gradient
from takens_gp.hyperparameters import Search


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
