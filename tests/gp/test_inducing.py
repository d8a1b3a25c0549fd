"""Inducing points."""

import pytest
import torch
from torch import Tensor

import takens_gp as gp
from takens_gp.inference.hyperparameters import Search
from takens_gp.inference.inducing import bound_and_gradient
from takens_gp.inference.pivoted_cholesky import select


def data(n: int = 300) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    x = torch.rand(n, 1, generator=generator, dtype=torch.float64) * 10
    noise = torch.randn(n, generator=generator, dtype=torch.float64)
    return x, x[:, 0].sin() + 0.1 * noise


def test_all_points_as_inducing_points_are_exact() -> None:
    x, y = data(40)
    x = torch.linspace(0, 60, 40, dtype=torch.float64).unsqueeze(-1)
    process = gp.GaussianProcess(noise_variance=0.05, mean=0.2)
    exact = process.fit(x, y, optimise=False)
    through = process.fit(x, y, optimise=False, inducing=x)
    assert through.log_evidence == pytest.approx(exact.log_evidence, abs=1e-8)
    at = torch.linspace(-1, 61, 30)
    one, other = exact.predict(at), through.predict(at)
    torch.testing.assert_close(one.mean, other.mean)
    torch.testing.assert_close(one.variance, other.variance)
    torch.testing.assert_close(one.covariance, other.covariance)
    assert through.gap < 1e-8


def test_the_evidence_lies_between_the_bound_and_the_gap() -> None:
    x, y = data()
    process = gp.GaussianProcess(noise_variance=0.05)
    exact = process.fit(x, y, optimise=False).log_evidence
    gaps: list[float] = []
    for count in (12, 16, 20, 24):
        found = process.fit(x, y, optimise=False, inducing=count)
        assert found.log_evidence <= exact <= found.log_evidence + found.gap
        gaps.append(found.gap)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-2


def test_the_bound_has_the_gradient_of_finite_differences() -> None:
    x, y = data(50)
    search = Search.of(gp.SquaredExponential(), 0.05, {}, ())
    noise = torch.linspace(0, 0.1, 50, dtype=torch.float64)
    _, gradient = bound_and_gradient(search, search.start, x[:6], x, y[:, None], noise)
    for i in range(3):
        step = torch.zeros(3, dtype=torch.float64)
        step[i] = 1e-5
        above, below = (
            bound_and_gradient(search, search.start + s, x[:6], x, y[:, None], noise)[0]
            for s in (step, -step)
        )
        assert float(gradient[i]) == pytest.approx((above - below) / 2e-5, rel=1e-5)


def test_few_points_find_the_same_optimum() -> None:
    x, y = data()
    process = gp.GaussianProcess(noise_variance=0.05)
    exact, through = process.fit(x, y), process.fit(x, y, inducing=30)
    assert through.log_evidence == pytest.approx(exact.log_evidence, abs=1e-2)
    assert through.noise_variance == pytest.approx(exact.noise_variance, rel=1e-2)
    at = torch.linspace(0, 10, 50)
    torch.testing.assert_close(
        through.predict(at).mean, exact.predict(at).mean, atol=1e-3, rtol=0
    )
    torch.testing.assert_close(
        through.predict(at).deviation, exact.predict(at).deviation, atol=1e-3, rtol=0
    )
    assert "inducing points; the bound is" in str(through)


def test_selection_takes_the_point_of_the_largest_variance_left() -> None:
    x = torch.tensor([0.0, 0.1, 5.0, 5.0, 8.0]).double().unsqueeze(-1)
    found = select(gp.SquaredExponential(), x, 5)
    assert found.indices.tolist()[:3] == [0, 4, 2]
    # The duplicate adds nothing.
    assert 3 not in found.indices.tolist()
    assert found.residual < 1e-12
    assert len(select(gp.SquaredExponential(), x, 5, tolerance=0.1).indices) == 3


def test_the_bound_is_that_of_titsias() -> None:
    x = torch.linspace(0, 5, 30, dtype=torch.float64)
    centres = torch.tensor([0.5, 2.0, 4.0], dtype=torch.float64)
    found = gp.GaussianProcess(noise_variance=0.1).fit(
        x, x.sin(), inducing=centres, optimise=False
    )
    kernel = gp.SquaredExponential()
    cross = kernel(x.unsqueeze(-1), centres.unsqueeze(-1))
    own = kernel(centres.unsqueeze(-1), centres.unsqueeze(-1))
    through = cross @ torch.linalg.solve(own, cross.mT)
    normal = torch.distributions.MultivariateNormal(
        torch.zeros_like(x), through + 0.1 * torch.eye(30, dtype=torch.float64)
    )
    missed = (30 - through.trace()) / (2 * 0.1)
    assert found.log_evidence == pytest.approx(float(normal.log_prob(x.sin()) - missed))
