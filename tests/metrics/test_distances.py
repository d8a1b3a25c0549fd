"""Distances of records: their states, their moments, their memory, their return maps."""

import json
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings, strategies as st
from scipy.signal import lfilter

import takens
from takens_metrics import (
    AutocorrelationDistance,
    JointLawDistance,
    MomentsDistance,
    MutualInformationDistance,
    ReturnMapDistance,
    SlicedWasserstein,
    SpectrumCorrelation,
)

Array = npt.NDArray[np.float64]
DISTANCES: dict[str, Any] = {
    "sliced_wasserstein": SlicedWasserstein(),
    "moments": MomentsDistance(),
    "autocorrelation": AutocorrelationDistance(),
    "mutual_information": MutualInformationDistance(),
    "return_map": ReturnMapDistance(),
    "joint_law": JointLawDistance(),
}
every_distance = pytest.mark.parametrize("metric", DISTANCES.values(), ids=DISTANCES.keys())


def record(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, torch.tensor(x))


def value(metric: Any, truth: Array, run: Array) -> float:
    found = metric.compare(record(truth), record(run)).value
    assert found is not None
    return found


def noise(samples: int, n: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(samples, n))


# What all of them promise.


@every_distance
def test_identical_records_have_no_distance(metric: Any, lorenz_orbits: list[Array]) -> None:
    assert value(metric, lorenz_orbits[0][:10_000], lorenz_orbits[0][:10_000]) == 0.0


@every_distance
def test_it_is_worse_for_worse_dynamics(
    metric: Any, lorenz_orbits: list[Array], wrong_orbits: dict[float, Array]
) -> None:
    truth = lorenz_orbits[0]
    runs = (lorenz_orbits[1], wrong_orbits[31.0], wrong_orbits[40.0])
    values = [value(metric, truth, run) for run in runs]
    assert values == sorted(values)
    assert values[2] > 2 * values[0]


@every_distance
@settings(max_examples=10, deadline=None)
@given(
    scale=st.lists(st.floats(1e-4, 1e4), min_size=2, max_size=2),
    shift=st.lists(st.floats(-100, 100), min_size=2, max_size=2),
)
def test_units_do_not_matter(metric: Any, scale: list[float], shift: list[float]) -> None:
    x, y = noise(600, 2).cumsum(0), 1.3 * noise(600, 2, seed=1).cumsum(0)
    moved = [(z + np.array(shift)) * np.array(scale) for z in (x, y)]
    assert value(metric, moved[0], moved[1]) == pytest.approx(value(metric, x, y), rel=1e-5)


@every_distance
def test_a_run_that_stands_still_has_a_finite_score_or_a_reason(metric: Any) -> None:
    truth = noise(500, 2).cumsum(0)
    score = metric.compare(record(truth), record(np.ones((500, 2))))
    json.dumps(dict(score.details), allow_nan=False)
    assert (score.value or 0) > 0.1 or "maxima" in score.reason


@every_distance
def test_records_of_other_shape_are_refused(metric: Any) -> None:
    with pytest.raises(takens.errors.DataError, match="two records of one shape"):
        metric.compare(record(noise(500, 2)), record(noise(400, 2)))


@every_distance
def test_its_convention_names_the_length(metric: Any) -> None:
    x = record(noise(500, 2).cumsum(0))
    assert "500 samples" in metric.compare(x, x).convention
    assert "2 " in metric.compare(x, x).convention


# Each on its own.


