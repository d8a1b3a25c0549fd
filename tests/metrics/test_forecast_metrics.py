"""Metrics of forecasts from every start."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

import takens
from takens_metrics import MASE, SMAPE, ForecastCurve, PredictionError, ValidPredictionTime
from takens_systems import Lorenz63

Array = npt.NDArray[np.float64]


def windows(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    t = torch.arange(x.shape[1], dtype=torch.float64) * dt
    return takens.TimeSeries(t, torch.tensor(x))


def truth(starts: int = 400, steps: int = 60, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(starts, steps + 1, 2)).cumsum(1) + rng.normal(size=(starts, 1, 2))


def drifting(x: Array, rate: float) -> Array:
    """Errors that grow linearly, in standard deviations of each variable."""
    steps = np.arange(x.shape[1])[:, None]
    return x + rate * steps * x.reshape(-1, 2).std(0)


def test_the_time_is_that_at_which_the_error_first_exceeds_the_threshold() -> None:
    x = truth()
    score = ValidPredictionTime(horizon=60, threshold=0.5).compare(
        windows(x), windows(drifting(x, 0.04))
    )
    # 0.04 times 13 is the first above 0.5, and 12 samples are valid.
    assert score.value == pytest.approx(0.12)
    assert score.unit == "time units"
    assert score.details["valid_throughout"] == 0.0
    json.dumps(dict(score.details), allow_nan=False)


def test_it_is_in_lyapunov_times_where_the_exponent_is_known() -> None:
    x = truth()
    metric = ValidPredictionTime(horizon=60).with_facts(Lorenz63().facts())
    assert metric == ValidPredictionTime(horizon=60, exponent=0.9056)
    score = metric.compare(windows(x), windows(drifting(x, 0.04)))
    assert score.value == pytest.approx(0.12 * 0.9056)
    assert score.unit == "Lyapunov times"
    given = ValidPredictionTime(exponent=2.0)
    assert given.with_facts(Lorenz63().facts()) is given
    assert ValidPredictionTime().with_facts(takens.plugin.Facts()) == ValidPredictionTime()


def test_a_perfect_forecast_is_valid_throughout_and_worse_ones_less_long() -> None:
    x = truth()
    scores = [
        ValidPredictionTime(horizon=60).compare(windows(x), windows(drifting(x, rate)))
        for rate in (0.0, 0.01, 0.1, 1.0)
    ]
    values = [score.value or 0 for score in scores]
    assert values[0] == pytest.approx(0.6)
    assert scores[0].details["valid_throughout"] == 1.0
    assert values == sorted(values, reverse=True)
    assert values[-1] == 0


@pytest.mark.parametrize("parameters", [{"horizon": 0}, {"threshold": 0.0}, {"exponent": -1.0}])
def test_settings_that_are_none_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(takens.errors.ComponentError, match=r"is (above 0|at least 1)"):
        ValidPredictionTime(**parameters)


def test_the_naive_forecast_has_a_scaled_error_of_one() -> None:
    x = truth(starts=2_000, steps=12)
    stays = np.repeat(x[:, :1], x.shape[1], axis=1)
    score = MASE(steps=1).compare(windows(x), windows(stays))
    assert score.value == pytest.approx(1, abs=0.05)
    perfect = MASE(steps=10).compare(windows(x), windows(x))
    assert perfect.value == 0
    later = MASE(steps=10).compare(windows(x), windows(stays))
    assert (later.value or 0) > 2
    assert later.error is not None
    assert 0 < later.error < 0.2


def test_the_scale_comes_from_the_truth_alone() -> None:
    x = truth(starts=200, steps=12)
    wild = 100 * truth(starts=200, steps=12, seed=1)
    off = np.abs(wild - x)[:, 1:11].mean(1)
    naive = np.abs(np.diff(x, axis=1)).mean((0, 1))
    score = MASE().compare(windows(x), windows(wild))
    assert score.value == pytest.approx((off / naive).mean())


def test_symmetric_percentages() -> None:
    x = np.full((30, 11, 2), 1.0) + np.linspace(0, 1e-3, 30)[:, None, None]
    score = SMAPE(steps=10).compare(windows(x), windows(3 * x))
    assert score.value == pytest.approx(100, rel=1e-6)
    assert score.unit == "%"
    assert SMAPE(steps=10).compare(windows(x), windows(x)).value == 0
    assert SMAPE(steps=10).compare(windows(x), windows(-x)).value == pytest.approx(200)


@pytest.mark.parametrize("metric", [MASE(steps=10), SMAPE(steps=10), ValidPredictionTime(10)])
def test_forecasts_that_are_too_short_are_refused(metric: Any) -> None:
    x = windows(truth(steps=9))
    with pytest.raises(takens.errors.DataError, match="at least 11 samples in time; got 10"):
        metric.compare(x, x)


def test_a_linear_system_is_forecast_as_well_linearly() -> None:
    rng = np.random.default_rng(0)
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    x = np.empty((300, 21, 2))
    x[:, 0] = rng.normal(size=(300, 2))
    for i in range(20):
        x[:, i + 1] = x[:, i] @ turn.T
    details = PredictionError().compare(windows(x), windows(drifting(x, 0.01))).details
    assert max(details["linear"]) < 1e-9
    assert details["skill_over_linear"] == [None, None, None]
    assert min(details["persistence"]) > 0.1


def test_a_model_is_compared_with_the_linear_forecast(lorenz_orbits: list[Array]) -> None:
    x = np.lib.stride_tricks.sliding_window_view(lorenz_orbits[0][:5_000], 51, axis=0)
    x = np.ascontiguousarray(np.moveaxis(x, -1, 1))
    details = PredictionError(steps=(1, 50)).compare(windows(x), windows(x)).details
    assert details["skill_over_linear"] == [1.0, 1.0]
    one, far = details["linear"]
    assert one < details["persistence"][0]
    assert 0.3 < far < 1.5


def observed(starts: int, horizon: int, every: int) -> Array:
    x = takens.simulate(Lorenz63(), dt=0.02, steps=starts * every + horizon).x.numpy()
    return np.stack([x[i * every : i * every + horizon + 1] for i in range(starts)])


def test_a_curve_holds_errors_beside_those_of_simple_forecasts() -> None:
    x = observed(1_000, 50, 10)
    steps = np.arange(51)[:, None]
    deviation = x.reshape(-1, 3).std(0)
    noise = np.random.default_rng(0).normal(size=(1_000, 1, 3))
    score = ForecastCurve(horizon=50).compare(
        windows(x, 0.02), windows(x + 0.01 * steps * noise * deviation, 0.02)
    )
    assert set(score.curves) == {"model", "persistence", "linear", "analogues"}
    model = score.curves["model"]
    assert model.x[0] == pytest.approx(0.02)
    assert model.x[-1] == pytest.approx(1.0)
    y, error = np.array(model.y, dtype=float), np.array(model.error, dtype=float)
    truth_ = 0.01 * np.arange(1, 51)
    # All times ahead share their starts, and with them their luck.
    assert (np.abs(y - truth_) < 4 * error).all()
    assert score.value == pytest.approx(float(y.mean()))
    assert score.error_over == 20
    last = {name: curve.y[-1] or 0.0 for name, curve in score.curves.items()}
    assert 0.05 < last["analogues"] < last["linear"] < last["persistence"]
    assert score.baselines["analogues"] < score.baselines["linear"]


def test_a_curve_is_over_lyapunov_times_where_they_are_known() -> None:
    x = observed(40, 50, 10)
    metric = ForecastCurve(horizon=50).with_facts(Lorenz63().facts())
    score = metric.compare(windows(x, 0.02), windows(x, 0.02))
    assert score.value == 0.0
    assert score.error is None
    assert score.curves["model"].x[-1] == pytest.approx(0.9056)
    assert "Lyapunov times" in score.convention
    # 40 starts are too few to look analogues up among.
    assert set(score.curves) == {"model", "persistence", "linear"}


def test_errors_of_a_curve_cover_what_is_known() -> None:
    held = 0
    for seed in range(200):
        noise = np.random.default_rng(seed).normal(size=(400, 1, 2)).repeat(21, 1)
        x = truth(400, 20, seed)
        score = ForecastCurve(horizon=20).compare(
            windows(x), windows(x + noise * x.reshape(-1, 2).std(0))
        )
        assert score.error is not None
        assert score.value is not None
        # Student's quantile over 20 blocks.
        held += abs(score.value - 1) < 2.09 * score.error
    assert 0.90 <= held / 200 <= 0.98
