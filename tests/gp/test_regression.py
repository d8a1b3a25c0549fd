"""Regression against closed forms and against scikit-learn 1.9.1."""

import math
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
import takens_gp as gp
from takens_gp import Kernel
from takens_gp.inference.cholesky import free_memory

X = torch.tensor([0.0, 0.3, 1.0, 3.1, 4.7], dtype=torch.float64)
Y = torch.tensor([1.0, 0.0, 1.4, 0.0, -0.9], dtype=torch.float64)


def test_unit_hyperparameters_on_five_points() -> None:
    process = gp.GaussianProcess(gp.SquaredExponential(), noise_variance=0.0)
    found = process.fit(X, Y, optimise=False)
    there = found.predict([2.0, 5.0])
    assert found.log_evidence == pytest.approx(-39.4843, abs=1e-4)
    assert there.mean.tolist() == pytest.approx([3.8476, -0.7411], abs=1e-4)
    assert there.deviation.tolist() == pytest.approx([0.4402, 0.2730], abs=1e-4)
    assert found.jitter == 0


def test_the_optimum_on_five_points() -> None:
    found = gp.GaussianProcess(noise_variance=0.1).fit(X, Y)
    assert isinstance(found.kernel, gp.SquaredExponential)
    assert found.log_evidence == pytest.approx(-6.1455, abs=1e-4)
    assert found.kernel.lengthscale == pytest.approx(1.624, abs=1e-3)
    assert math.sqrt(found.kernel.variance) == pytest.approx(0.528, abs=1e-3)
    assert math.sqrt(found.noise_variance) == pytest.approx(0.680, abs=1e-3)
    assert max(f for f in found.found if f is not None) == found.log_evidence


def test_two_points_by_hand() -> None:
    x, y = [0.0, 1.0], [0.5, -1.0]
    r, s = math.exp(-0.5), 1.1
    found = gp.GaussianProcess(noise_variance=0.1).fit(x, y, optimise=False)
    determinant = s * s - r * r
    c = math.exp(-0.125)
    mean = c * ((s - r) * y[0] + (s - r) * y[1]) / determinant
    variance = 1 - 2 * c * c * (s - r) / determinant
    misfit = (s * y[0] ** 2 - 2 * r * y[0] * y[1] + s * y[1] ** 2) / determinant
    evidence = -0.5 * misfit - 0.5 * math.log(determinant) - math.log(2 * math.pi)
    there = found.predict([0.5])
    assert float(there.mean) == pytest.approx(mean, rel=1e-12)
    assert float(there.variance) == pytest.approx(variance, rel=1e-12)
    assert float(found.predict([0.5], noise=True).variance) == pytest.approx(variance + 0.1)
    assert found.log_evidence == pytest.approx(evidence, rel=1e-12)


def test_a_linear_kernel_is_bayesian_linear_regression() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(30, 3, generator=generator, dtype=torch.float64)
    y = x @ torch.tensor([1.0, -2.0, 0.5]).double() + 0.7
    prior, noise = torch.tensor([0.5, 2.0, 1.0, 0.25]).double(), 0.3
    kernel = gp.Linear(variance=(0.5, 2.0, 1.0)) + gp.Constant(0.25)
    found = gp.GaussianProcess(kernel, noise).fit(x, y, optimise=False)
    design = torch.cat((x, torch.ones(30, 1)), 1)
    precision = torch.diag(1 / prior) + design.mT @ design / noise
    weights = torch.linalg.solve(precision, design.mT @ y / noise)
    at = torch.tensor([[0.2, 1.0, -3.0], [4.0, 0.0, 1.0]]).double()
    wide = torch.cat((at, torch.ones(2, 1)), 1)
    there = found.predict(at)
    torch.testing.assert_close(there.mean, wide @ weights)
    torch.testing.assert_close(there.covariance, wide @ torch.linalg.inv(precision) @ wide.mT)


