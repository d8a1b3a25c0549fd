"""Errors of forecasts, fits, bands and summaries, counted over draws of known cases."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

import takens
from takens._judging.criteria import Criteria  # pyright: ignore[reportPrivateUsage]
from takens._judging.questions import (  # pyright: ignore[reportPrivateUsage]
    Unjudged,
    questions,
)
from takens_gp import GaussianProcess, SquaredExponential
from takens_metrics.forecasts.forecast_curve import ForecastCurve
from takens_metrics.forecasts.scaled_errors import MASE, SMAPE
from takens_metrics.forecasts.valid_prediction_time import ValidPredictionTime
from takens_metrics.from_data.correlation_dimension import correlation_dimension_from_data
from takens_metrics.geometry.mixture_divergence import mixture_divergence
from takens_metrics.lyapunov.exponent_errors import jackknife
from takens_metrics.lyapunov.spectrum_summaries import kaplan_yorke, positive_sum
from takens_schemes import LeastSquares

from .known_cases import NOMINAL, Array, autoregressive, held

# Student's quantile over 20 blocks.
OVER_BLOCKS = float(stats.t.ppf(0.975, 19))


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def many(few: int, all_: int = 400) -> pytest.MarkDecorator:
    """Count few draws for every change, and all of them at night."""
    return pytest.mark.parametrize("draws", [few, pytest.param(all_, marks=pytest.mark.slow)])


def nominal(share: float, draws: int) -> bool:
    """Whether a share is what 90 to 98 % gives, of few draws within their own scatter."""
    low, high = NOMINAL
    if draws < 400:
        low -= 2 * math.sqrt(low * (1 - low) / draws)
        high += 2 * math.sqrt(high * (1 - high) / draws)
    return low <= share <= high


def windows(x: Array) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(x.shape[1], dtype=torch.float64), torch.from_numpy(x))


def forecasts(draw: int, starts: int, steps: int) -> tuple[Array, Array]:
    """Truth of independent normal numbers, and how far forecasts of neighbours are off."""
    truth = normal(starts, steps + 1, 1, seed=draw)
    off = autoregressive(1, starts, 0.6, seed=10_000 + draw)[0]
    return truth, off


@many(80)
def test_errors_of_scaled_forecasts(draws: int) -> None:
    starts, steps = 400, 4
    mase, smape = np.zeros((draws, 3)), np.zeros((draws, 3))
    for i in range(draws):
        truth, off = forecasts(i, starts, steps)
        run = truth.copy()
        run[:, 1:, 0] += off[:, None]
        for metric, known, into in (
            # The mean of |z| is sqrt(2 / pi), and that of |z - z'| sqrt(2) as large.
            (MASE(steps=steps), 1 / math.sqrt(2), mase),
            (SMAPE(steps=steps), 200 * _relative(), smape),
        ):
            score = metric.compare(windows(truth), windows(run))
            assert score.value is not None
            assert score.error is not None
            assert score.error_over == 20
            into[i] = score.value, score.error, known
    for value, error, known in (mase.T, smape.T):
        wide = OVER_BLOCKS * error
        assert nominal(held(value - wide, float(known[0]), value + wide), draws)


def _relative() -> float:
    """Return the mean of |e| / (|x| + |x + e|), both normal, by quadrature."""
    x, weights = np.polynomial.hermite_e.hermegauss(180)
    weights = weights / weights.sum()
    first, off = x[:, None], x[None, :]
    shares = np.abs(off) / (np.abs(first) + np.abs(first + off))
    return float((weights[:, None] * weights[None, :] * shares).sum())


@many(60)
def test_errors_of_the_time_that_forecasts_are_valid(draws: int) -> None:
    starts, horizon = 600, 60
    values, errors = np.zeros((2, draws))
    for i in range(draws):
        # Valid for 30 samples in the median: each by a lognormal factor of its own.
        _, off = forecasts(i, starts, 1)
        times = np.floor(30.5 * np.exp(0.3 * off)).clip(1, horizon)
        truth = normal(starts, 1, 1, seed=i).repeat(horizon + 1, 1)
        late = np.arange(horizon + 1) > times[:, None]
        run = truth + 9.0 * late[:, :, None]
        metric = ValidPredictionTime(horizon=horizon, threshold=0.5, exponent=None)
        score = metric.compare(windows(truth), windows(run))
        assert score.value is not None
        assert score.error is not None
        values[i], errors[i] = score.value, score.error
    # Times are whole samples, and so are their medians.
    wide = np.maximum(OVER_BLOCKS * errors, 0.5)
    assert nominal(held(values - wide, 30.0, values + wide), draws)


@many(80)
def test_errors_along_a_curve_of_forecasts(draws: int) -> None:
    starts, horizon = 400, 10
    inside = np.zeros((draws, horizon))
    for i in range(draws):
        truth, off = forecasts(i, starts, horizon)
        truth = (truth - truth.mean()) / truth.std()
        growing = 0.1 * np.arange(horizon + 1)
        run = truth + growing[:, None] * off[:, None, None]
        curve = ForecastCurve(horizon=horizon).compare(windows(truth), windows(run)).curves
        y, error = (np.array(each) for each in (curve["model"].y, curve["model"].error))
        inside[i] = np.abs(y - growing[1:]) <= OVER_BLOCKS * error
    assert all(nominal(float(share), draws) for share in inside.mean(0))


@pytest.mark.parametrize("statistic", [kaplan_yorke, positive_sum])
def test_errors_of_what_follows_from_a_spectrum(statistic: Any) -> None:
    draws, samples = 600, 24
    known = np.array([0.9, 0.3, -0.2, -3.0])
    rates = known + normal(draws, samples, 4) * np.array([0.3, 0.2, 0.2, 0.5])
    found = np.array([jackknife(each, statistic) for each in rates])
    wide = float(stats.t.ppf(0.975, samples - 1)) * found[:, 1]
    truth = statistic(known)
    assert truth == pytest.approx(3 + 1 / 3 if statistic is kaplan_yorke else 1.2)
    assert nominal(held(found[:, 0] - wide, truth, found[:, 0] + wide), draws)


@many(80)
def test_the_error_of_a_divergence_is_that_of_its_draws(draws: int) -> None:
    truth, run = normal(100, 2, seed=1), 0.7 + normal(100, 2, seed=2)
    values, errors = np.zeros((2, draws))
    for seed in range(draws):
        # The numbers drawn are the same; in another order and direction they are others.
        random = np.random.default_rng(seed)
        turned, _ = np.linalg.qr(random.standard_normal((2, 2)))
        score = mixture_divergence(random.permutation(truth) @ turned, run @ turned)
        assert score.value is not None
        assert score.error is not None
        values[seed], errors[seed] = score.value, score.error
    assert float(errors.mean()) == pytest.approx(float(values.std()), rel=0.2)
    wide = 1.96 * errors
    assert nominal(held(values - wide, float(values.mean()), values + wide), draws)


def _record(x: Array) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(len(x), dtype=torch.float64), torch.from_numpy(x))


@pytest.mark.parametrize("squared", [False, True])
def test_the_interval_of_a_distance_holds_the_part_of_the_way(squared: bool) -> None:
    draws, runs, floors = 400, 8, 5
    evidence = takens.plugin.Evidence("geometry", "distance", squared=squared)
    inside = 0
    for i in range(draws):
        of_runs = 1 + 0.1 * normal(runs, seed=i)
        of_floors = 0.5 + 0.05 * normal(floors, seed=10_000 + i)
        score = takens.Score(
            value=float(of_runs.mean()),
            error=float(stats.sem(of_runs)),
            error_over=runs,
            floor=float(of_floors.mean()),
            floors=tuple(of_floors.tolist()),
            floor_error=float(stats.sem(of_floors)),
            floor_over=floors,
            baselines={"a": 3.0},
            evidence=evidence,
        )
        found = questions("one", score, Criteria(level=0.025))
        assert not isinstance(found, Unjudged)
        known = (1 - 0.25) / (9 - 0.25) if squared else 0.5 / 2.5
        inside += found[0].interval[0] <= known <= found[0].interval[1]
    assert nominal(inside / draws, draws)


class Rates(nn.Module):
    """Independent variables, each a factor of itself from sample to sample."""

    context_length = 1
    time = takens.plugin.Time.DISCRETE

    def __init__(self, factors: Tensor) -> None:
        super().__init__()
        self.obs_dim = self.latent_dim = len(factors)
        self.factors = nn.Parameter(factors.clone())

    @property
    def config(self) -> None:
        return None

    def forward(self, z: Tensor) -> Tensor:
        return self.factors * z

    def encode(self, context: Tensor, /) -> Tensor:
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return x


@many(5, 20)
def test_errors_of_parameters_by_least_squares(draws: int) -> None:
    # Twenty independent variables in each fit: their factors do not know of each other.
    n, samples = 20, 30
    factors = torch.linspace(0.8, 0.97, n, dtype=torch.float64)
    clean = factors ** torch.arange(samples, dtype=torch.float64)[:, None]
    inside: list[Tensor] = []
    starts: list[Tensor] = []
    for seed in range(draws):
        x = clean + 0.05 * torch.from_numpy(normal(samples, n, seed=seed))
        model: Any = Rates(0.95 * factors)
        times = torch.arange(samples, dtype=torch.float64)
        found = LeastSquares().solve(model, x[None], times=times)
        errors = torch.tensor(list(found["standard_errors"].values()))
        inside.append((model.factors.detach() - factors).abs() <= 1.96 * errors)
        own, of_own = (
            torch.tensor(found[name]).reshape(-1)
            for name in ("initial_states", "initial_state_errors")
        )
        starts.append((own - 1).abs() <= 1.96 * of_own)
        assert found["residual"] == pytest.approx(0.05, rel=0.2)
    for each in (inside, starts):
        assert nominal(float(torch.stack(each).double().mean()), draws * n)


@many(40)
def test_bands_of_a_process_whose_hyperparameters_are_learned(draws: int) -> None:
    kernel = SquaredExponential(variance=2.0, lengthscale=1.5)
    x = torch.linspace(0, 10, 41, dtype=torch.float64)
    truth = GaussianProcess(kernel, noise_variance=0.1).sample(x, draws, seed=0)
    kept = torch.ones(41, dtype=torch.bool)
    kept[[7, 20, 33]] = False
    inside: list[bool] = []
    for seed, f in enumerate(truth):
        y = f + 0.1**0.5 * torch.from_numpy(normal(41, seed=seed))
        process = GaussianProcess(SquaredExponential(), noise_variance=0.5)
        found = process.fit(x[kept], y[kept], starts=1)
        low, high = found.predict(x[~kept]).interval(0.95)
        inside += ((low <= f[~kept]) & (f[~kept] <= high)).tolist()
    assert nominal(float(np.mean(inside)), draws)


@many(20)
def test_errors_of_the_dimension_of_a_torus(draws: int) -> None:
    values, errors = np.zeros((2, draws))
    for seed in range(draws):
        angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, (1_500, 2))
        x = np.concatenate((np.cos(angles), np.sin(angles)), 1)
        score = correlation_dimension_from_data(_record(x), theiler=1)
        assert score.value is not None
        assert score.error is not None
        values[seed], errors[seed] = score.value, score.error
    assert nominal(held(values - 1.96 * errors, 2.0, values + 1.96 * errors), draws)
