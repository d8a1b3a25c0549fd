"""The same data in other units, and outputs of unlike scale."""

import itertools
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
import takens_gp as gp
from takens_gp import Kernel

X = torch.linspace(0, 6, 30, dtype=torch.float64)
NOISE = torch.randn(30, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
Y = X.sin() + 0.05 * NOISE
AT = torch.tensor([1.5, 3.3, 6.5], dtype=torch.float64)


@attrs.frozen
class Cosine(gp.Composable):
    """A stranger's kernel, whose functions have no level."""

    variance: float = takens.plugin.parameter(1.0, unit="y^2")
    period: float = takens.plugin.parameter(1.0, unit="x")
    bounds = {"variance": (1e-5, 1e5), "period": (1e-3, 1e3)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return self.variance * torch.cos(2 * torch.pi * (x - y.mT) / self.period)

    def diagonal(self, x: Tensor, /) -> Tensor:
        return self.variance * torch.ones_like(x[..., 0])


@attrs.frozen
class Polynomial(gp.Composable):
    """A stranger's kernel, of parabolas."""

    variance: float = takens.plugin.parameter(1.0, unit="y^2 / x^4")
    offset: float = takens.plugin.parameter(1.0, unit="x^2")
    bounds = {"variance": (1e-5, 1e5), "offset": (1e-5, 1e5)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return self.variance * (x @ y.mT + self.offset) ** 2

    def diagonal(self, x: Tensor, /) -> Tensor:
        return self.variance * (x.square().sum(-1) + self.offset) ** 2


REGISTERED: list[Any] = [
    takens.create("kernel", name) for name in takens.registry("kernel").names()
]
KERNELS: list[Kernel] = [
    *REGISTERED,
    Cosine(),
    Polynomial(),
    gp.SquaredExponential(3.0, 0.2) + gp.Matern32(0.5, 5.0),
    *(one + other for one, other in itertools.pairwise(REGISTERED)),
    *(one * other for one, other in itertools.pairwise(REGISTERED)),
    gp.Linear() * gp.Linear(),
    gp.Linear() * gp.Periodic(),
]
# Factors of x and y, and offsets of y and x.
UNITS = [(1.0, 1e6, 0.0, 0.0), (1e-6, 1.0, 0.0, 0.0), (1e6, 1e-6, -3e-2, 0.0)]
SHIFTED = [(1.0, 1.0, 1e6, 0.0), (1e3, 1.0, 0.0, 1e6), (1.8, 0.3, -40.0, 32.0)]


def answer(process: gp.GaussianProcess, units: tuple[float, ...], **options: Any) -> Tensor:
    a, b, up, along = units
    found = process.fit(a * X + along, b * Y + up, **options).predict(a * AT + along)
    return torch.stack(((found.mean - up) / b, found.deviation / b))


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_the_answer_does_not_depend_on_the_units(kernel: Kernel) -> None:
    process = gp.GaussianProcess(kernel, noise_variance=0.1)
    expected = answer(process, (1.0, 1.0, 0.0, 0.0))
    for units in UNITS + SHIFTED:
        torch.testing.assert_close(answer(process, units), expected, rtol=0, atol=1e-3)


def test_lines_are_those_of_least_squares_wherever_they_are() -> None:
    x, y = X + 1e3, 3 * X + 500 + 0.05 * NOISE
    found = gp.GaussianProcess(gp.Linear(), noise_variance=0.1).fit(x, y)
    terms = torch.stack((X, torch.ones_like(X)), -1)
    slope, level = torch.linalg.lstsq(terms, y.unsqueeze(-1)).solution.squeeze(-1)
    there = found.predict(AT + 1e3)
    torch.testing.assert_close(there.mean, slope * AT + level, rtol=0, atol=2e-3)
    # The textbook's deviation of a line at each point.
    missed = (y - slope * X - level).square().sum() / (len(X) - 2)
    away = (AT - X.mean()).square() / (X - X.mean()).square().sum()
    expected = (missed * (1 / len(X) + away)).sqrt()
    torch.testing.assert_close(there.deviation, expected, rtol=0.1, atol=0)
    assert "x is measured from 1003, the mean of the data" in str(found)


def test_brownian_motion_from_anywhere_is_drawn_between_its_data() -> None:
    x, y = torch.tensor([5.0, 6.0, 9.0]), torch.tensor([1.0, 2.0, -1.0])
    found = gp.GaussianProcess(gp.Brownian(), noise_variance=0.0).fit(x, y)
    between = found.predict([5.5, 7.0, 8.0]).mean
    expected = torch.tensor([1.5, 1.0, 0.0]).double()
    torch.testing.assert_close(between, expected, rtol=0, atol=5e-3)
    with pytest.raises(takens.InputError, match="has no spectrum"):
        found.functions(1)


def test_drawn_lines_pass_where_they_are_predicted() -> None:
    found = gp.GaussianProcess(gp.Linear(), noise_variance=0.1).fit(X + 50, 2 * X + NOISE)
    drawn = found.functions(2000, seed=0)((AT + 50).unsqueeze(-1))
    there = found.predict(AT + 50)
    torch.testing.assert_close(drawn.mean(0), there.mean, rtol=0, atol=0.03)
    torch.testing.assert_close(drawn.std(0), there.deviation, rtol=0.05, atol=0)


def test_nor_does_that_of_inducing_points() -> None:
    process = gp.GaussianProcess(gp.Matern32(), noise_variance=0.1)
    expected = answer(process, (1.0, 1.0, 0.0, 0.0), inducing=12)
    for units in UNITS + SHIFTED:
        found = answer(process, units, inducing=12)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_lengths_of_each_dimension_have_units_of_their_own() -> None:
    x = torch.rand(40, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    noise = torch.randn(40, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    y = (6 * x[:, 0]).sin() + x[:, 1] ** 2 + 0.05 * noise
    process = gp.GaussianProcess(gp.SquaredExponential(lengthscale=(1.0, 1.0)))
    factor = torch.tensor([1e-5, 1e4], dtype=torch.float64)
    one, other = process.fit(x, y), process.fit(x * factor, y)
    there = process.fit(x, y).predict(x + 0.05)
    torch.testing.assert_close(
        other.predict((x + 0.05) * factor).mean, there.mean, rtol=0, atol=1e-4
    )
    assert one.log_evidence == pytest.approx(other.log_evidence, abs=1e-3)


def test_outputs_have_scales_and_noise_of_their_own() -> None:
    both = torch.stack((Y, 1e4 * (X.cos() + 0.3 * NOISE.flip(0)) + 1e6), -1)
    process = gp.GaussianProcess(noise_variance=0.1)
    found = process.fit(X, both)
    there = found.predict(AT, noise=True)
    assert there.mean.shape == there.deviation.shape == (3, 2)
    assert there.covariance.shape == (2, 3, 3)
    for i, column in enumerate(both.mT):
        alone = process.fit(X, column).predict(AT, noise=True)
        torch.testing.assert_close(there.mean[:, i], alone.mean)
        torch.testing.assert_close(there.deviation[:, i], alone.deviation)
    assert found.leave_one_out().standardised.shape == (30, 2)
    assert found.mean_at(AT.unsqueeze(-1)).shape == (3, 2)
    assert found.sample(AT, 4).shape == (4, 3, 2)
    low, high = there.interval(0.95)
    assert bool((low[:, 0] < Y.max()).all())
    assert bool((high[:, 1] > 9e5).all())


def test_a_column_keeps_its_shape() -> None:
    found = gp.GaussianProcess(noise_variance=0.1).fit(X, Y.unsqueeze(-1))
    there = found.predict(AT)
    flat = gp.GaussianProcess(noise_variance=0.1).fit(X, Y).predict(AT)
    assert there.mean.shape == there.deviation.shape == (3, 1)
    torch.testing.assert_close(there.mean[:, 0], flat.mean)
    torch.testing.assert_close(there.deviation[:, 0], flat.deviation)
    torch.testing.assert_close(there.covariance, flat.covariance.unsqueeze(0))
    assert found.leave_one_out().prediction.covariance.shape == (1, 30, 30)


def test_shared_hyperparameters_are_those_of_all_outputs() -> None:
    both = torch.stack((Y, X.cos()), -1)
    found = gp.GaussianProcess(noise_variance=0.1).fit(X, both, shared=True)
    there = found.predict(AT)
    assert not found.outputs
    torch.testing.assert_close(there.variance[:, 0], there.variance[:, 1])


def test_a_bound_that_is_reached_is_remarked() -> None:
    process = gp.GaussianProcess(noise_variance=0.1)
    found = process.fit(X, Y, bounds={"lengthscale": (0.01, 0.5)})
    assert found.remarks == (
        "lengthscale reached its upper bound, 0.5: the data do not tell it from larger values.",
    )
    assert found.remarks[0] in str(found)
    assert not process.fit(X, Y).remarks


def test_the_mean_is_that_of_the_data_unless_it_is_said() -> None:
    assert gp.GaussianProcess().fit(X, Y + 5.0).mean == pytest.approx(
        float(Y.median()) + 5, abs=0.1
    )
    assert gp.GaussianProcess(mean=1.0).fit(X, Y + 5.0).mean == 1.0
    assert gp.GaussianProcess().fit(X, Y + 5.0, optimise=False).mean == 0.0
    for kernel in (gp.Brownian(), gp.Linear()):
        assert gp.GaussianProcess(kernel).fit(X, Y).anchor is not None
        assert gp.GaussianProcess(kernel, mean=0.0).fit(X, Y).anchor is None
    far = gp.GaussianProcess(gp.Brownian(), mean=0.0).fit(X, Y + 1e3)
    assert any("give a mean, or add a Constant" in remark for remark in far.remarks)


@attrs.frozen
class Unlabelled(gp.Composable):
    """A kernel that does not say its units."""

    width: float = 0.3
    bounds = {"width": (0.2, 0.4)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return torch.exp(-(((x - y.mT) / self.width) ** 2))

    def diagonal(self, x: Tensor, /) -> Tensor:
        return torch.ones_like(x[..., 0])


def test_bounds_without_a_unit_are_taken_as_they_are() -> None:
    found = gp.GaussianProcess(Unlabelled(), 0.1).fit(100 * X, Y)
    assert isinstance(found.kernel, Unlabelled)
    assert 0.2 <= found.kernel.width <= 0.4


def test_models_remark_bounds_of_their_processes() -> None:
    x = torch.linspace(0, 20, 60, dtype=torch.float64)
    data = takens.TimeSeries(x, torch.stack((x.sin(), x.cos()), -1))
    model = takens.models.create("gaussian_process_map", obs_dim=2, smooth=False)
    fit = takens.fit(model, data, takens.schemes.create("closed_form"), device="cpu")
    assert any("noise_variance reached its lower bound" in remark for remark in fit.remarks)
