"""Where everything is linear and normal, the Kalman filter is exact."""

# torch leaves some of its types open.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

import math

import pytest
import torch
from takens_assimilation import Localisation, Observations, assimilate
from torch import Tensor

import takens

F = torch.tensor([[0.9, 0.4, 0.0], [-0.4, 0.9, 0.2], [0.0, -0.1, 0.95]], dtype=torch.float64)
H = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]], dtype=torch.float64)
R = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
Q = torch.tensor([[0.2, 0.05, 0.0], [0.05, 0.1, 0.0], [0.0, 0.0, 0.15]], dtype=torch.float64)
P0 = torch.tensor([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 1.5]], dtype=torch.float64)
X0 = torch.tensor([1.0, -1.0, 0.5], dtype=torch.float64)


def step(x: Tensor, /) -> Tensor:
    return x @ F.mT


def kalman(y: Tensor, q: Tensor, r: Tensor = R) -> tuple[list[Tensor], list[Tensor]]:
    """Filter as Kalman (1960) does; rows of NaN and single NaN are left out."""
    x, p = X0, P0
    means, covariances = list[Tensor](), list[Tensor]()
    for k, row in enumerate(y):
        if k:
            x, p = F @ x, F @ p @ F.mT + q
        there = ~row.isnan()
        h = H[there]
        gain = p @ h.mT @ torch.linalg.inv(h @ p @ h.mT + r[there][:, there])
        x = x + gain @ (row[there] - h @ x)
        p = p - gain @ h @ p
        means.append(x)
        covariances.append(p)
    return means, covariances


