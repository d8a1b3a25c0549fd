import itertools
import json

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings, strategies as st

import takens
from takens_metrics import SpectrumDistance

Array = npt.NDArray[np.float64]


def record(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, torch.tensor(x))


def distance(truth: Array, run: Array, sigma: float = 20.0) -> float:
    """Compute it as published, with a smoothing of so many frequency bins."""
    metric = SpectrumDistance(sigma, "mikhaeil2022")
    value = metric.compare(record(truth), record(run)).value
    assert value is not None
    return value


def noise(samples: int, n: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(samples, n))


def wave(cycles: float, phase: float = 0.0, samples: int = 4000) -> Array:
    return np.sin(2 * np.pi * cycles * np.arange(samples) / samples + phase)[:, None]


def by_hand(x: Array, y: Array, sigma: float) -> float:
    """Compute the definition for one variable, with every sum written out."""
    radius = int(4 * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-(offsets**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    spectra: list[Array] = []
    for series in (x, y):
        z = (series - series.mean()) / series.std()
        power = np.abs(np.fft.rfft(z)) ** 2
        mirrored = np.pad(power, radius, mode="symmetric")
        smooth = np.array(
            [kernel @ mirrored[i : i + 2 * radius + 1] for i in range(len(power))]
        )
        spectra.append(smooth / smooth.sum())
    p, q = spectra
    return float(np.sqrt(max(0.0, 1 - np.sqrt(p * q).sum())))


@pytest.mark.parametrize("sigma", [1.0, 5.0, 20.0])
def test_it_is_the_mean_of_the_definition_over_variables(sigma: float) -> None:
    x = noise(301, 2).cumsum(0)
    y = noise(301, 2, seed=1)
    expected = np.mean([by_hand(x[:, i], y[:, i], sigma) for i in range(2)])
    assert distance(x, y, sigma) == pytest.approx(expected, rel=1e-9)


def test_identical_records_have_no_distance(lorenz_orbits: list[Array]) -> None:
    assert distance(lorenz_orbits[0], lorenz_orbits[0]) == 0.0


def test_waves_of_one_frequency_are_near_and_of_two_far() -> None:
    assert distance(wave(500), wave(500, phase=1.0)) < 1e-6
    assert distance(wave(500), wave(1500)) > 0.999
    # Between two narrow Gaussians whose centres are 2 sigma apart: sqrt(1 - e^(-1/2)).
    assert distance(wave(500), wave(540)) == pytest.approx((1 - np.exp(-0.5)) ** 0.5, abs=2e-3)


@settings(max_examples=30, deadline=None)
@given(
    scale=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=2),
    shift=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2),
    gain=st.floats(1e-3, 1e3),
    backward=st.booleans(),
)
def test_units_amplitude_and_direction_of_time_do_not_matter(
    scale: list[float], shift: list[float], gain: float, backward: bool
) -> None:
    x, y = noise(400, 2).cumsum(0), noise(400, 2, seed=1)
    direction = -1 if backward else 1
    moved = [z * np.array(scale) + np.array(shift) for z in (x, gain * y[::direction])]
    assert distance(moved[0], moved[1]) == pytest.approx(distance(x, y), rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), roughness=st.integers(0, 3))
def test_it_lies_between_0_and_1(seed: int, roughness: int) -> None:
    y = noise(200, 1, seed)
    for _ in range(roughness):
        y = y.cumsum(0)
    assert 0 <= distance(noise(200, 1), y) <= 1


def test_it_is_worse_for_a_clock_that_runs_more_wrongly(lorenz_orbits: list[Array]) -> None:
    truth = lorenz_orbits[0][:20_000]
    runs = [lorenz_orbits[1][::every][:20_000] for every in (1, 2)]
    values = [distance(truth, runs[0]), distance(truth, np.resize(runs[1], truth.shape))]
    values.append(distance(truth, noise(20_000, 3)))
    assert values == sorted(values)
    assert values[0] < 0.1 < values[1]


def test_the_floor_of_lorenz_is_the_known_one(lorenz_orbits: list[Array]) -> None:
    values = [distance(*pair) for pair in itertools.combinations(lorenz_orbits, 2)]
    assert 0.03 < np.median(values) < 0.07


def test_noise_without_memory_is_far_from_lorenz(lorenz_orbits: list[Array]) -> None:
    assert distance(lorenz_orbits[0], noise(50_000, 3)) == pytest.approx(0.877, abs=0.02)


@pytest.mark.parametrize("level", [0.0, 0.1, -1e6, 1e200])
def test_a_constant_run_shares_no_power_with_the_truth(level: float) -> None:
    x = noise(200, 2)
    assert distance(x, np.full((200, 2), level)) == 1.0


