import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings, strategies as st

import takens
from takens_metrics import PredictionError

Array = npt.NDArray[np.float64]


def record(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    return takens.TimeSeries(
        torch.arange(x.shape[-2], dtype=torch.float64) * dt, torch.tensor(x)
    )


def judge(truth: Array, run: Array, **parameters: Any) -> takens.Score:
    return PredictionError(**parameters).compare(record(truth), record(run))


def windows(x: Array, h: int = 20) -> Array:
    """Cut the segment of h + 1 samples that begins at every sample."""
    return np.lib.stride_tricks.sliding_window_view(x, h + 1, axis=0).swapaxes(1, 2)


def noise(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.fixture
def truth(lorenz_orbits: list[Array]) -> Array:
    return windows(lorenz_orbits[0][:5_000])


def test_a_perfect_forecast_has_no_error(truth: Array) -> None:
    score = judge(truth, truth)
    assert score.value == score.error == 0
    assert score.details["rmse"] == [0, 0, 0]
    assert score.details["skill"] == [1, 1, 1]


def test_persistence_is_the_repeated_observation(truth: Array) -> None:
    score = judge(truth, np.repeat(truth[:, :1], 21, axis=1))
    assert score.details["rmse"] == pytest.approx(score.details["persistence"])
    assert score.details["skill"] == pytest.approx([0, 0, 0], abs=1e-12)
    later = (truth[:, 20] - truth[:, 0]) / truth.std((0, 1))
    assert score.value == pytest.approx(np.sqrt((later**2).mean()))


def test_each_step_is_measured_at_that_step(truth: Array) -> None:
    run = truth.copy()
    off = np.array([0.1, 0.2, 0.3, 0.4])
    run[:, [1, 5, 19, 20]] += off[:, None] * truth.std((0, 1))
    score = judge(truth, run)
    assert score.details["steps"] == [1, 5, 20]
    assert score.details["rmse"] == pytest.approx([0.1, 0.2, 0.4])


def test_variables_count_alike_whatever_their_units(truth: Array) -> None:
    run = truth.copy()
    run[..., 1] += 3 * truth[..., 1].std()
    assert judge(truth, run).value == pytest.approx((3**2 / 3) ** 0.5)


def test_a_forecast_of_the_climate_is_off_by_root_two(lorenz_orbits: list[Array]) -> None:
    score = judge(*(windows(x[::10]) for x in lorenz_orbits[:2]))
    assert score.value is not None
    assert score.error is not None
    assert abs(score.value - 2**0.5) < 3 * score.error
    assert score.error < 0.03


@settings(max_examples=30, deadline=None)
@given(
    scale=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=2),
    shift=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2),
)
def test_units_do_not_matter(scale: list[float], shift: list[float]) -> None:
    truth, run = noise(50, 21, 2), noise(50, 21, 2, seed=1)
    moved = [x * np.array(scale) + np.array(shift) for x in (truth, run)]
    assert judge(moved[0], moved[1]).value == pytest.approx(judge(truth, run).value, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(small=st.floats(0, 10), factor=st.floats(1.1, 10))
def test_it_is_worse_for_worse_forecasts(small: float, factor: float) -> None:
    truth, error = noise(50, 21, 2), noise(50, 21, 2, seed=1)
    near, far = (judge(truth, truth + s * error).value for s in (small, factor * small + 0.1))
    assert near is not None
    assert far is not None
    assert near < far


def test_the_error_is_the_scatter_between_repetitions() -> None:
    # Errors of neighbouring starts are correlated over about 20 of them.
    repetitions, starts, memory = 300, 4_000, 0.95
    rng = np.random.default_rng(0)
    values: list[float] = []
    errors: list[float] = []
    truth = windows(rng.normal(size=(starts + 1, 1)), h=1)
    for _ in range(repetitions):
        error = rng.normal(size=starts)
        for i in range(1, starts):
            error[i] = memory * error[i - 1] + (1 - memory**2) ** 0.5 * error[i]
        run = truth.copy()
        run[:, 1, 0] += error
        score = judge(truth, run, steps=(1,))
        assert score.value is not None
        assert score.error is not None
        values.append(score.value)
        errors.append(score.error)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)