def observations(steps: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    x = X0.clone()
    rows: list[Tensor] = []
    for _ in range(steps):
        drawn = torch.randn(2, generator=generator, dtype=torch.float64)
        rows.append(H @ x + torch.linalg.cholesky(R) @ drawn)
        x = F @ x
    return torch.stack(rows)


def exact_ensemble(members: int) -> Tensor:
    """Return states whose sample mean and covariance are X0 and P0 to rounding."""
    generator = torch.Generator().manual_seed(5)
    drawn = torch.randn(members, 3, generator=generator, dtype=torch.float64)
    drawn = torch.linalg.qr(drawn - drawn.mean(0)).Q * math.sqrt(members - 1)
    return X0 + drawn @ torch.linalg.cholesky(P0).mT


def with_gaps(y: Tensor) -> Tensor:
    y = y.clone()
    y[3] = torch.nan
    y[5, 0] = torch.nan
    y[8, 1] = torch.nan
    return y


def covariance(ensemble: Tensor) -> Tensor:
    return ensemble.mT.cov()


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("members", [2 + 2, 12])
def test_the_transform_is_the_kalman_filter_to_rounding(members: int, rotate: bool) -> None:
    y = with_gaps(observations(40))
    found = assimilate(
        step,
        Observations(torch.arange(40), y),
        observed=H,
        noise=R,
        inflation=1.0,
        rotate=rotate,
        initial=exact_ensemble(members),
    )
    means, covariances = kalman(y, torch.zeros(3, 3, dtype=torch.float64))
    torch.testing.assert_close(found.mean, torch.stack(means), atol=1e-10, rtol=0)
    for k in range(40):
        torch.testing.assert_close(
            covariance(found.ensemble[k]), covariances[k], atol=1e-10, rtol=0
        )


def test_more_observations_than_members_are_the_same_problem() -> None:
    # The other form of the transform: 2 observed combinations, each 5 times.
    y = observations(20)
    many = y.repeat(1, 5)
    noise = torch.block_diag(*[5 * R] * 5)
    few = assimilate(
        step, Observations(torch.arange(20), y), observed=H, noise=R, inflation=1.0,
        rotate=False, initial=exact_ensemble(6),
    )  # fmt: skip
    found = assimilate(
        step, Observations(torch.arange(20), many), observed=H.repeat(5, 1), noise=noise,
        inflation=1.0, rotate=False, initial=exact_ensemble(6),
    )  # fmt: skip
    torch.testing.assert_close(found.ensemble, few.ensemble, atol=1e-10, rtol=0)


@pytest.mark.parametrize("method", ["etkf", "enkf"])
def test_it_goes_to_the_kalman_filter_with_the_root_of_the_members(method: str) -> None:
    y = with_gaps(observations(30))
    means, covariances = kalman(y, Q)
    errors: dict[int, tuple[float, float]] = {}
    for members in (100, 10_000):
        found = assimilate(
            step,
            Observations(torch.arange(30), y),
            observed=H,
            noise=R,
            method=method,
            inflation=1.0,
            model_noise=Q,
            rotate=False,
            initial=exact_ensemble(members),
        )
        deviation = torch.stack(covariances).diagonal(dim1=-2, dim2=-1).sqrt()
        off = (found.mean - torch.stack(means)) / deviation
        ratio = found.spread / deviation - 1
        errors[members] = (float(off.square().mean().sqrt()), float(ratio.abs().mean()))
    for members, (mean, spread) in errors.items():
        assert 0.05 < mean * math.sqrt(members) < 2
        assert 0.05 < spread * math.sqrt(members) < 2


def test_the_smoother_is_that_of_rauch_tung_and_striebel() -> None:
    y = with_gaps(observations(25))
    found = assimilate(
        step, Observations(torch.arange(25), y), observed=H, noise=R, inflation=1.0,
        initial=exact_ensemble(9),
    ).smoothed  # fmt: skip
    means, covariances = kalman(y, torch.zeros(3, 3, dtype=torch.float64))
    x, p = means[-1], covariances[-1]
    for k in reversed(range(24)):
        # Without noise of the model the gain is the inverse of the step.
        forecast = F @ covariances[k] @ F.mT
        gain = covariances[k] @ F.mT @ torch.linalg.inv(forecast)
        x = means[k] + gain @ (x - F @ means[k])
        p = covariances[k] + gain @ (p - forecast) @ gain.mT
        torch.testing.assert_close(found.mean[k], x, atol=1e-9, rtol=0)
        torch.testing.assert_close(covariance(found.ensemble[k]), p, atol=1e-9, rtol=0)


def test_several_steps_lie_between_irregular_observations() -> None:
    y = observations(40)
    kept = torch.tensor([0, 1, 4, 5, 9, 16, 17, 30, 39])
    sparse = torch.full_like(y, torch.nan)
    sparse[kept] = y[kept]
    arguments = {"observed": H, "noise": R, "initial": exact_ensemble(8), "rotate": False}
    gaps = assimilate(step, Observations(torch.arange(40), sparse), **arguments)  # pyright: ignore
    few = assimilate(step, Observations(kept, y[kept]), **arguments)  # pyright: ignore
    torch.testing.assert_close(few.ensemble, gaps.ensemble[kept], atol=1e-10, rtol=0)
    # Without observation the forecast is kept, and not inflated.
    torch.testing.assert_close(gaps.ensemble[2], gaps.forecast[2], atol=0, rtol=0)
    assert float(gaps.inflation[2]) == 1
    assert float(gaps.inflation[4]) == 1.02


@pytest.mark.parametrize("method", ["etkf", "enkf"])
def test_a_problem_of_a_batch_comes_out_as_alone(method: str) -> None:
    y = torch.stack([with_gaps(observations(15, seed)) for seed in range(3)])
    y[1, 4:7] = torch.nan

    def run(y: Tensor, seed: int) -> Tensor:
        return assimilate(
            step, Observations(torch.arange(15), y), observed=H, noise=R, method=method,
            model_noise=Q, inflation="adaptive", initial=exact_ensemble(10), seed=seed,
        ).ensemble  # fmt: skip

    together = run(y, 7)
    assert together.shape == (3, 15, 10, 3)
    for i in range(3):
        torch.testing.assert_close(together[i], run(y[i], 7 + i), atol=1e-10, rtol=0)


def test_a_problem_that_begins_on_the_attractor_comes_out_as_alone() -> None:
    lorenz = takens.systems.create("lorenz63")
    truth = takens.simulate(lorenz, dt=0.1, steps=8, seed=3)
    y = torch.stack([truth.x[:, :1], truth.x[:, :1] + 1])

    def run(y: Tensor, seed: int) -> Tensor:
        given = Observations(truth.t, y)
        return assimilate(lorenz, given, observed=[0], noise=1.0, members=6, seed=seed).ensemble

    torch.testing.assert_close(run(y, 3)[1], run(y[1], 4), atol=1e-9, rtol=0)


def test_forecasts_are_as_unsure_as_the_model_noise_makes_them() -> None:
    found = assimilate(
        step, Observations(torch.arange(20), observations(20)), observed=H, noise=R,
        inflation=1.0, model_noise=Q, rotate=False, initial=exact_ensemble(2000),
    )  # fmt: skip
    truth = torch.zeros(20, 3, dtype=torch.float64)
    spread = found.forecast.var(-2)[1:].mean(0).sqrt()
    skill = found.skill(truth, leads=1)
    torch.testing.assert_close(skill.spread[1], spread, atol=0, rtol=0.02)


def tapered(ring: Localisation) -> Tensor:
    return ring.taper(ring.positions, ring.positions)


def test_a_local_transform_is_that_of_its_paper() -> None:
    # Hunt, Kostelich and Szunyogh (2007), eqs. 20 to 23, written out for each variable.
    generator = torch.Generator().manual_seed(4)
    ensemble = torch.randn(7, 12, generator=generator).double()
    y = torch.randn(1, 12, generator=generator).double()
    deviations = torch.linspace(0.5, 1.5, 12).double()
    ring = Localisation.ring(12, 2.0)
    found = assimilate(
        lambda x: x, Observations([0.0], y), noise=deviations, inflation=1.0,  # pyright: ignore
        localisation=ring, rotate=False, initial=ensemble,
    ).ensemble[0]  # fmt: skip
    mean = ensemble.mean(0)
    anomalies = (ensemble - mean).mT
    for i in range(12):
        precision = (tapered(ring)[i] / deviations**2).diag()
        c = anomalies.mT @ precision
        p = torch.linalg.inv(6 * torch.eye(7).double() + c @ anomalies)
        values, vectors = torch.linalg.eigh(6 * p)
        root = vectors * values.sqrt() @ vectors.mT
        weights = p @ c @ (y[0] - mean)
        expected = mean[i] + anomalies[i] @ (weights[:, None] + root)
        torch.testing.assert_close(found[:, i], expected, atol=1e-10, rtol=0)


def test_tapered_covariances_move_the_mean() -> None:
    # The perturbations have mean zero, so that the mean moves by the tapered gain.
    generator = torch.Generator().manual_seed(4)
    ensemble = torch.randn(7, 12, generator=generator).double()
    y = torch.randn(1, 12, generator=generator).double()
    y[0, 5] = torch.nan
    ring = Localisation.ring(12, 2.0)
    found = assimilate(
        lambda x: x, Observations([0.0], y), noise=0.8, inflation=1.0, method="enkf",  # pyright: ignore
        localisation=ring, initial=ensemble,
    ).mean[0]  # fmt: skip
    there = ~y[0].isnan()
    covariance = tapered(ring) * ensemble.mT.cov()
    seen = covariance[there][:, there] + 0.64 * torch.eye(11).double()
    gain = covariance[:, there] @ torch.linalg.inv(seen)
    expected = ensemble.mean(0) + gain @ (y[0] - ensemble.mean(0))[there]
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_a_wide_localisation_is_none() -> None:
    y = observations(15)
    noise = [0.7, 0.5]
    wide = Localisation(1e9, [0.0, 1.0, 2.0], observed=[0.0, 1.0])  # pyright: ignore
    for method in ("etkf", "enkf"):
        with_it, without = (
            assimilate(
                step, Observations(torch.arange(15), y), observed=H, noise=noise,
                method=method, localisation=localisation, initial=exact_ensemble(7),
            )
            for localisation in (wide, None)
        )  # fmt: skip
        torch.testing.assert_close(with_it.ensemble, without.ensemble, atol=1e-9, rtol=0)


def test_a_function_may_observe() -> None:
    y = observations(10)
    given = {"noise": R, "initial": exact_ensemble(7)}
    one = assimilate(step, Observations(torch.arange(10), y), observed=H, **given)  # pyright: ignore
    same = assimilate(
        step, Observations(torch.arange(10), y), observed=lambda x: x @ H.mT, **given  # pyright: ignore
    )  # fmt: skip
    torch.testing.assert_close(one.ensemble, same.ensemble)


def test_adaptive_inflation_finds_what_is_missing() -> None:
    # The model says nothing of its noise; one that is told has no need of inflation.
    steps = 600
    generator = torch.Generator().manual_seed(2)
    x = X0.clone()
    rows: list[Tensor] = []
    for _ in range(steps):
        rows.append(
            H @ x + torch.linalg.cholesky(R) @ torch.randn(2, generator=generator).double()
        )
        noise = torch.randn(3, generator=generator).double()
        x = F @ x + torch.linalg.cholesky(Q) @ noise
    given = Observations(torch.arange(steps), torch.stack(rows))
    factors = [
        assimilate(
            step, given, observed=H, noise=R, inflation="adaptive", model_noise=noise,
            initial=exact_ensemble(20),
        ).inflation[-100:].mean()
        for noise in (torch.zeros(3, 3), Q)
    ]  # fmt: skip
    assert factors[0] > 1.1
    assert factors[1] < 1.03


def test_what_does_not_fit_is_refused_in_a_sentence() -> None:
    t = torch.arange(5)
    y = observations(5)
    good = {"observed": H, "noise": R, "initial": exact_ensemble(4)}
    for change, message in (
        ({"method": "ukf"}, "method is one of etkf, enkf"),
        ({"noise": 0.0}, "without any error"),
        ({"noise": [1.0, 2.0, 3.0]}, "got 3 numbers for 2"),
        ({"observed": [0]}, "observed names 1 variables and the observations have 2"),
        ({"observed": [0, 7]}, "no variable number 7"),
        ({"observed": ["x1", "z"]}, "no variable 'z'"),
        ({"observed": H.mT}, r"shape \(2, 3\)"),
        ({"observed": H.tolist()}, r"got \[1.0, 0.0, 0.0\] in a list"),
        ({"observed": torch.tensor([True, False])}, "got True in a list"),
        ({"inflation": -1.0}, "inflation is a positive factor"),
        ({"initial": None}, "give initial"),
        ({"members": 5}, "initial holds 4 members"),
        ({"dt": 0.3}, "multiples of the step"),
        ({"model_noise": torch.ones(2, 2)}, r"got a shape of \(2, 2\) for 3"),
    ):
        with pytest.raises(takens.InputError, match=message):
            assimilate(step, Observations(t, y), **(good | change))  # pyright: ignore


def test_plain_numbers_keep_all_their_digits() -> None:
    given = Observations([1000.1, 1000.2], [[0.1], [0.2]])  # pyright: ignore
    assert given.t.tolist() == [1000.1, 1000.2]
    assert given.y.tolist() == [[0.1], [0.2]]
    found = assimilate(step, given, observed=[0], noise=0.8, initial=exact_ensemble(4), dt=0.1)
    assert found.noise.item() == 0.8**2


def test_observations_are_checked() -> None:
    y = observations(3)
    for t, rows, message in (
        ([0.0, 1.0], y, "same T"),
        ([0.0, 2.0, 1.0], y, "number 2 is 1"),
        ([0.0, 1.0, 2.0], y / 0, "infinite"),
        ([0.0, 1.0, 2.0], y * torch.nan, "nothing to filter"),
    ):
        with pytest.raises(takens.errors.DataError, match=message):
            Observations(t, rows)  # pyright: ignore


def test_what_is_no_series_is_refused() -> None:
    for given, members, message in (
        (torch.zeros(5, 1), 10, r"Observations are a .*Observations\(t, y\).*got Tensor"),
        (takens.TimeSeries(torch.arange(5.0), torch.zeros(5, 1)), 2.5, "members is a whole"),
    ):
        with pytest.raises(takens.InputError, match=message):
            assimilate(
                takens.systems.create("lorenz63"),
                given,  # pyright: ignore[reportArgumentType]
                observed=[0],
                noise=1.0,
                members=members,  # pyright: ignore[reportArgumentType]
            )
