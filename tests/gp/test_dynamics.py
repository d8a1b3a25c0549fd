"""Gaussian processes as dynamics."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import takens
import takens_gp as gp
from takens_gp import Kernel
from takens_gp.inference.smoothing import smooth


@pytest.fixture(scope="module")
def oscillator() -> takens.TimeSeries:
    system = takens.systems.create("van_der_pol")
    return takens.simulate(system, dt=0.1, steps=200, noise=0.05, seed=0)


@pytest.fixture(scope="module")
def learned(oscillator: takens.TimeSeries) -> takens.TrainedModel:
    model = takens.models.create("gaussian_process_map", obs_dim=2)
    return takens.fit(model, oscillator, takens.schemes.create("closed_form")).model


def test_a_curve_and_its_slope_are_found_in_noise() -> None:
    generator = torch.Generator().manual_seed(0)
    t = torch.arange(200, dtype=torch.float64) * 0.05
    starts = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    noise = 0.1 * torch.randn(2, 200, generator=generator, dtype=torch.float64)
    found = smooth(t, (t + starts).sin() + noise)
    assert found.noise_variance**0.5 == pytest.approx(0.1, rel=0.15)
    error = found.value - (t + starts).sin()
    assert float(error.square().mean().sqrt()) < 0.04
    off = found.slope - (t + starts).cos()
    assert float(off.square().mean()) == pytest.approx(
        float(found.slope_variance.mean()), rel=1.0
    )
    assert float((off.abs() < 2 * found.slope_variance.sqrt()).double().mean()) > 0.8
    assert found.step_variance.shape == (2, 199)


def test_steps_of_a_map_are_learned_as_they_are() -> None:
    series = takens.simulate("henon", dt=1, steps=500, seed=0)
    fit = takens.fit("gaussian_process_map", series.between(0, 400), "closed_form")
    assert any("too far apart" in remark for remark in fit.remarks)
    a, b = series.x[400:-1], series.x[401:]
    step = takens.plugin.latent_map(fit.model, 1.0)
    found = fit.model.observe(step(fit.model.encode(a.unsqueeze(1))))
    torch.testing.assert_close(found, b, atol=1e-3, rtol=0)


def test_long_series_are_smoothed_in_stretches() -> None:
    t = torch.arange(900, dtype=torch.float64) * 0.05
    found = smooth(t, t.sin().unsqueeze(0))
    assert float((found.value - t.sin()).abs().max()) < 1e-2
    assert float((found.slope - t.cos()).abs().max()) < 0.1


def test_the_slope_is_the_derivative_of_the_curve() -> None:
    t = torch.arange(30, dtype=torch.float64) * 0.2
    y = t.cos().unsqueeze(0)
    found = smooth(t, y)
    finer = torch.cat((t[10:11] - 1e-4, t[10:11] + 1e-4))
    kernel = gp.SquaredExponential(float(y.var()), float(t[-1]) / 10)
    refit = gp.GaussianProcess(kernel, 0.01).fit(
        t, y.mT, bounds={"lengthscale": (float(t[-1]) / 30, 10 * float(t[-1]))}
    )
    low, high = refit.predict(finer).mean[:, 0].tolist()
    assert float(found.slope[0, 10]) == pytest.approx((high - low) / 2e-4, rel=1e-5)


@pytest.mark.parametrize("name", ["gaussian_process_map", "gaussian_process_field"])
def test_a_linear_system_is_learned(name: str) -> None:
    system = takens.systems.create("harmonic_oscillator")
    starts = torch.tensor([[1.0, 0.0], [0.5, 0.0], [0.0, 0.2]], dtype=torch.float64)
    data = takens.simulate(system, dt=0.2, steps=40, initial=starts)
    model = takens.create("model", name, obs_dim=2, kernel="linear + constant")
    fit = takens.fit(model, data, takens.schemes.create("closed_form"))
    free = takens.generate(fit.model, context=data.x[0, :1], steps=39)
    assert float((free.x - data.x[0, 1:]).abs().max()) < 0.02
    assert fit.details["log_evidence"] > 0
    assert len(fit.details["observation_noise"]) == 2


def test_a_learned_map_stays_on_the_cycle(learned: takens.TrainedModel) -> None:
    system = takens.systems.create("van_der_pol")
    truth = takens.simulate(system, dt=0.1, steps=1000, seed=1)
    free = takens.generate(learned, context=truth.x[:1], steps=1000)
    assert free.diverged == 0
    torch.testing.assert_close(free.x.std(0), truth.x.std(0), rtol=0.05, atol=0)


def test_the_model_is_a_model(learned: takens.TrainedModel) -> None:
    assert isinstance(learned.inner, takens.plugin.Model)
    assert isinstance(learned.inner, takens.plugin.SupportsClosedForm)
    field = takens.models.create("gaussian_process_field", obs_dim=3)
    assert isinstance(field, takens.plugin.ContinuousModel)
    # Before it has learned, nothing moves.
    z = torch.ones(2, 3)
    assert field(torch.zeros(()), z).tolist() == torch.zeros(2, 3).tolist()


@pytest.mark.parametrize("kernel", ["squared_exponential", "matern52 + linear", "periodic"])
@pytest.mark.parametrize("inducing", [0, 8])
def test_a_model_survives_its_file(
    oscillator: takens.TimeSeries, tmp_path: Path, kernel: str, inducing: int
) -> None:
    model = takens.models.create(
        "gaussian_process_map", obs_dim=2, kernel=kernel, points=40, inducing=inducing
    )
    short = oscillator.between(0, 60)
    fit = takens.fit(model, short, takens.schemes.create("closed_form"))
    takens.save_model(fit.model, tmp_path / "model.pt")
    loaded = takens.load_model(tmp_path / "model.pt")
    z = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(loaded(z), fit.model(z), rtol=1e-10, atol=1e-10)
    inner: Any = loaded.inner
    assert len(inner.process.inputs) == (59 if inducing else 40)


def test_precision_does_not_follow_the_module(learned: takens.TrainedModel) -> None:
    inner: Any = learned.inner
    z = torch.tensor([[0.3, -0.2]], dtype=torch.float64)
    before = learned(z)
    inner.to(torch.device("cpu"), torch.float32)
    assert inner.process.inputs.dtype == torch.float64
    torch.testing.assert_close(learned(z), before, rtol=1e-12, atol=0)
    assert learned(z.float()).dtype == torch.float32


@pytest.mark.parametrize("kernel", ["squared_exponential", "matern32 + constant", "periodic"])
def test_the_map_is_the_mean_of_its_processes(
    oscillator: takens.TimeSeries, kernel: str
) -> None:
    model: Any = takens.models.create("gaussian_process_map", obs_dim=2, kernel=kernel)
    takens.fit(model, oscillator.between(0, 50), takens.schemes.create("closed_form"))
    z = torch.randn(4, 3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    process = model.process
    means = [p.predict(z.reshape(-1, 2)).mean for p in process.posteriors]
    expected = z + (torch.stack(means, -1) * process.scale).view(4, 3, 2)
    torch.testing.assert_close(model(z), expected)
    torch.testing.assert_close(model(z[0, 0]), expected[0, 0])


KERNELS: list[Kernel] = [
    gp.SquaredExponential(1.5, (0.7, 1.2)),
    gp.Matern32(0.5),
    gp.Matern52(0.5, 2.0),
    gp.RationalQuadratic(shape=0.7),
    gp.Periodic(period=2.0, lengthscale=1.5),
    gp.Linear((0.3, 0.6)) + gp.Constant(0.4),
    gp.SquaredExponential() * gp.Periodic() * gp.Constant(0.5),
]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: type(kernel).__name__)
def test_drawn_functions_have_the_covariance_of_the_prior(kernel: Kernel) -> None:
    x = torch.tensor([[0.0, 0.0], [0.4, 0.3], [1.5, -1.0]], dtype=torch.float64)
    functions = gp.GaussianProcess(kernel).prior(2).functions(4000, features=4000, seed=1)
    torch.testing.assert_close(functions(x).mT.cov(), kernel(x, x), atol=0.09, rtol=0)


@pytest.mark.parametrize("inducing", [None, 12])
def test_drawn_functions_have_the_moments_of_the_posterior(inducing: int | None) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(30, generator=generator, dtype=torch.float64) * 6
    y = 2 + x.sin() + 0.2 * torch.randn(30, generator=generator, dtype=torch.float64)
    process = gp.GaussianProcess(noise_variance=0.04, mean=2.0)
    noise = torch.linspace(0, 0.1, 30, dtype=torch.float64)
    found = process.fit(x, y, optimise=False, inducing=inducing, point_noise=noise)
    at = torch.tensor([[0.5], [3.0], [8.0]], dtype=torch.float64)
    values = found.functions(4000, features=4000, seed=3)(at)
    there = found.predict(at)
    torch.testing.assert_close(values.mean(0), there.mean, atol=0.06, rtol=0)
    torch.testing.assert_close(values.mT.cov(), there.covariance, atol=0.06, rtol=0)


def test_a_kernel_without_a_spectrum_gives_no_functions() -> None:
    with pytest.raises(takens.InputError, match="Brownian, which has no spectrum"):
        gp.GaussianProcess(gp.Brownian()).prior().functions()
    with pytest.raises(takens.InputError, match="Linear has no spectrum"):
        gp.GaussianProcess(gp.Linear() * gp.SquaredExponential()).prior().functions()
    two = gp.GaussianProcess().fit([1.0], [[1.0, 2.0]], optimise=False)
    with pytest.raises(takens.InputError, match="fit the 2 outputs apart"):
        two.functions()


def test_runs_spread_as_far_as_the_data_leave_open(
    learned: takens.TrainedModel, oscillator: takens.TimeSeries
) -> None:
    start = oscillator.x[:1]
    runs = gp.uncertain_run(learned, context=start, steps=60, samples=12, seed=1)
    assert runs.x.shape == (12, 60, 2)
    assert runs.diverged == 0
    spread = runs.x.std(0).mean(-1)
    assert float(spread[:5].mean()) < float(spread[-20:].mean())
    assert float(spread[0]) > 0
    again = gp.uncertain_run(learned, context=start, steps=60, samples=12, seed=1)
    assert torch.equal(again.x, runs.x)
    with pytest.raises(takens.InputError, match=r"context \(c, 2\)"):
        gp.uncertain_run(learned, context=start[:, :1], steps=60)


def test_a_run_follows_one_function_throughout(learned: takens.TrainedModel) -> None:
    drawn = gp.draw(learned, seed=4)
    x = torch.tensor([[1.0, 0.5]], dtype=torch.float64)
    step = takens.plugin.latent_map(drawn, learned.dt)
    z = drawn.encode(x)
    torch.testing.assert_close(step(z), step(z), rtol=0, atol=0)
    other = takens.plugin.latent_map(gp.draw(learned, seed=5), learned.dt)
    assert float((step(z) - other(z)).abs().max()) > 1e-6


def test_exponents_of_the_mean_and_of_drawn_dynamics(learned: takens.TrainedModel) -> None:
    # On a limit cycle the largest exponent is zero; of the drawn, about so.
    drawn = gp.draw(learned, seed=0, features=200)
    for model, bound in ((learned, 0.01), (drawn, 0.2)):
        z = model.encode(torch.tensor([[[1.0, 0.0]]], dtype=torch.float64))
        v = torch.eye(2, dtype=torch.float64)[:, :1].expand(1, 2, 1)
        total, steps = 0.0, 400
        for i in range(2 * steps):
            z, v = takens.plugin.jvp(takens.plugin.latent_map(model, learned.dt), z, v)
            length = float(v.norm())
            v = v / length
            total += torch.tensor(length).log().item() if i >= steps else 0.0
        assert abs(total / (steps * learned.dt)) < bound


def refused() -> list[tuple[str, Any]]:
    def create(name: str, **settings: Any) -> Any:
        return lambda: takens.create("model", name, obs_dim=2, **settings)

    def learn(x: Tensor) -> Any:
        model: Any = takens.models.create("gaussian_process_field", obs_dim=2)
        return lambda: model.solve_weights(x, times=torch.arange(float(len(x))))

    return [
        ("points is at least 1; got 0", create("gaussian_process_map", points=0)),
        ("inducing is at least 0; got -1", create("gaussian_process_field", inducing=-1)),
        ("one of fixed steps", create("gaussian_process_field", integrator="dopri5")),
        ("Did you mean", create("gaussian_process_map", kernel="squared_exponentia")),
        ("at least 5 samples", learn(torch.zeros(1, 4, 2))),
        ("drawn from a gaussian_process_map", lambda: gp.draw(torch.nn.Linear(1, 1))),  # pyright: ignore[reportArgumentType]
    ]


@pytest.mark.parametrize("case", refused(), ids=lambda case: case[0])
def test_bad_settings_are_refused(case: tuple[str, Any]) -> None:
    message, act = case
    with pytest.raises(takens.InputError, match=message):
        act()