def test_errors_over_spread_starts_of_a_known_process_cover(linear: Any) -> None:
    # The best forecast of x' = a x + noise is off by the noise of its h steps.
    repetitions, a, h = 50, 0.9, 5
    known = (1 - a ** (2 * h)) ** 0.5
    kicks = np.random.default_rng(0).normal(size=(6_000, repetitions))
    for i in range(1, len(kicks)):
        kicks[i] += a * kicks[i - 1]
    off: list[float] = []
    for x in kicks.T:
        metric = PredictionError(steps=(h,))
        score = takens.evaluate(linear(a), record(x[:, None]), [metric], context=1)
        found = score["prediction_error"]
        assert found.details["starts"] == 2_000
        assert found.value is not None
        assert found.error is not None
        off.append((found.value - known) / found.error)
    assert np.mean(np.abs(off) < 2.09) >= 0.9
    assert abs(np.mean(off)) < 4 / repetitions**0.5
    assert np.std(off) == pytest.approx(1, abs=0.25)


def test_few_starts_give_no_error() -> None:
    truth, run = noise(79, 21, 2), noise(79, 21, 2, seed=1)
    score = judge(truth, run)
    assert score.error is None
    assert score.error_from == ""
    more = judge(noise(80, 21, 2), noise(80, 21, 2, seed=1))
    assert more.error is not None
    assert (more.error_over, more.error_unit) == (4, "blocks of starts")
    assert more.error_from == "jackknife over 4 blocks of consecutive starts"


def test_the_largest_step_gives_the_value_and_the_horizon() -> None:
    metric = PredictionError(steps=(7, 3))
    assert metric.horizon == 7
    truth, run = noise(100, 8, 1), noise(100, 8, 1, seed=1)
    score = metric.compare(record(truth), record(run))
    assert score.details["steps"] == [7, 3]
    assert score.value == score.details["rmse"][0]
    assert "7 samples (0.07 time units) ahead" in score.convention


def test_a_longer_forecast_than_needed_is_accepted() -> None:
    truth, run = noise(100, 8, 1), noise(100, 8, 1, seed=1)
    assert judge(truth, run, steps=(3,)).value is not None


def test_data_that_repeat_themselves_have_no_skill_to_give() -> None:
    x = np.sin(2 * np.pi * np.arange(200) / 5)[:, None]
    score = judge(windows(x), windows(x) + 0.1)
    assert score.details["skill"][0] is not None
    assert score.details["skill"][1:] == [None, None]
    json.dumps(dict(score.details), allow_nan=False)


@pytest.mark.parametrize("far", [1e200, 1.7e308])
def test_a_run_that_is_gone_has_a_finite_score(far: float) -> None:
    score = judge(noise(50, 21, 2), np.full((50, 21, 2), far))
    assert score.value is not None
    json.dumps(dict(score.details), allow_nan=False)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((9, 20, 2), (9, 20, 2)), "at least 21 samples in time; got 20"),
        (((9, 21, 2), (8, 21, 2)), r"\(9, 21, 2\).*\(8, 21, 2\)"),
        (((21, 2), (21, 2)), r"one shape \(starts, h \+ 1, n\); got \(21, 2\)"),
    ],
)
def test_forecasts_that_do_not_fit_are_refused(
    shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(takens.errors.DataError, match=message):
        judge(*(noise(*shape) for shape in shapes))


def test_a_constant_truth_is_refused() -> None:
    truth = noise(9, 21, 2)
    truth[..., 0] = 5.0
    with pytest.raises(takens.errors.DataError, match="column 'x1' is 0"):
        judge(truth, truth)


@pytest.mark.parametrize("steps", [(), (0,), (1, -5), (1.5,), ("1",), (True,)])
def test_steps_that_are_none_are_refused(steps: tuple[Any, ...]) -> None:
    with pytest.raises(
        takens.errors.ComponentError, match=r"PredictionError: steps (is|has) a"
    ):
        PredictionError(steps)