def test_brownian_motion_becomes_a_bridge() -> None:
    process = gp.GaussianProcess(gp.Brownian(2.0), noise_variance=0.0)
    found = process.fit([1.0, 3.0], [0.5, -1.5], optimise=False)
    there = found.predict([2.5, 0.25, 4.0])
    a = 0.75
    expected = [(1 - a) * 0.5 + a * -1.5, 0.125, -1.5]
    variances = [2 * a * (1 - a) * 2, 2 * 0.25 * 0.75, 2.0]
    assert there.mean.tolist() == pytest.approx(expected)
    assert there.variance.tolist() == pytest.approx(variances)


# Computed by scikit-learn: kernel, mean, standard deviation, log evidence.
REFERENCES: list[tuple[Kernel, list[float], list[float], float]] = [
    (
        gp.SquaredExponential(variance=1.3, lengthscale=(0.8, 1.7)),
        [0.1355696326, 0.8535001795, 0.1801003699],
        [0.3073732344, 0.2887558634, 1.0444114125],
        -9.8942991027,
    ),
    (
        gp.Matern12(variance=0.7, lengthscale=1.1),
        [0.2110807202, 0.7354655995, 0.4798028631],
        [0.5997555303, 0.5838319266, 0.8044699225],
        -11.4181773465,
    ),
    (
        gp.Matern32(variance=0.7, lengthscale=1.1),
        [0.1546039866, 0.8382241783, 0.5321911123],
        [0.4142274363, 0.4082656543, 0.7893910094],
        -9.9271013907,
    ),
    (
        gp.Matern52(variance=0.7, lengthscale=(1.1, 0.6)),
        [0.1572950515, 0.7284445616, 0.3758351296],
        [0.445834715, 0.520999184, 0.8149857196],
        -11.1510664450,
    ),
    (
        gp.RationalQuadratic(variance=2.0, lengthscale=0.9, shape=0.5),
        [0.1474544288, 0.918863314, 0.8698426166],
        [0.5453453312, 0.5242595185, 1.1953802546],
        -11.6864080371,
    ),
    (
        gp.Linear(variance=0.8) + gp.Constant(variance=0.3),
        [0.2856444249, 0.7232413015, 2.6276685413],
        [0.0706708445, 0.1439514634, 0.2236423892],
        -5.9810535733,
    ),
    (
        gp.SquaredExponential(lengthscale=2.0) * gp.Linear(variance=0.5) + gp.Constant(0.2),
        [0.1666321508, 1.0173327727, 1.6494173034],
        [0.1438438969, 0.3068505228, 1.4610797342],
        -7.2310664914,
    ),
]


def twelve_points() -> tuple[Tensor, Tensor, Tensor]:
    i = torch.arange(12, dtype=torch.float64)
    x = torch.stack(((1.7 * i).sin() * 2, (0.9 * i * i).cos() + 0.1 * i), 1)
    at = torch.tensor([[0.1, 0.2], [1.5, -0.7], [3.0, 2.0]], dtype=torch.float64)
    return x, x[:, 0].sin() + 0.5 * x[:, 1].square(), at


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda r: type(r[0]).__name__)
def test_scikit_learn_agrees(reference: tuple[Any, ...]) -> None:
    kernel, mean, deviation, evidence = reference
    x, y, at = twelve_points()
    found = gp.GaussianProcess(kernel, noise_variance=0.05).fit(x, y, optimise=False)
    there = found.predict(at)
    assert there.mean.tolist() == pytest.approx(mean, abs=1e-6)
    assert there.deviation.tolist() == pytest.approx(deviation, abs=1e-6)
    assert found.log_evidence == pytest.approx(evidence, abs=1e-6)


def test_scikit_learn_agrees_on_the_periodic_kernel() -> None:
    x, y, at = twelve_points()
    kernel = gp.Periodic(variance=1.2, lengthscale=0.8, period=1.9)
    found = gp.GaussianProcess(kernel, noise_variance=0.05).fit(x[:, 0], y, optimise=False)
    there = found.predict(at[:, 0])
    expected = [0.1398730154, 0.0774223343, 0.5709364991]
    assert there.mean.tolist() == pytest.approx(expected, abs=1e-6)
    expected = [0.1868144333, 0.1894425789, 0.3650319171]
    assert there.deviation.tolist() == pytest.approx(expected, abs=1e-6)
    assert found.log_evidence == pytest.approx(-57.8820588974, abs=1e-6)


