"""Chaotic systems that are seen in part, through their equations and through a model."""

# torch leaves some of its types open.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

import pytest
import torch
from takens_assimilation import Localisation, Observations, assimilate
from torch import Tensor

import takens

LORENZ = takens.systems.create("lorenz63")

NOISE = 1.0


def noisy(x: Tensor, seed: int = 9, scale: float = NOISE) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return x + scale * torch.randn(x.shape, generator=generator, dtype=torch.float64)


@pytest.fixture(scope="module")
def truth() -> takens.TimeSeries:
    return takens.simulate(LORENZ, dt=0.02, steps=5500, seed=3)


@pytest.fixture(scope="module")
def seen(truth: takens.TimeSeries) -> Observations:
    return Observations(truth.t[::5], noisy(truth.x[::5, :1]))


@pytest.mark.parametrize("method", ["etkf", "enkf"])
def test_lorenz_63_is_found_from_one_variable(
    method: str, truth: takens.TimeSeries, seen: Observations
) -> None:
    found = assimilate(
        LORENZ, seen, observed=["x1"], noise=NOISE, method=method, dt=0.02, seed=1
    ).after(10)
    accuracy = found.accuracy(truth)
    # The climatological deviations are 7.9, 9.0 and 8.6.
    assert accuracy.rmse_by_variable[0] < 0.7 * NOISE
    assert accuracy.rmse < 1.0
    assert 0.8 < accuracy.ratio < 1.25
    assert found.rank_histogram().p_value > 0.01
    (innovations,) = found.consistency()
    assert abs(innovations.ratio - 1) < 4 * innovations.ratio_error
    assert abs(innovations.bias) < 4 * innovations.bias_error
    assert found.smoothed.accuracy(truth).rmse < 0.7 * accuracy.rmse


def test_forecasts_know_their_errors(truth: takens.TimeSeries, seen: Observations) -> None:
    found = assimilate(LORENZ, seen, observed=[0], noise=NOISE, dt=0.02, seed=1).after(10)
    skill = found.skill(truth, leads=30, every=5)
    assert skill.leads[-1] == pytest.approx(3.0)
    assert skill.rmse[0].square().mean().sqrt() < 1.0
    # The error grows from that of the analysis towards that of climatology.
    assert skill.rmse[20].mean() > 5 * skill.rmse[0].mean()
    ratio = skill.spread / skill.rmse
    assert 0.85 < ratio.mean() < 1.15
    assert 1.0 < skill.useful_until() < 3.0
    # Over one interval they are the forecasts of the filter, but for the inflation.
    one = found.skill(truth, leads=1)
    off = found.forecast.mean(-2)[1:] - truth.x[500::5][1:]
    torch.testing.assert_close(one.rmse[1], off.square().mean(0).sqrt(), atol=1e-9, rtol=0)
    spread = found.forecast.var(-2)[1:].mean(0).sqrt() / 1.02
    torch.testing.assert_close(one.spread[1], spread, atol=1e-9, rtol=0)
    against_observations = found.skill(leads=10, every=5)
    assert against_observations.rmse[3] == pytest.approx(
        float((skill.rmse[3, 0] ** 2 + NOISE**2).sqrt()), rel=0.15
    )


def test_a_wrong_noise_is_noticed(seen: Observations) -> None:
    some = Observations(seen.t[:600], seen.y[:600])
    for noise, word in ((0.5, "surer"), (2.0, "less sure")):
        found = assimilate(LORENZ, some, observed=[0], noise=noise, dt=0.02, seed=1).after(10)
        assert found.rank_histogram().p_value < 1e-3
        (innovations,) = found.consistency()
        assert word in innovations.sentence


def test_without_rotation_the_transform_is_worse(
    truth: takens.TimeSeries, seen: Observations
) -> None:
    errors = [
        assimilate(LORENZ, seen, observed=[0], noise=NOISE, dt=0.02, rotate=rotate, seed=1)
        .after(10)
        .rank_histogram(truth)
        .p_value
        for rotate in (True, False)
    ]
    assert errors[0] > 1e6 * errors[1]


def test_a_trained_model_takes_the_place_of_the_equations(
    truth: takens.TimeSeries, seen: Observations
) -> None:
    data = takens.simulate(LORENZ, dt=0.02, steps=8000, seed=0)
    model = takens.fit(
        takens.models.create("shallow_rnn", obs_dim=3, latent_dim=3, hidden_dim=50),
        data,
        takens.schemes.create("generalised_teacher_forcing"),
        steps=1500,
        window=30,
        learning_rate=5e-3,
        check_every=0,
        keep="last",
    ).model
    through = {
        noise: assimilate(model, seen, observed=[0], noise=NOISE, model_noise=noise, seed=1)
        .after(10)
        .accuracy(truth)
        for noise in (0.0, 0.1)
    }
    # The equations give 0.81; the model knows too little of its own errors unless told.
    assert through[0.0].rmse < 1.5
    assert through[0.1].rmse < 1.25
    assert 0.8 < through[0.1].ratio < 1.25
    assert through[0.0].ratio < through[0.1].ratio
    # The model was not changed, nor its precision.
    assert next(model.parameters()).dtype == torch.float32