def test_a_shift_is_the_distance_over_which_it_is() -> None:
    x = noise(2_000, 1)
    unit = x.std()
    assert value(SlicedWasserstein(), x, x + 0.7 * unit) == pytest.approx(0.7)
    # Over directions of a plane the mean of |cos| is 2 / pi.
    plane = noise(2_000, 2)
    shifted = plane + np.array([0.7, 0.0]) * plane.std(0)
    found = value(SlicedWasserstein(1_000), plane, shifted)
    assert found == pytest.approx(0.7 * 2 / np.pi, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_detours_are_longer(a: int, b: int, c: int) -> None:
    # Normalised alike, so that three records are measured in one unit.
    x, y, z = (noise(100, 2, seed) for seed in (a, b, c))
    base = record(x)

    def apart(p: Array, q: Array) -> float:
        from takens_metrics.geometry.sliced_wasserstein import sliced_distances

        return float(sliced_distances(p, q, 20).mean())

    assert base.dim == 2
    assert apart(x, z) <= apart(x, y) + apart(y, z) + 1e-12
    assert apart(x, y) == apart(y, x)


def test_moments_are_those_of_the_difference() -> None:
    x = noise(20_000, 1)
    run = 2 * x + 3 * x.std()
    details = MomentsDistance().compare(record(x), record(run)).details
    assert details["mean"][0] == pytest.approx(3, abs=0.05)
    assert details["log_standard_deviation"][0] == pytest.approx(np.log(2))
    assert details["skewness"][0] == pytest.approx(0, abs=1e-9)
    skewed = np.asarray(np.exp(0.5 * x), dtype=np.float64)
    details = MomentsDistance().compare(record(x), record(skewed)).details
    assert details["skewness"][0] > 1
    assert details["kurtosis"][0] > 3


def test_the_autocorrelation_of_a_wave_is_a_cosine() -> None:
    t = np.arange(10_000) * 0.01
    wave, slower = (
        np.asarray(np.sin(2 * np.pi * f * t)[:, None], dtype=np.float64) for f in (1.0, 0.5)
    )
    score = AutocorrelationDistance(lags=100).compare(record(wave), record(slower))
    # Cosines of one period and of half a one, uncorrelated over it.
    assert score.value == pytest.approx(1.0, abs=0.02)
    assert score.details["reference_curves"][0][49] == pytest.approx(-1, abs=0.02)


def test_information_sees_what_correlation_does_not() -> None:
    # The logistic map has no linear memory at all.
    x = np.empty((20_000, 1))
    x[0] = 0.3
    for i in range(1, len(x)):
        x[i] = 4 * x[i - 1] * (1 - x[i - 1])
    shuffled = np.random.default_rng(0).permutation(x)
    assert value(AutocorrelationDistance(lags=5), x, shuffled) < 0.02
    assert value(MutualInformationDistance(lags=5), x, shuffled) > 0.5


def test_a_return_map_that_is_a_point_is_compared() -> None:
    t = np.arange(5_000) * 0.01
    wave = np.asarray(np.sin(2 * np.pi * t)[:, None], dtype=np.float64)
    modulated = wave * np.asarray(1 + 0.3 * np.sin(0.7 * t))[:, None]
    assert value(ReturnMapDistance(), wave, wave) == 0.0
    assert value(ReturnMapDistance(variable=0), wave, modulated) > 0.1


def test_a_run_without_maxima_has_no_return_map() -> None:
    t = np.arange(2_000) * 0.01
    wave = np.asarray(np.sin(9 * t)[:, None], dtype=np.float64)
    ramp = np.asarray(t[:, None], dtype=np.float64)
    score = ReturnMapDistance().compare(record(wave), record(ramp))
    assert score.value is None
    assert "column 'x1' of what was generated has fewer than 11 maxima" in score.reason
    with pytest.raises(takens.errors.DataError, match="needs 11 maxima of column 'x1'"):
        ReturnMapDistance().compare(record(ramp), record(wave))
    with pytest.raises(takens.errors.DataError, match="there are variables 0 to 0; got 2"):
        ReturnMapDistance(variable=2).compare(record(wave), record(wave))


def test_the_spectrum_correlation_is_one_for_one_record(lorenz_orbits: list[Array]) -> None:
    truth = lorenz_orbits[0]
    metric = SpectrumCorrelation()
    assert value(metric, truth, truth) == pytest.approx(1)
    near = value(metric, truth, lorenz_orbits[1])
    assert 0.95 < near < 1
    assert value(metric, truth, noise(len(truth), 3)) < near
    score = metric.compare(record(truth), record(truth))
    assert "higher is better" in score.convention
    half = truth.copy()
    half[:, 1:] = 1.0
    assert value(metric, truth, half) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SlicedWasserstein(0),
        lambda: AutocorrelationDistance(lags=0),
        lambda: MutualInformationDistance(lags=-1),
        lambda: ReturnMapDistance(variable=-2),
        lambda: SpectrumCorrelation(sigma=0.0),
        lambda: SpectrumCorrelation(cutoff=-1),
    ],
)
def test_settings_that_are_none_are_refused(make: Any) -> None:
    with pytest.raises(takens.errors.ComponentError, match="got"):
        make()