def test_no_points_leave_the_prior() -> None:
    process = gp.GaussianProcess(gp.SquaredExponential(2.0), noise_variance=0.5, mean=3.0)
    nothing = process.fit(torch.zeros(0, 1), torch.zeros(0))
    for there in (nothing.predict([0.0, 1.0]), process.predict([0.0, 1.0])):
        assert there.mean.tolist() == [3.0, 3.0]
        assert there.variance.tolist() == [2.0, 2.0]
        assert float(there.covariance[0, 1]) == pytest.approx(2 * math.exp(-0.5))
    assert nothing.log_evidence == 0
    assert nothing.predict(torch.zeros(0, 1)).mean.shape == (0,)


def test_duplicates_count_as_two_measurements() -> None:
    process = gp.GaussianProcess(noise_variance=0.2)
    twice = process.fit([1.0, 1.0], [0.0, 2.0], optimise=False)
    once = gp.GaussianProcess(noise_variance=0.1).fit([1.0], [1.0], optimise=False)
    torch.testing.assert_close(twice.predict([1.7]).mean, once.predict([1.7]).mean)
    torch.testing.assert_close(twice.predict([1.7]).variance, once.predict([1.7]).variance)


def test_duplicates_without_noise_need_jitter_and_say_so() -> None:
    found = gp.GaussianProcess(noise_variance=0.0).fit([1.0, 1.0], [2.0, 2.0], optimise=False)
    assert 0 < found.jitter <= 1e-10
    assert "jitter" in str(found)
    assert float(found.predict([1.0]).mean) == pytest.approx(2.0, abs=1e-6)


def test_every_point_can_have_its_own_noise() -> None:
    noise = torch.tensor([0.1, 0.4, 0.2, 0.3, 0.1]).double()
    found = gp.GaussianProcess(noise_variance=0.05).fit(X, Y, point_noise=noise, optimise=False)
    x = X.unsqueeze(-1)
    kernel = gp.SquaredExponential()
    covariance = kernel(x, x) + torch.diag(noise + 0.05)
    at = torch.tensor([[2.0]]).double()
    expected = kernel(at, x) @ torch.linalg.solve(covariance, Y)
    torch.testing.assert_close(found.predict(at).mean, expected)
    process = gp.GaussianProcess(noise_variance=0.05)
    direct = process.log_evidence(X, Y, point_noise=noise)
    assert float(direct) == pytest.approx(found.log_evidence)


def test_outputs_are_independent() -> None:
    both = torch.stack((Y, Y.square() - 1), 1)
    process = gp.GaussianProcess(noise_variance=0.1)
    found = process.fit(X, both, optimise=False)
    there = found.predict([2.0, 5.0])
    alone = [process.fit(X, both[:, i], optimise=False) for i in range(2)]
    for i in range(2):
        torch.testing.assert_close(there.mean[:, i], alone[i].predict([2.0, 5.0]).mean)
    alike = alone[0].predict([2.0, 5.0]).variance
    torch.testing.assert_close(there.variance, torch.stack((alike, alike), -1))
    assert found.log_evidence == pytest.approx(sum(each.log_evidence for each in alone))
    assert found.sample([2.0, 5.0], 3).shape == (3, 2, 2)
    low, high = there.interval(0.95)
    assert low.shape == high.shape == (2, 2)
    assert found.leave_one_out().residuals.shape == (5, 2)


def test_leaving_one_out_is_what_refitting_gives() -> None:
    process = gp.GaussianProcess(noise_variance=0.1, mean=0.3)
    loo = process.fit(X, Y, optimise=False).leave_one_out()
    density = 0.0
    for i in range(5):
        keep = torch.arange(5) != i
        without = process.fit(X[keep], Y[keep], optimise=False)
        there = without.predict(X[i : i + 1], noise=True)
        assert float(loo.prediction.mean[i]) == pytest.approx(float(there.mean))
        assert float(loo.prediction.variance[i]) == pytest.approx(float(there.variance))
        z = float((Y[i] - there.mean) / there.deviation)
        assert float(loo.standardised[i]) == pytest.approx(z)
        density += -0.5 * (z * z + math.log(2 * math.pi * float(there.variance))) / 5
    assert loo.log_density == pytest.approx(density)


