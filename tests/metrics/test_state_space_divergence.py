import itertools
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings, strategies as st

import takens
from takens_metrics import StateSpaceDivergence

Array = npt.NDArray[np.float64]


def record(x: Array, dt: float = 0.01) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, torch.tensor(x))


def divergence(truth: Array, run: Array, bins: int = 30, **parameters: Any) -> float:
    value = StateSpaceDivergence(bins, **parameters).compare(record(truth), record(run)).value
    assert value is not None
    return value


def noise(samples: int, n: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(samples, n))


def dense(truth: Array, run: Array, bins: int) -> float:
    """Compute the definition over every cell of the grid."""
    low = truth.min(0) - 0.1 * truth.std(0)
    high = truth.max(0) + 0.1 * truth.std(0)
    grid = list(zip(low, high, strict=True))
    p, q = (
        (np.histogramdd(x, bins, grid)[0].ravel() + 1e-5)
        / (len(x) + 1e-5 * bins ** truth.shape[1])
        for x in (truth, run)
    )
    return float((p * np.log(p / q)).sum())


@pytest.mark.parametrize(("n", "bins"), [(1, 30), (2, 7), (3, 30)])
def test_it_is_the_definition_over_all_cells(n: int, bins: int) -> None:
    truth, run = noise(500, n), 1.3 * noise(500, n, seed=1) + 0.4
    expected = dense(truth, run, bins)
    assert divergence(truth, run, bins=bins) == pytest.approx(expected, rel=1e-12)


def test_no_slab_of_cells_is_dropped() -> None:
    # Nearly all mass is in the first cell, and only there do the two differ.
    truth, run = np.zeros((1000, 1)), np.zeros((1000, 1))
    truth[:300], run[:100] = 1.0, 1.0
    expected = 0.3 * np.log(0.3 / 0.1) + 0.7 * np.log(0.7 / 0.9)
    assert divergence(truth, run) == pytest.approx(expected, rel=1e-6)


def test_identical_records_do_not_diverge(lorenz_orbits: list[Array]) -> None:
    assert divergence(lorenz_orbits[0], lorenz_orbits[0]) == 0.0


@settings(max_examples=30, deadline=None)
@given(
    scale=st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=3),
    shift=st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
    seed=st.integers(0, 1000),
)
def test_units_and_order_in_time_do_not_matter(
    scale: list[float], shift: list[float], seed: int
) -> None:
    truth, run = noise(200, 3), 1.2 * noise(200, 3, seed=1)
    order = np.random.default_rng(seed).permutation(200)
    # The shift is in units of the spread, so that rounding moves no sample to another cell.
    moved = [(x + np.array(shift)) * np.array(scale) for x in (truth, run[order])]
    assert divergence(moved[0], moved[1]) == pytest.approx(divergence(truth, run), rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(0, 100), shift=st.floats(-100, 100))
def test_it_is_never_negative(seed: int, scale: float, shift: float) -> None:
    assert divergence(noise(100, 2), scale * noise(100, 2, seed) + shift) >= 0


def test_it_is_worse_for_worse_dynamics(
    lorenz_orbits: list[Array], wrong_orbits: dict[float, Array]
) -> None:
    values = [
        divergence(lorenz_orbits[0], x) for x in (lorenz_orbits[1], *wrong_orbits.values())
    ]
    assert values == sorted(values)
    assert values[0] < 0.5 < values[1]


@pytest.mark.parametrize(("samples", "low", "high"), [(50_000, 0.05, 0.2), (10_000, 0.3, 1.0)])
def test_the_floor_of_lorenz_is_the_known_one(
    lorenz_orbits: list[Array], samples: int, low: float, high: float
) -> None:
    pairs = itertools.permutations([x[:samples] for x in lorenz_orbits], 2)
    assert low < np.median([divergence(*pair) for pair in pairs]) < high


def test_known_values_of_wrong_answers(lorenz_orbits: list[Array]) -> None:
    truth = np.concatenate(lorenz_orbits[:2])
    still = np.repeat(truth[:1], len(truth), axis=0)
    assert divergence(truth, still) == pytest.approx(16.3, abs=0.2)
    gaussian = noise(len(truth), 3) * truth.std(0) + truth.mean(0)
    assert divergence(truth, gaussian) == pytest.approx(3.6, abs=0.2)


