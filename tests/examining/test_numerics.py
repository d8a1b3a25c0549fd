"""What is found out about data, against what is known of them."""

# pyright: reportPrivateUsage=false

import math

import numpy as np
import pytest

import takens
from takens._embedding.arrays import Array, standardised
from takens._examining.forecasts import forecasts_of
from takens._examining.periods import periods_of
from takens._examining.surrogates import iaaft, surrogate_test
from takens._examining.trend import trend_of
from takens._examining.values import look_at
from takens._judging.noise import noise_levels


def simulated(name: str, dt: float, steps: int) -> Array:
    return takens.simulate(name, dt=dt, steps=steps, seed=0).x.double().numpy()


def autoregressive(steps: int, memory: float, seed: int = 0) -> Array:
    x = np.random.default_rng(seed).standard_normal(steps)
    for i in range(1, steps):
        x[i] += memory * x[i - 1]
    return x


def torus(steps: int = 4_000) -> Array:
    t = 0.1 * np.arange(steps)
    return np.sin(t) + 0.7 * np.sin(1.7 * math.sqrt(2) * t)


SYSTEMS = {
    "lorenz63": 0.02,
    "rossler": 0.05,
    "lorenz96": 0.02,
    "van_der_pol": 0.1,
    "fitzhugh_nagumo": 0.5,
}


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("system", SYSTEMS)
def test_noise_is_known_within_a_fifth(system: str, level: float) -> None:
    x = simulated(system, SYSTEMS[system], 4_000)
    drawn = np.random.default_rng(1).standard_normal(x.shape)
    found = noise_levels(x + level * x.std(0) * drawn)
    assert len(found) == x.shape[1]
    for each in found:
        assert each == pytest.approx(level, rel=0.2)


def test_noise_of_a_map_is_not_known() -> None:
    assert noise_levels(simulated("henon", 1.0, 2_000)) == [None, None]
    assert noise_levels(simulated("lorenz63", 0.02, 2_000))[0] == pytest.approx(0, abs=1e-3)


def test_periods_are_those_of_the_cycles() -> None:
    t = np.arange(4_000)
    x = np.sin(2 * math.pi * t / 50) + 0.6 * np.sin(2 * math.pi * t / 13)
    drawn = np.random.default_rng(0).standard_normal(4_000)
    found = periods_of((x + 0.3 * drawn)[:, None])
    assert found.dominant == pytest.approx((50, 13), rel=0.01)
    # Rossler's (1976) band turns once in 5.86.
    turns = periods_of(simulated("rossler", 0.1, 6_000))
    assert turns.dominant[0] == pytest.approx(58.6, rel=0.03)
    assert periods_of(drawn[:, None]).dominant == ()


def test_a_trend_is_told_from_slow_wandering() -> None:
    line = np.linspace(0, 1, 2_000)
    found = trend_of(line + 0.2 * autoregressive(2_000, 0.5))
    assert found.certain
    assert found.share == pytest.approx(
        line.var() / (line + 0.2 * autoregressive(2_000, 0.5)).var(), abs=0.05
    )
    wrong = sum(trend_of(autoregressive(500, 0.98, seed)).certain for seed in range(100))
    assert wrong <= 8


def test_surrogates_have_the_values_and_the_spectrum() -> None:
    x = np.exp(autoregressive(600, 0.8) / 2)
    made = iaaft(x, np.random.default_rng(0))
    assert np.array_equal(np.sort(made), np.sort(x))
    power, other = (np.abs(np.fft.rfft(each - each.mean())) for each in (x, made))
    assert np.linalg.norm(power - other) < 0.2 * np.linalg.norm(power)
    assert abs(np.corrcoef(x, made)[0, 1]) < 0.5


@pytest.mark.parametrize(
    ("x", "delay"),
    [
        (simulated("lorenz63", 0.02, 5_000)[:, 0], 9),
        (simulated("henon", 1.0, 1_500)[:, 0], 1),
    ],
    ids=["lorenz", "henon"],
)
def test_chaos_is_no_linear_process(x: Array, delay: int) -> None:
    assert surrogate_test(x, delay, count=99).chance == 0.01


def test_linear_processes_are_refused_at_the_level() -> None:
    # Seen through a function, as the surrogates allow; 30 records at a level of 0.1.
    wrong = sum(
        surrogate_test(np.exp(autoregressive(300, 0.7, seed) / 2), 2, count=19).chance <= 0.1
        for seed in range(30)
    )
    assert wrong <= 8


def test_a_torus_is_linear_and_predictable() -> None:
    found = forecasts_of(standardised(torus()[:, None]), 9, 4, 9)
    assert found.linear < 1e-6
    assert found.analogue < 0.1
    assert found.linear_beats_persistence
    assert found.beats_persistence
    assert not found.beats_linear


def test_chaos_is_foretold_by_near_states_and_noise_is_not() -> None:
    found = forecasts_of(standardised(simulated("lorenz63", 0.02, 5_000)[:, :1]), 9, 4, 9)
    assert found.beats_linear
    assert found.analogue < 0.2 < found.linear
    nothing = forecasts_of(standardised(autoregressive(3_000, 0.0)[:, None]), 1, 4, 1)
    assert not nothing.beats_persistence
    assert not nothing.beats_linear
    assert not nothing.linear_beats_persistence
    linear = forecasts_of(standardised(autoregressive(5_000, 0.9)[:, None]), 9, 4, 9)
    assert not linear.beats_linear


def test_values_tell_fills_steps_counts_labels_and_outliers() -> None:
    wave = np.sin(0.05 * np.arange(1_000))
    filled = wave.copy()
    filled[[10, 500, 501]] = -9999
    found = look_at(filled)
    assert (found.fill, found.filled) == (-9999, 3)
    assert not len(found.outliers)
    assert look_at(100 * wave).fill is None
    spiked = wave + 0.01 * autoregressive(1_000, 0.0)
    spiked[[77, 400]] += 2
    assert look_at(spiked).outliers.tolist() == [77, 400]
    assert look_at(np.round(10 * wave) / 10).step == pytest.approx(0.1)
    assert look_at(wave).step is None
    counts = np.random.default_rng(0).poisson(20, 1_000).astype(float)
    assert look_at(counts).counts
    switch = (wave > 0).astype(float)
    assert look_at(switch).labels
    assert not look_at(switch).counts
    assert look_at(np.ones(5)).constant


@pytest.mark.parametrize("system", ["lorenz63", "rossler", "lorenz96", "duffing"])
def test_chaos_without_noise_has_no_outliers(system: str) -> None:
    x = simulated(system, 0.02, 3_000)
    assert [len(look_at(column).outliers) for column in x.T] == [0] * x.shape[1]