def test_samples_have_the_mean_and_covariance_of_the_prediction() -> None:
    found = gp.GaussianProcess(noise_variance=0.1).fit(X, Y, optimise=False)
    at = torch.tensor([0.5, 2.0, 2.1]).double()
    samples = found.sample(at, 40_000, seed=1)
    there = found.predict(at)
    torch.testing.assert_close(samples.mean(0), there.mean, atol=0.02, rtol=0)
    torch.testing.assert_close(samples.mT.cov(), there.covariance, atol=0.02, rtol=0)
    torch.testing.assert_close(found.sample(at, 2, seed=1), found.sample(at, 2, seed=1))
    noisy = found.sample(at, 40_000, noise=True, seed=1).mT.cov()
    torch.testing.assert_close(noisy.diagonal(), there.variance + 0.1, atol=0.03, rtol=0)
    prior = gp.GaussianProcess(gp.SquaredExponential(4.0)).sample(at, 40_000)
    assert float(prior[:, 0].var()) == pytest.approx(4.0, rel=0.05)


def test_bands_hold_what_they_say() -> None:
    generator = torch.Generator().manual_seed(3)
    x = torch.rand(400, generator=generator, dtype=torch.float64) * 20
    truth = gp.GaussianProcess(gp.SquaredExponential(), noise_variance=0.04)
    y = truth.sample(x, noise=True, seed=5)[0]
    found = truth.fit(x[:200], y[:200])
    counted = gp.calibration(found.predict(x[200:], noise=True), y[200:])
    for level, share in counted.shares.items():
        assert abs(share - level) < 2 * counted.margin(level)
    assert "95% band holds" in str(counted)
    without = gp.calibration(found.predict(x[200:]), y[200:])
    assert without.shares[0.95] < 0.8


def refused() -> list[tuple[str, Any]]:
    process = gp.GaussianProcess()
    nan = torch.tensor([0.0, math.nan])
    other = gp.GaussianProcess(gp.SquaredExponential(lengthscale=(1.0, 2.0)))
    return [
        (r"3 points need as many measurements.*\(2,\)", lambda: process.fit([1, 2, 3], [1, 2])),
        (r"x: \(n, d\).*got \(1, 1, 1\)", lambda: process.fit(torch.zeros(1, 1, 1), [1.0])),
        (r"y must be finite; entry \(1,\) is nan", lambda: process.fit([1, 2], nan)),
        (r"x must be finite", lambda: process.fit([1.0, math.inf], [1, 2])),
        (
            r"Bounds of lengthscale.*got \(2, 1\)",
            lambda: process.fit([1, 2], [1, 2], bounds={"lengthscale": (2.0, 1.0)}),
        ),
        (
            r"no hyperparameter 'length'; there are variance, lengthscale",
            lambda: process.fit([1, 2], [1, 2], fixed=["length"]),
        ),
        (r"starts is at least 1; got 0", lambda: process.fit([1, 2], [1, 2], starts=0)),
        (
            r"point_noise are variances.*-1",
            lambda: process.fit([1, 2], [1, 2], point_noise=[0.1, -1.0]),
        ),
        (r"1 dimensions and the kernel has 2", lambda: other.fit([1, 2], [1, 2])),
        (
            r"points of 1 dimensions; got points of 2",
            lambda: process.fit([1, 2], [1, 2]).predict(torch.zeros(1, 2)),
        ),
        (r"noise_variance is at least 0", lambda: gp.GaussianProcess(noise_variance=-1.0)),
        (r"between 0 and 1; got 95", lambda: process.predict([1.0]).interval(95)),
        (
            r"compared with as many",
            lambda: gp.calibration(process.predict([1.0]), torch.zeros(2)),
        ),
        (r"at least one point", lambda: process.prior().leave_one_out()),
        (r"inducing is at least 1 point; got 0", lambda: process.fit([1], [1], inducing=0)),
        (
            r"Inducing points need noise",
            lambda: gp.GaussianProcess(noise_variance=0.0).fit([1], [1], inducing=1),
        ),
    ]