def test_a_latent_state_is_filtered_through_its_observation() -> None:
    # An untrained model makes its own data, of which one variable is seen.
    inner = takens.models.create(
        "shallow_plrnn", obs_dim=2, latent_dim=5, hidden_dim=8, observation="affine", seed=1
    )
    model = takens.TrainedModel(
        inner,
        mean=torch.tensor([10.0, -5.0], dtype=torch.float64),
        scale=torch.tensor([2.0, 0.5], dtype=torch.float64),
        dt=0.5,
        columns=("u", "v"),
    )
    initial = torch.randn(30, 5, generator=torch.Generator().manual_seed(0)).double()
    exact = inner.to(torch.device("cpu"), torch.float64)
    z = initial[0] + 0.3
    rows: list[Tensor] = []
    with torch.no_grad():
        for _ in range(12):
            rows.append(exact.observe(z) * model.scale + model.mean)
            z = exact(z)
    x = torch.stack(rows)
    given = Observations(0.5 * torch.arange(12), noisy(x[:, :1], scale=0.1))
    found = assimilate(
        model, given, observed=["u"], noise=0.1, initial=initial, inflation=1.0, seed=0
    )
    assert found.ensemble.shape == (12, 30, 5)
    assert found.mean.shape == (12, 2)
    assert found.columns == ("u", "v")
    torch.testing.assert_close(found.mean[:, 0], x[:, 0], atol=0.3, rtol=0)
    before = found.predicted.std(-2)[0]
    assert found.spread[0, 0] < 0.5 * before
    with pytest.raises(takens.InputError, match="a place for each of the 5 variables"):
        assimilate(
            model, given, observed=["u"], noise=0.1, localisation=Localisation.ring(2, 1.0)
        )
    with pytest.raises(takens.errors.DataError, match="multiples of the step"):
        assimilate(model, Observations(given.t * 1.1, given.y), observed=["u"], noise=0.1)


def test_observations_may_come_at_any_time(truth: takens.TimeSeries) -> None:
    generator = torch.Generator().manual_seed(4)
    steps = torch.randint(3, 9, (400,), generator=generator).cumsum(0)
    given = Observations(truth.t[steps], noisy(truth.x[steps, :1]))
    # A step that divides no interval.
    found = assimilate(LORENZ, given, observed=[0], noise=NOISE, dt=0.017, seed=1).after(10)
    accuracy = found.accuracy(truth)
    assert accuracy.rmse < 1.3
    assert 0.8 < accuracy.ratio < 1.25
    with pytest.raises(takens.InputError, match="equal intervals"):
        found.skill()


def lorenz_96(
    members: int, localisation: Localisation | None, steps: int, **more: object
) -> tuple[float, float]:
    system = takens.systems.create("lorenz96")
    truth = takens.simulate(system, dt=0.05, steps=steps, seed=3)
    given = Observations(truth.t, noisy(truth.x))
    found = assimilate(
        system, given, noise=1.0, members=members, localisation=localisation, dt=0.05, seed=1,
        **more,  # pyright: ignore
    ).after(20)  # fmt: skip
    off = found.mean - truth.x[400:]
    # The mean over times of the error over variables, as in the literature.
    return float(off.square().mean(-1).sqrt().mean()), found.accuracy(truth).ratio


@pytest.mark.parametrize(
    ("method", "members", "inflation"), [("etkf", 10, 1.04), ("enkf", 20, 1.05)]
)
def test_lorenz_96_needs_localisation(method: str, members: int, inflation: float) -> None:
    settings = {"method": method, "inflation": inflation}
    error, ratio = lorenz_96(members, Localisation.ring(40, 6.0), 800, **settings)
    assert error < 0.26
    assert 0.8 < ratio < 1.25
    error, ratio = lorenz_96(members, None, 800, **settings)
    assert error > 2
    assert ratio < 0.3


@pytest.mark.slow
def test_lorenz_96_is_filtered_as_well_as_published() -> None:
    # Sakov and Oke (2008), Tellus A 60, table 1: 0.18 to 0.24; climatology is at 3.6.
    error, ratio = lorenz_96(20, Localisation.ring(40, 8.0), 4400, inflation=1.02)
    assert 0.17 < error < 0.21
    assert 0.9 < ratio < 1.2