@pytest.mark.parametrize(("level", "rounding"), [(0.3, 1e-15), (1e9, 1e-6)])
def test_rounding_of_a_constant_is_no_spectrum(level: float, rounding: float) -> None:
    x = noise(200, 1)
    assert distance(x, level + rounding * noise(200, 1, seed=1)) == 1.0


def test_one_constant_variable_counts_for_itself_alone() -> None:
    x = noise(200, 2)
    half = x.copy()
    half[:, 1] = 3.0
    score = SpectrumDistance().compare(record(x), record(half))
    assert score.value == 0.5
    assert score.details["distances"] == [0.0, 1.0]
    assert score.details["constant"] == ["x2"]


def test_a_run_that_is_far_away_has_a_finite_score() -> None:
    x = noise(200, 1)
    assert 0 <= distance(x, 1e300 * noise(200, 1, seed=1)) <= 1


def test_single_precision_is_judged_in_double() -> None:
    t = torch.arange(300)
    single = [torch.tensor(noise(300, 2, seed), dtype=torch.float32) for seed in (0, 1)]
    series = [
        [takens.TimeSeries(t, x.to(dtype)) for x in single]
        for dtype in (torch.float32, torch.float64)
    ]
    values = [SpectrumDistance().compare(*pair).value for pair in series]
    assert values[0] == values[1]


def test_the_convention_names_what_two_numbers_must_share() -> None:
    metric = SpectrumDistance(5.0, "mikhaeil2022")
    score = metric.compare(record(noise(300, 2)), record(noise(300, 2, seed=1)))
    for word in ("Hellinger", "2 dimensions", "sigma 5 frequency bins", "300 samples of 0.01"):
        assert word in score.convention
    assert score.details["sigma_frequency"] == pytest.approx(5 / 3)
    json.dumps(dict(score.details), allow_nan=False)


def test_a_record_shorter_than_the_smoothing_is_refused() -> None:
    with pytest.raises(
        takens.errors.DataError, match=r"at least 160 samples .* 20 frequency bins; got 159"
    ):
        distance(noise(159, 1), noise(159, 1))
    assert distance(noise(160, 1), noise(160, 1)) == 0


def test_a_smoothing_in_physical_frequency_depends_less_on_the_length(
    lorenz_orbits: list[Array], wrong_orbits: dict[float, Array]
) -> None:
    truth, run = lorenz_orbits[0], wrong_orbits[40.0]
    physical, published = (
        [
            metric.compare(record(truth[:samples]), record(run[:samples])).value or 0.0
            for samples in (10_000, 50_000)
        ]
        for metric in (SpectrumDistance(), SpectrumDistance(convention="mikhaeil2022"))
    )
    assert physical[0] == pytest.approx(physical[1], rel=0.3)
    assert abs(published[0] - published[1]) > 1.2 * abs(physical[0] - physical[1])


def test_the_smoothing_follows_from_the_reference(lorenz_orbits: list[Array]) -> None:
    found = [
        SpectrumDistance().compare(record(x, dt), record(x, dt)).details["sigma_frequency"]
        for x, dt in (
            (lorenz_orbits[0], 0.01),
            (lorenz_orbits[0][:20_000], 0.01),
            (lorenz_orbits[0], 0.02),
        )
    ]
    # The mean frequency of Lorenz 63 is 1.1 per time unit.
    assert found[0] == pytest.approx(0.1 * 1.1, rel=0.15)
    assert found[1] == pytest.approx(found[0], rel=0.1)
    assert found[2] == pytest.approx(found[0] / 2)


def test_its_convention_names_the_frequency() -> None:
    score = SpectrumDistance(2.0).compare(record(noise(300, 2)), record(noise(300, 2, seed=1)))
    assert "sigma 2 / time unit" in score.convention
    assert score.details["sigma"] == pytest.approx(6.0)


def test_unequal_steps_are_refused() -> None:
    x = noise(200, 1)
    t = torch.cat((torch.arange(100), torch.arange(100, 300, 2)))
    with pytest.raises(takens.errors.DataError, match="equally spaced"):
        SpectrumDistance().compare(*(takens.TimeSeries(t, torch.tensor(x)),) * 2)


def test_a_constant_truth_is_refused() -> None:
    with pytest.raises(takens.errors.DataError, match="column 'x1' is 0"):
        distance(np.ones((200, 1)), noise(200, 1))


@pytest.mark.parametrize("sigma", [0.0, -1.0, float("nan"), float("inf")])
def test_a_smoothing_that_is_none_is_refused(sigma: float) -> None:
    with pytest.raises(
        takens.errors.ComponentError, match=r"sigma is (above 0|a finite number)"
    ):
        SpectrumDistance(sigma)


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(
        takens.errors.ComponentError, match="one of 'frequency', 'mikhaeil2022'"
    ):
        SpectrumDistance(convention="bins")  # pyright: ignore[reportArgumentType]