@pytest.mark.parametrize("case", refused(), ids=lambda case: case[0][:30])
def test_bad_input_is_refused_in_a_sentence(case: tuple[str, Any]) -> None:
    message, act = case
    with pytest.raises(takens.InputError, match=message):
        act()


def test_too_many_points_for_the_memory_are_refused_with_the_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("takens_gp.inference.cholesky.free_memory", lambda: 2_400_000)
    x = torch.linspace(0, 1, 400)
    process = gp.GaussianProcess()
    with pytest.raises(takens.InputError, match=r"on 400 points needs 0.0 GB.* 316 points"):
        process.fit(x, x, optimise=False)
    assert len(process.fit(x, x, optimise=False, inducing=5).centres) == 5


def test_the_free_memory_is_a_sensible_number_of_bytes() -> None:
    assert 1e7 < free_memory() < 1e15


@attrs.frozen
class NoCovariance:
    """The negative of one."""

    bounds = {}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return -gp.SquaredExponential()(x, y)

    def diagonal(self, x: Tensor, /) -> Tensor:
        return -torch.ones_like(x[..., 0])


def test_a_kernel_that_is_no_covariance_is_refused() -> None:
    process = gp.GaussianProcess(NoCovariance(), noise_variance=0.1)
    with pytest.raises(takens.InputError, match=r"5 points is not positive definite.* kernel"):
        process.fit(X, Y)
    with pytest.raises(takens.InputError, match="has the eigenvalue -"):
        process.sample(X)
    with pytest.raises(takens.errors.ComponentError, match="kernel is a kernel"):
        gp.GaussianProcess(kernel=3.0)  # pyright: ignore[reportArgumentType]


def test_bounds_and_fixed_values_are_kept() -> None:
    found = gp.GaussianProcess(noise_variance=0.1).fit(
        X, Y, bounds={"lengthscale": (0.5, 1.2)}, fixed=["noise_variance"]
    )
    assert isinstance(found.kernel, gp.SquaredExponential)
    assert found.kernel.lengthscale == pytest.approx(0.5)
    assert found.noise_variance == pytest.approx(0.1)


SMOOTH: list[tuple[Kernel, bool]] = [
    (gp.SquaredExponential(), True),
    (gp.SquaredExponential() + gp.Constant(), True),
    (gp.Matern12(), False),
]


@pytest.mark.parametrize("case", SMOOTH, ids=lambda case: str(case[0]))
def test_many_variances_at_once_are_those_of_few(case: tuple[Kernel, bool]) -> None:
    kernel, compressed = case
    generator = torch.Generator().manual_seed(0)
    x = 4 * torch.rand(1000, 2, generator=generator, dtype=torch.float64)
    y = x.sum(-1).sin() + 0.1 * torch.randn(1000, generator=generator, dtype=torch.float64)
    found = gp.GaussianProcess(kernel, 0.01).fit(x, y, optimise=False)
    # Some far from all data, some close to it, some in between.
    at = 4 * torch.rand(300, 2, generator=generator, dtype=torch.float64)
    at[:50] += 9
    at[50:100] += 2
    together = found.predict(at)
    apart = torch.cat([found.predict(part).variance for part in at.split(100)])
    torch.testing.assert_close(together.variance, apart, rtol=0, atol=2e-9)
    cross = found.kernel(at, x)
    short = found._compression  # pyright: ignore[reportPrivateUsage]
    assert (short is not None) is compressed
    if short is not None:
        explained, missed = short.explain(cross)
        exact = found.kernel.diagonal(at) - apart
        assert bool((explained <= exact + 1e-9).all())
        assert bool((exact <= explained + missed + 1e-9).all())