def test_more_lags_than_the_record_has_are_refused() -> None:
    x = record(noise(100, 1))
    with pytest.raises(
        takens.errors.DataError, match="over 30 lags needs at least 120 samples; got 100"
    ):
        AutocorrelationDistance(lags=30).compare(x, x)


def test_a_score_can_be_rebuilt_from_what_it_shows(lorenz_orbits: list[Array]) -> None:
    pair = [record(x[:5_000]) for x in lorenz_orbits[:2]]
    score = AutocorrelationDistance(lags=100).compare(*pair)
    p, q = (np.array(score.details[f"{who}_curves"]) for who in ("reference", "generated"))
    assert np.sqrt(np.square(p - q).mean(1)).mean() == pytest.approx(score.value)
    assert attrs.asdict(score)["unit"] == "1"


# Joint laws


def test_it_sees_the_direction_of_time_and_what_is_not_linear(
    lorenz_orbits: list[Array], wrong_orbits: dict[float, Array]
) -> None:
    truth, other = (x[:10_000] for x in lorenz_orbits[:2])
    metric = JointLawDistance()
    floor = value(metric, truth, other)
    spectrum = np.fft.rfft(other - other.mean(0), axis=0)
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, len(spectrum))
    turned = np.fft.irfft(spectrum * np.exp(1j * phases)[:, None], 10_000, axis=0)
    assert floor < 0.15
    assert value(metric, truth, turned + other.mean(0)) > 0.9
    assert value(metric, truth, other[::-1].copy()) > 0.9
    assert 2 * floor < value(metric, truth, wrong_orbits[31.0][:10_000]) < 0.5


def test_noise_with_memory_has_the_distance_of_its_closed_form() -> None:
    memory = 0.9
    truth, run = (
        np.asarray(lfilter([1], [1, -memory], noise(20_000, 2, seed), axis=0))
        for seed in (0, 1)
    )
    score = JointLawDistance().compare(record(truth), record(run))
    # Given the present, the future has variance 1 - memory^2h; an increment 2 - 2 memory^h.
    expected = [(1 + memory**h) ** 0.5 for h in score.details["lags"]]
    assert score.details["distances"] == pytest.approx(expected, rel=0.03)
    assert not score.remark


def test_a_circle_run_backwards_is_told_from_one_run_forwards() -> None:
    angles = 2 * np.pi / 64 * np.arange(6_400)
    truth, run = (
        np.stack((np.cos(angles + start), np.sin(angles + start)), 1) for start in (0.0, 1.0)
    )
    metric = JointLawDistance()
    score = metric.compare(record(truth), record(run[::-1].copy()))
    # Increments z (exp(+-ih) - 1) are 2 sin h apart, and 2 sin(h / 2) long.
    expected = [2 * np.cos(np.pi * h / 64) for h in score.details["lags"]]
    assert score.details["distances"] == pytest.approx(expected, abs=0.02)
    assert score.remark == "the runs go backwards in time"
    assert not metric.compare(record(truth), record(run)).remark


def test_what_goes_backwards_is_called_so_in_the_verdict() -> None:
    angles = 2 * np.pi / 50 * torch.arange(4_000).double() + torch.arange(9.0).double()[:, None]
    x, t = torch.stack((angles.cos(), angles.sin()), -1), torch.arange(4_000).double()
    judged = takens.judge(
        takens.TimeSeries(t, x[5:].flip(1)),
        takens.TimeSeries(t, x[0]),
        ["joint_law_distance"],
        second=takens.TimeSeries(t, x[1:5]),
    )
    finding = judged.verdict.findings["joint laws"]
    assert finding.right is False
    assert "the runs go backwards in time" in finding.sentence
