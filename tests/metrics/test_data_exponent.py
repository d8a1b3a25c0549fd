"""Exponents and dimensions from records alone."""

import json
import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pytest
import torch

import takens
from takens_metrics import (
    CorrelationDimension,
    LyapunovFromData,
    correlation_dimension_from_data,
    exponent_from_data,
)
from takens_systems import Henon, Logistic

Array = npt.NDArray[np.float64]


def record(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, torch.tensor(x))


def quasi_periodic(samples: int) -> Array:
    t = np.arange(samples) * 0.05
    return np.stack((np.sin(t), np.cos(t), np.sin(2**0.5 * t), np.cos(2**0.5 * t)), 1)


def autoregressive(samples: int, seed: int = 0) -> Array:
    # A damped oscillation that noise keeps going: its neighbours separate without chaos.
    noise = np.random.default_rng(seed).normal(size=samples)
    x = np.zeros(samples)
    for i in range(2, samples):
        x[i] = 1.95 * x[i - 1] - 0.97 * x[i - 2] + noise[i]
    return x[:, None]


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
def test_lorenz_is_within_the_interval(lorenz_orbits: list[Array], method: Any) -> None:
    score = exponent_from_data(record(lorenz_orbits[0][:20_000]), method=method)
    low, high = score.details["interval"]
    assert low < 0.9056 < high
    assert high - low < 0.9
    assert score.value == pytest.approx(0.9056, rel=0.15)
    json.dumps(dict(score.details), allow_nan=False)


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
@pytest.mark.parametrize(
    ("system", "truth"), [(Henon(), 0.419), (Logistic(r=4.0), math.log(2))]
)
def test_maps(system: Any, truth: float, method: Any) -> None:
    series = takens.simulate(system, steps=6_000, seed=1)
    score = exponent_from_data(series, method=method, delays=1)
    assert score.value == pytest.approx(truth, rel=0.12)


def test_one_variable_is_embedded(lorenz_orbits: list[Array]) -> None:
    score = exponent_from_data(record(lorenz_orbits[0][:20_000, :1]))
    assert (score.details["delays"], score.details["lag"] > 1) == (5, True)
    assert score.value == pytest.approx(0.9056, rel=0.25)


def test_the_scaling_region_is_shown_and_straight(lorenz_orbits: list[Array]) -> None:
    found = exponent_from_data(record(lorenz_orbits[0][:20_000])).curves["separation"]
    time, curve = np.array(found.x), np.array(found.y)
    first, last = found.straight or (0.0, 0.0)
    inside = (time >= first) & (time <= last)
    assert curve[inside][-1] - curve[inside][0] > 1
    # A factor e below where distances saturate.
    assert curve[inside][-1] < np.median(curve[-100:]) - 0.9
    line = np.polyfit(time[inside], curve[inside], 1)
    assert np.abs(np.polyval(line, time[inside]) - curve[inside]).max() < 0.5


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
@pytest.mark.parametrize(
    "x",
    [
        quasi_periodic(10_000),
        autoregressive(10_000),
        np.random.default_rng(0).normal(size=(10_000, 2)),
    ],
    ids=["torus", "linear", "white"],
)
def test_what_is_not_chaotic_has_no_scaling_region(x: Array, method: Any) -> None:
    score = exponent_from_data(record(x), method=method)
    assert score.value is None
    assert score.reason.startswith("no scaling region")
    assert score.curves["separation"].straight is None


def mackey_glass(samples: int, seed: int) -> Array:
    # dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x, by Heun's method, one sample a unit.
    steps, transient = 10, 1_000
    delay = 17 * steps
    x = np.full((transient + samples) * steps + delay + 1, 1.2)
    x[: delay + 1] += 0.1 * np.random.default_rng(seed).normal()

    def pull(late: float) -> float:
        return 0.2 * late / (1 + late**10)

    for i in range(delay, len(x) - 1):
        now = pull(x[i - delay]) - 0.1 * x[i]
        then = pull(x[i - delay + 1]) - 0.1 * (x[i] + now / steps)
        x[i + 1] = x[i] + (now + then) / (2 * steps)
    return x[-samples * steps :: steps, None]


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
def test_a_fast_beginning_is_not_taken_for_the_exponent(method: Any) -> None:
    # 0.0051 to 0.0058 is known; within the first two periods growth is twice as fast.
    for seed in range(3):
        score = exponent_from_data(record(mackey_glass(5_000, seed), dt=1.0), method=method)
        if score.value is None:
            assert score.reason.startswith("no scaling region")
            continue
        low, high = score.details["interval"]
        assert low < 0.0058
        assert high > 0.0051
        assert score.value < 0.0085


def test_units_do_not_matter_but_that_of_time(lorenz_orbits: list[Array]) -> None:
    x = lorenz_orbits[0][:5_000]
    plain = exponent_from_data(record(x))
    moved = exponent_from_data(record(x * np.array([2.0, 1e3, 1e-3]) + 5))
    slow = exponent_from_data(record(x, dt=0.1))
    assert moved.value == pytest.approx(plain.value)
    assert slow.value == pytest.approx((plain.value or 0) / 10)