def test_a_cell_holds_any_number_of_samples() -> None:
    truth = noise(70_000, 1)
    still = np.zeros((70_000, 1))
    assert divergence(truth, still) == pytest.approx(dense(truth, still, 30), rel=1e-12)


def test_samples_outside_are_not_forgotten() -> None:
    truth, run = noise(1000, 2), noise(1000, 2, seed=1)
    run = np.clip(run, truth.min(0), truth.max(0))
    run[::4] = 1e3
    score = StateSpaceDivergence(bins=10).compare(record(truth), record(run))
    assert score.details["outside"] == 0.25
    # Leaving them out of the total as well would make the cells inside look fuller.
    hidden = dense(truth, run[run[:, 0] < 1e3], 10)
    assert score.value == pytest.approx(hidden - np.log(0.75), rel=1e-4)


@pytest.mark.parametrize("far", [1e3, 1e200, 1.7e308])
def test_a_run_that_is_gone_has_a_finite_score(far: float) -> None:
    truth = noise(100, 2)
    score = StateSpaceDivergence().compare(record(truth), record(np.full((100, 2), far)))
    assert score.details["outside"] == 1.0
    assert score.value is not None
    assert score.value > divergence(truth, np.zeros((100, 2)), score.details["bins"])


def test_five_dimensions_are_held_sparsely_and_six_refused() -> None:
    truth, run = noise(1000, 6), noise(1000, 6, seed=1)
    assert divergence(truth[:, :5], run[:, :5]) > 0
    with pytest.raises(takens.errors.DataError, match=r"30\^6 cells.*fewer bins"):
        divergence(truth, run)
    assert divergence(truth, run, bins=8) > 0


def test_the_convention_names_what_two_numbers_must_share() -> None:
    truth, run = record(noise(300, 2)), record(noise(300, 2, seed=1))
    score = StateSpaceDivergence(bins=12).compare(truth, run)
    for word in ("KL(truth || generated)", "12 bins", "2 dimensions", "0.1 sd", "1e-05", "300"):
        assert word in score.convention
    assert score.unit == "nats"
    assert score.error is None
    json.dumps(dict(score.details), allow_nan=False)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((50, 2), (50, 3)), r"\(50, 2\).*\(50, 3\)"),
        (((50, 2), (60, 2)), r"\(50, 2\).*\(60, 2\)"),
        (((4, 50, 2), (4, 50, 2)), r"one shape \(T, n\); got \(4, 50, 2\)"),
        (((10, 2), (10, 2)), "at least 16 samples in time; got 10"),
    ],
)
def test_records_that_do_not_fit_are_refused(
    shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    rng = np.random.default_rng(0)
    series = [
        takens.TimeSeries(torch.arange(s[-2]), torch.tensor(rng.normal(size=s))) for s in shapes
    ]
    with pytest.raises(takens.errors.DataError, match=message):
        StateSpaceDivergence().compare(*series)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
def test_a_constant_truth_is_refused_by_its_name(value: float) -> None:
    x = noise(100, 2)
    x[:, 1] = value
    with pytest.raises(takens.errors.DataError, match="column 'x2' is 0"):
        divergence(x, noise(100, 2))


def test_another_sampling_interval_is_refused() -> None:
    x = noise(100, 2)
    with pytest.raises(takens.errors.DataError, match=r"covers 0\.99 .* 100 samples .* 1\.98"):
        StateSpaceDivergence().compare(record(x), record(x, dt=0.02))


def test_one_bin_is_refused() -> None:
    with pytest.raises(
        takens.errors.ComponentError, match="bins is at least 2, or 'auto'; got 1"
    ):
        StateSpaceDivergence(bins=1)


@pytest.mark.parametrize(
    ("samples", "n", "bins"),
    [
        (100_000, 3, 30),
        (10_000, 3, 14),
        (1_000, 3, 6),
        (100_000, 5, 8),
        (200, 5, 4),
        (90, 1, 24),
    ],
)
def test_bins_follow_from_length_and_dimension(samples: int, n: int, bins: int) -> None:
    truth, run = noise(samples, n), noise(samples, n, seed=1)
    score = StateSpaceDivergence().compare(record(truth), record(run))
    assert score.details["bins"] == bins
    assert score.value == pytest.approx(divergence(truth, run, bins))


# Published conventions.


def published(truth: Array, run: Array, low: Array, high: Array, first: int) -> float:
    """Compute what published code does, over every cell of the grid."""
    n, counts = truth.shape[1], []
    for x in (truth, run):
        at = np.floor((x - low) / (high - low) * 30)
        kept = at[((at >= first) & (at < 30)).all(1)]
        counts.append(np.histogramdd(kept, [np.arange(31)] * n)[0].ravel())
    p, q = ((c + 1e-5) / (c.sum() + 1e-5 * 30**n) for c in counts)
    return float((p * np.log(p / q)).sum())


@pytest.mark.parametrize("convention", ["hess2023", "brenner2022", "brenner2024"])
def test_published_conventions(convention: Any) -> None:
    # Skewed as Roessler's third variable is, so that the first bins hold most of it.
    truth, run = (np.exp(noise(2_000, 2, seed)) for seed in (0, 1))
    run = 1.2 * run
    mean, sd = truth.mean(0), truth.std(0)
    low, high = {
        "hess2023": (truth.min(0) - 0.1 * sd, truth.max(0) + 0.1 * sd),
        "brenner2022": (mean - 2 * sd, mean + 2 * sd),
        "brenner2024": (truth.min(0), truth.max(0)),
    }[convention]
    first = 0 if convention == "hess2023" else 1
    metric = StateSpaceDivergence(convention=convention)
    score = metric.compare(record(truth), record(run))
    assert score.value == pytest.approx(published(truth, run, low, high, first), rel=1e-9)
    assert (
        score.convention
        != StateSpaceDivergence(30).compare(record(truth), record(run)).convention
    )


def test_where_a_convention_counts_nothing_there_is_no_value() -> None:
    truth = noise(100, 2)
    metric = StateSpaceDivergence(convention="hess2023")
    score = metric.compare(record(truth), record(np.full((100, 2), 1e3)))
    assert score.value is None
    assert "no sample is inside" in score.reason


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(takens.errors.ComponentError, match="one of 'takens', 'hess2023'"):
        StateSpaceDivergence(convention="mine")  # pyright: ignore[reportArgumentType]


# Many dimensions.


def gaussian_pair(shift: float, n: int, samples: int = 4_000) -> tuple[Array, Array]:
    return noise(samples, n), noise(samples, n, seed=1) + shift / n**0.5


@pytest.mark.parametrize("n", [2, 8])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_neighbours_know_the_divergence_of_gaussians(n: int, shift: float) -> None:
    truth, run = gaussian_pair(shift, n)
    metric = StateSpaceDivergence(convention="neighbours")
    score = metric.compare(record(truth), record(run))
    # In many dimensions neighbours are far away, and differences seem smaller.
    assert score.value == pytest.approx(shift**2 / 2, abs=0.15 + 0.03 * n * shift)


def test_above_five_dimensions_neighbours_are_used() -> None:
    truth, run = gaussian_pair(1.0, 6)
    score = StateSpaceDivergence().compare(record(truth), record(run))
    assert "distances to the 5th neighbours in 6 dimensions" in score.convention
    json.dumps(dict(score.details), allow_nan=False)


def test_neighbours_in_time_are_left_out(lorenz_orbits: list[Array]) -> None:
    metric = StateSpaceDivergence(convention="neighbours")
    found = [
        metric.compare(record(lorenz_orbits[0][:20_000]), record(x[:20_000])).value or 0.0
        for x in (lorenz_orbits[1], 1.1 * lorenz_orbits[1])
    ]
    # With them the truth would seem to be denser than it is.
    assert abs(found[0]) < 0.3
    assert found[1] > found[0] + 0.3


def test_the_mixture_is_zero_for_one_record_and_grows_with_the_difference() -> None:
    truth = noise(3_000, 8)
    metric = StateSpaceDivergence(convention="mixture")
    found = [metric.compare(record(truth), record(truth + shift)) for shift in (0, 0.5, 1, 2)]
    values = [score.value or 0.0 for score in found]
    assert values[0] == 0.0
    assert values == sorted(values)
    # Two Gaussians of variance 2 whose means are 0.5 apart in each of 8 dimensions.
    assert values[1] == pytest.approx(8 * 0.25 / 4, abs=0.1)
    assert found[1].error == pytest.approx(1 / 1000**0.5, rel=0.4)