def test_the_metric_holds_both_estimates(lorenz_orbits: list[Array]) -> None:
    truth, run = (record(x[:10_000]) for x in lorenz_orbits[:2])
    metric = LyapunovFromData()
    same = metric.compare(truth, truth)
    assert same.value == same.reference
    other = metric.compare(truth, run)
    assert other.reference == same.reference
    assert other.value == pytest.approx(same.reference, rel=0.3)
    # Beside each other they are told apart by less than each is known to.
    (part,) = other.parts.values()
    assert part.value == other.value
    assert 0 < (part.error or 0) < 0.6 * (other.error or 0)
    assert 0 < (part.reference_error or 0) < 0.6 * (other.reference_error or 0)
    for key in ("theiler", "lag", "delays"):
        assert other.details[key] == other.details["reference_details"][key]


def test_a_run_at_rest_has_no_exponent_and_says_so(lorenz_orbits: list[Array]) -> None:
    truth = record(lorenz_orbits[0][:5_000])
    still = attrs.evolve(truth, x=torch.ones_like(truth.x))
    score = LyapunovFromData().compare(truth, still)
    assert score.value is None
    assert "Column 'x1' does not vary" in score.reason
    assert score.reference is not None


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.random.default_rng(0).normal(size=(100, 2)), "at least 200 samples"),
        (np.ones((300, 2)), "'x1' does not vary"),
    ],
)
def test_records_that_cannot_be_used_are_refused(x: Array, sentence: str) -> None:
    with pytest.raises(takens.errors.DataError, match=sentence):
        exponent_from_data(record(x))


def test_a_window_longer_than_the_record_is_refused(lorenz_orbits: list[Array]) -> None:
    with pytest.raises(takens.errors.DataError, match=r"need more than .* samples; got 1000"):
        exponent_from_data(record(lorenz_orbits[0][:1_000]), theiler=600)


@pytest.mark.parametrize("parameters", [{"method": "wolf"}, {"theiler": 0}, {"lag": -1}])
def test_settings_that_are_none_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(takens.errors.ComponentError, match="LyapunovFromData: "):
        LyapunovFromData(**parameters)


# The correlation dimension.


def dimension(x: Array, **parameters: Any) -> takens.Score:
    return correlation_dimension_from_data(record(x), **parameters)


@pytest.mark.parametrize(("n", "tolerance"), [(1, 0.05), (2, 0.1), (3, 0.25)])
def test_noise_fills_its_dimensions(n: int, tolerance: float) -> None:
    score = dimension(np.random.default_rng(0).uniform(size=(20_000, n)))
    assert score.value == pytest.approx(n, abs=tolerance)


def test_a_torus_has_two_dimensions_and_henon_a_little_more_than_one() -> None:
    assert dimension(quasi_periodic(20_000)).value == pytest.approx(2, abs=0.2)
    henon = takens.simulate(Henon(), steps=20_000, seed=1).x.numpy()
    score = dimension(henon)
    # Grassberger, Procaccia (1983): 1.21 or 1.25, with and without a correction.
    assert score.value == pytest.approx(1.22, abs=0.06)
    assert 0 < (score.error or 0) < 0.2


def test_lorenz_has_its_known_dimension(lorenz_orbits: list[Array]) -> None:
    score = dimension(lorenz_orbits[0])
    # Grassberger, Procaccia (1983): 2.05.
    assert score.value == pytest.approx(2.05, abs=0.1)
    first, last = score.details["scaling_region"]
    assert last - first > 0.9
    json.dumps(dict(score.details), allow_nan=False)


def test_pairs_near_in_time_would_seem_to_be_neighbours() -> None:
    # A walk in space hardly comes back: those that are near are near in time.
    walk = np.random.default_rng(0).normal(size=(2_000, 3)).cumsum(0)
    curves = (dimension(walk, theiler=1).curves["pairs"], dimension(walk).curves["pairs"])
    with_them, without = (
        np.interp(-2.0, np.array(c.x, dtype=float), np.array(c.y, dtype=float)) for c in curves
    )
    assert with_them > without + 0.5


def test_the_metric_compares_with_the_data(lorenz_orbits: list[Array]) -> None:
    truth, run = (record(x[:10_000]) for x in lorenz_orbits[:2])
    same = CorrelationDimension().compare(truth, truth)
    assert same.value == same.reference
    assert CorrelationDimension().compare(truth, run).reference == same.reference
    still = attrs.evolve(truth, x=torch.ones_like(truth.x))
    assert CorrelationDimension().compare(truth, still).value is None


def test_a_run_at_rest_has_no_dimension_and_the_reason_says_so() -> None:
    x = torch.randn(2_000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    t = torch.arange(2_000, dtype=torch.float64)
    metric = takens.metrics.create("correlation_dimension")
    still = torch.full((2_000, 2), 0.1, dtype=torch.float64)
    moved = still.clone()
    moved[7] += 1.0
    for at_rest in (still, moved):
        found: Any = metric
        score = found.compare(takens.TimeSeries(t, x), takens.TimeSeries(t, at_rest))
        assert score.value is None
        assert score.reason.startswith("what was generated has no dimension: ")
        assert "does not vary" in score.reason or "coincide" in score.reason
