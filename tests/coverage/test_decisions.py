"""Errors and rules that verdicts hang on, counted over draws of known cases."""

import math
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from scipy import stats

import takens
from takens._judging.ensembles import (  # pyright: ignore[reportPrivateUsage]
    error_of_median,
    over_members,
)
from takens._judging.equivalence import (  # pyright: ignore[reportPrivateUsage]
    chance,
    holm,
    joined,
    quantile,
    share_chance,
    share_interval,
    trials_to_tell,
)
from takens._training.best import Best  # pyright: ignore[reportPrivateUsage]
from takens._training.free_run_check import Finding  # pyright: ignore[reportPrivateUsage]
from takens_metrics.effects.block_errors import compare_blocks, cut, doubt, pieces
from takens_metrics.forecasts.block_errors import all_but_one, jackknife_error
from takens_metrics.from_data.data_exponent import exponent_of
from takens_metrics.from_data.scaling_region import (
    ScalingRegion,
    find_scaling_region,
    slope_of,
    slopes_within,
)
from takens_metrics.from_data.separation import Separation
from takens_metrics.lyapunov.exponent_errors import (
    Samples,
    jackknife,
    over_segments,
    over_starts,
)
from takens_schemes.schedules import Constant, Cosine, Exponential

from .known_cases import NOMINAL, Array, autoregressive, held

DRAWS = 2_000


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("members", [5, 10, 25])
def test_the_error_of_a_median_over_members(members: int) -> None:
    drawn = np.sort(normal(DRAWS, members), 1)
    middle = np.median(drawn, 1)
    errors = np.array([error_of_median(row.tolist()) for row in drawn])
    wide = quantile(0.025, members) * errors
    assert NOMINAL[0] < held(middle - wide, 0.0, middle + wide) < NOMINAL[1]
    # Its size, too: without the factor sqrt(pi / 2) coverage of few members hardly changes.
    assert error_of_median([-1.0, 1.0]) == pytest.approx(math.sqrt(math.pi / 2))
    assert float(middle.std()) == pytest.approx(float(errors.mean()), rel=0.13)


def test_an_ensemble_has_that_error_and_all_its_values() -> None:
    scores = [takens.Score(value=float(v)) for v in (3.0, 1.0, 2.0, 5.0)]
    found = over_members(scores)
    assert found.value == 2.5
    assert found.error == pytest.approx(math.sqrt(math.pi / 2) * stats.sem([3, 1, 2, 5]))
    assert list(found.members) == [3.0, 1.0, 2.0, 5.0]
    assert (found.error_over, found.error_unit) == (4, "members")


def test_shares_are_held_at_every_true_share() -> None:
    trials = 60
    counts = np.arange(trials + 1)
    intervals = np.array([share_interval(int(count), trials, 0.025) for count in counts])
    for share in np.linspace(0.005, 0.995, 100):
        weights = stats.binom.pmf(counts, trials, share)
        inside = (intervals[:, 0] <= share) & (share <= intervals[:, 1])
        assert weights[inside].sum() + 1e-12 >= 0.95
    assert share_interval(0, 60, 0.025)[0] == 0.0
    assert share_interval(60, 60, 0.025)[1] == 1.0
    assert share_interval(3, 60, 0.05) == pytest.approx(
        (stats.beta.ppf(0.05, 3, 58), stats.beta.ppf(0.95, 4, 57))
    )
    assert share_chance(3, 60, 0.02) == pytest.approx(stats.binom.sf(2, 60, 0.02))
    assert share_chance(0, 60, 0.02) == 1.0
    assert trials_to_tell(0.02, 0.05) == 149


@pytest.mark.parametrize(("ours", "theirs"), [((6, 1.0), (20, 3.0)), ((4, 2.0), (4, 1.0))])
def test_joined_errors_of_unlike_size(
    ours: tuple[int, float], theirs: tuple[int, float]
) -> None:
    one = ours[1] * normal(DRAWS, ours[0], seed=1)
    other = theirs[1] * normal(DRAWS, theirs[0], seed=2)
    off = one.mean(1) - other.mean(1)
    wide = np.empty(DRAWS)
    of_one, of_other = (x.std(1, ddof=1) / x.shape[1] ** 0.5 for x in (one, other))
    for i in range(DRAWS):
        error, over = joined((float(of_one[i]), ours[0]), (float(of_other[i]), theirs[0]))
        wide[i] = quantile(0.025, over) * error
    assert 0.93 < held(off - wide, 0.0, off + wide) < NOMINAL[1]
    error, over = joined((0.3, 6), (None, None), (0.4, 20))
    assert error == pytest.approx(0.5)
    assert over == pytest.approx(1 + 0.5**4 / (0.3**4 / 5 + 0.4**4 / 19))
    assert joined((0.3, None)) == (0.3, None)
    assert joined((None, 3)) == (0.0, None)


def test_chances_are_those_of_students_law() -> None:
    assert quantile(0.05, None) == pytest.approx(stats.norm.ppf(0.95))
    assert quantile(0.05, 8) == pytest.approx(stats.t.ppf(0.95, 7))
    assert quantile(0.05, 1) == pytest.approx(stats.t.ppf(0.95, 1))
    assert chance(1.5, 0.5, 8) == pytest.approx(stats.t.sf(3.0, 7))
    # Of two there is one degree of freedom, and of one none; it counts as if there were.
    for over in (1, 2):
        assert quantile(0.05, over) == pytest.approx(stats.t.ppf(0.95, 1))
        assert chance(1.5, 0.5, over) == pytest.approx(stats.t.sf(3.0, 1))
    assert joined((0.3, 2), (0.4, 1)) == (pytest.approx(0.5), pytest.approx(1 + 625 / 337))
    assert chance(1.5, 0.5, None) == pytest.approx(stats.norm.sf(3.0))
    assert chance(1.5, 0.5, math.inf) == pytest.approx(stats.norm.sf(3.0))
    assert [chance(d, 0.0, 8) for d in (-0.1, 0.0, 0.1)] == [1.0, 1.0, 0.0]


def test_all_true_hypotheses_together_are_rejected_as_often_as_the_level_says() -> None:
    chances = np.random.default_rng(0).uniform(size=(DRAWS, 6))
    rejected = np.mean([any(holm(row.tolist(), 0.05)) for row in chances])
    assert 0.035 < rejected < 0.065
    assert holm([0.02, 0.01, 0.04, 0.9], 0.05) == [False, True, False, False]
    assert holm([0.012, 0.01, 0.02, 0.9], 0.05) == [True, True, True, False]
    assert holm([0.05], 0.05) == [True]


@pytest.mark.parametrize("starts", [8, 32])
def test_errors_of_exponents_over_starts(starts: int) -> None:
    rates = 0.9 + 0.2 * normal(DRAWS, starts, 1)
    found = [over_starts(each) for each in rates]
    means = np.array([each.mean[0] for each in found if each])
    errors = np.array([each.error[0] for each in found if each])
    wide = quantile(0.025, starts) * errors
    assert 0.93 < held(means - wide, 0.9, means + wide) < 0.97
    assert over_starts(rates[0, :7]) is None


@pytest.mark.parametrize(
    ("memory", "ends", "starts"), [(0.0, 0.0, 1), (0.0, 0.0, 4), (0.6, 0.0, 2), (0.0, 2.0, 2)]
)
def test_errors_of_exponents_over_segments(memory: float, ends: float, starts: int) -> None:
    draws, blocks = 1_000, 100
    growth = autoregressive(draws * starts, blocks, memory, seed=3)
    # What comes and goes at the ends of a segment does not add up.
    fading = ends * autoregressive(draws * starts, blocks + 1, 0.0, seed=4)
    logs = 0.9 + growth + np.diff(fading, axis=1)
    logs = logs.reshape(draws, starts, blocks, 1).swapaxes(1, 2)
    times = np.arange(1.0, blocks + 1)
    found = [over_segments(each, times) for each in logs]
    means = np.array([each.mean[0] for each in found if each])
    errors = np.array([each.error[0] for each in found if each])
    wide = np.array([quantile(0.025, each.over) for each in found if each]) * errors
    assert NOMINAL[0] < held(means - wide, 0.9, means + wide) < 0.985
    if not memory and not ends:
        # Segments that overlap, and whose mean is taken out, vary less than others would.
        assert float(np.square(errors).mean()) == pytest.approx(means.var(), rel=0.15)


def test_segments_need_records_and_say_what_they_are() -> None:
    times = np.arange(1.0, 41.0)
    assert over_segments(normal(19, 2, 3), times[:19]) is None
    found = over_segments(normal(40, 1, 3), times)
    assert found is not None
    assert (found.over, found.unit) == (5, "segments of orbits")
    assert found.rates.shape == (20, 3)
    assert found.source == "standard error over 20 segments of 1 orbit"
    # What goes to and fro adds nothing up: its variance over a block, of which the mean of
    # twenty is taken out, is all that there is.
    to_and_fro = over_segments(np.resize([0.3, -0.3], (20, 1, 1)), times[:20])
    assert to_and_fro is not None
    assert float(to_and_fro.error[0]) == pytest.approx(0.3 * math.sqrt(20 / 19) / 20)
    odd, growth = np.arange(1.0, 48.0), normal(47, 2, 3)
    uneven = over_segments(growth, odd)
    assert uneven is not None
    assert uneven.mean == pytest.approx(growth.sum((0, 1)) / 94)
    still = over_segments(np.full((20, 2, 1), 0.5), times[:20])
    assert still is not None
    assert (still.mean.tolist(), still.error.tolist()) == ([0.5], [0.0])
    least = over_segments(normal(20, 2, 1), times[:20])
    assert least is not None
    assert (least.over, least.source[-6:]) == (10, "orbits")


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    rates = normal(12, 3)
    value, error = jackknife(rates, lambda mean: float(mean[0] + 2 * mean[2]))
    mixed = rates[:, 0] + 2 * rates[:, 2]
    assert value == pytest.approx(mixed.mean())
    assert error == pytest.approx(stats.sem(mixed))
    assert Samples(rates, "", 12, "").error == pytest.approx(stats.sem(rates))


@pytest.mark.parametrize(("records", "samples"), [(1, 400), (8, 100)])
def test_errors_of_effects_over_blocks(records: int, samples: int) -> None:
    draws = 600
    runs = autoregressive(draws * records, samples, 0.5, seed=5)
    truth = autoregressive(draws, 400, 0.5, seed=6)
    runs, truth = runs.reshape(draws, records, samples, 1), truth.reshape(draws, 1, 400, 1)
    values, wide = np.empty(draws), np.empty(draws)
    for i in range(draws):
        both = [torch.from_numpy(x[i]) for x in (truth, runs)]
        blocks = [cut(x, pieces(x.shape[0], x.shape[1], 4)).mean(1) for x in both]
        found = compare_blocks(blocks[0], blocks[1], lambda t, r: r - t)
        assert found.error is not None
        assert found.reference_error is not None
        error, over = joined(
            (float(found.error), found.over),
            (float(found.reference_error), found.reference_over),
        )
        values[i], wide[i] = float(found.value), quantile(0.025, over) * error
    assert NOMINAL[0] < held(values - wide, 0.0, values + wide) < NOMINAL[1]


def test_how_records_are_cut() -> None:
    assert [pieces(r, 1_000, 5) for r in (1, 2, 5, 6)] == [16, 8, 3, 1]
    assert pieces(1, 1_000, 50) == 8
    assert pieces(1, 1_000, 100) == 5
    assert pieces(1, 1_000, 60) == 8
    assert pieces(1, 790, 100) == 1
    assert pieces(1, 800, 100) == 4
    assert pieces(1, 1_000, 10) == 10
    x = torch.arange(14.0).reshape(2, 7, 1)
    assert cut(x, 3).shape == (6, 2, 1)
    assert cut(x, 3)[1].flatten().tolist() == [2.0, 3.0]
    alone = compare_blocks(torch.ones(1, 1), torch.ones(3, 1), lambda t, r: r - t)
    assert (alone.reference_error, alone.over, alone.reference_over) == (None, 3, 1)
    assert doubt(1) == math.inf
    # One in twenty errors is smaller by this factor, or more.
    errors = normal(20_000, 6).std(1, ddof=1)
    assert float(np.mean(errors < 1 / doubt(6))) == pytest.approx(0.05, abs=0.005)
    assert compare_blocks(torch.ones(2, 1), torch.ones(2, 1), lambda t, r: r - t).error == 0


def test_errors_of_forecasts_over_blocks_of_starts() -> None:
    draws, starts, blocks = 1_000, 400, 20
    errors = np.square(autoregressive(draws, starts, 0.7, seed=7))
    values = np.sqrt(errors.mean(1))
    wide = np.empty(draws)
    for i in range(draws):
        left = np.sqrt(all_but_one(errors[i, :, None], blocks))
        wide[i] = quantile(0.025, blocks) * jackknife_error(left)[0]
    assert NOMINAL[0] < held(values - wide, 1.0, values + wide) < NOMINAL[1]
    # Of means of single starts it is the standard error.
    each = all_but_one(errors[0, :20, None], 20)
    assert jackknife_error(each)[0] == pytest.approx(stats.sem(errors[0, :20]))
    # Twenty blocks at the most, and none shorter than a forecast.
    for starts, over in ((600, 20), (200, 20), (199, 19)):
        series = takens.TimeSeries(torch.arange(11.0), torch.from_numpy(normal(starts, 11, 1)))
        metric: Any = takens.metrics.get("mase")
        assert metric.compare(series, series).error_over == over
    uneven = all_but_one(np.arange(5.0)[:, None], 2)
    assert uneven[:, 0].tolist() == [3.5, 1.0]


def separation(seed: int, noise: float = 0.3, slope: float = 0.9) -> Separation:
    """Curves of segments that grow alike, each with noise that it shares over all times."""
    time = np.arange(40.0) / 10
    random = np.random.default_rng(seed)
    tilt = noise * random.standard_normal((25, 1))
    curves = (slope + tilt) * time - 5
    curve = curves.mean(0)
    region = find_scaling_region(time, curve, least_rise=1.0)
    return Separation(curve, curves, region, 5.0, 10, 1_000, 1, 1)


def test_resampled_segments_give_the_error_of_a_slope() -> None:
    found = [exponent_of(separation(seed), 0.1, "rosenstein", seed) for seed in range(60)]
    values = np.array([each.value for each in found])
    errors = np.array([each.details["noise"] for each in found], dtype=np.float64)
    assert float(values.std()) == pytest.approx(0.3 / 5, rel=0.25)
    assert float(np.sqrt(np.square(errors).mean())) == pytest.approx(0.3 / 5, rel=0.1)
    # The interval holds two of them on each side, and what the choice of the part adds.
    for each, noise in zip(found, errors, strict=True):
        low, high = each.details["interval"]
        assert low <= each.value - 1.99 * noise < each.value + 1.99 * noise <= high
        assert each.error == pytest.approx(max(high - each.value, each.value - low) / 2)


def test_a_straight_part_is_found_where_it_is() -> None:
    time = np.linspace(0, 10, 101)
    curve = np.minimum(0.8 * time, 4.0)
    found = find_scaling_region(time, curve, least_rise=1.0)
    assert isinstance(found, ScalingRegion)
    assert (found.start, found.slope) == (0, pytest.approx(0.8, abs=0.05))
    assert 40 <= found.stop <= 60
    assert found.bend < 0.15 * found.slope
    assert find_scaling_region(time, curve, least_rise=5.0) is None
    assert find_scaling_region(time[:7], curve[:7], least_rise=0.0) is None
    assert find_scaling_region(time, np.exp(time), least_rise=1.0, curvature=1e-3) is None
    # Neither units nor where zero is matter, and a rise that is asked for is enough.
    for scale, aside in ((1e-4, 0.0), (1e4, 0.0), (1.0, 1e8)):
        again = find_scaling_region(scale * time + aside, curve + aside, least_rise=1.0)
        assert again is not None
        assert (again.start, again.stop) == (found.start, found.stop)
        assert again.slope * scale == pytest.approx(found.slope, rel=1e-6)
    whole = np.arange(41.0)
    assert find_scaling_region(whole, whole, least_rise=40.0) is not None
    assert find_scaling_region(whole, whole, least_rise=40.0 + 1e-9) is None
    # Where a short part bends, a longer one may be straight.
    bump = time + 0.05 * ((time > 0.25) & (time < 0.55))
    assert find_scaling_region(time[:10], bump[:10], least_rise=0.3) is None
    over = find_scaling_region(time, bump, least_rise=1.0)
    assert over is not None
    assert (over.start, over.stop) == (0, 101)
    assert find_scaling_region(time[:8], time[:8], least_rise=0.5) is not None
    flat = find_scaling_region(whole, 0 * whole, least_rise=0.0)
    assert flat is not None
    assert (flat.slope, flat.bend) == (0.0, 0.0)
    rough = curve + 0.5 * np.sign(np.sin(40 * time))
    assert find_scaling_region(time, rough, least_rise=1.0, curvature=10.0) is None


def test_slopes_are_those_of_all_parts_that_are_long_and_rise_enough() -> None:
    x = np.arange(41.0)
    bent = np.where(x < 20, 0.5 * x, 10 + 1.5 * (x - 20))
    # Parts are cut at every sample or two: the whole is the only one of forty.
    whole = slope_of(x[:40], bent[:40])
    assert slopes_within(x[:40], bent[:40], least_rise=0.0, least_samples=40) == (whole, whole)
    assert slopes_within(x[:40], bent[:40], least_rise=0.0, least_samples=41) is None
    low, high = slopes_within(x, bent, least_rise=1.0, least_samples=5) or (0.0, 0.0)
    assert (low, high) == (pytest.approx(0.5), pytest.approx(1.5))
    # Of what does not advance there is no slope.
    assert slope_of(np.ones(3), np.arange(3.0)) == 0.0
    assert slope_of(np.ones(1), np.ones(1)) == 0.0


def finding(divergence: float | None, lost: float = 0.0) -> Finding:
    return Finding(divergence, lost / 2, lost / 2)


def kept(*findings: Finding) -> int:
    """Return after which check the weights were that are kept."""
    best = Best.none_yet(torch.zeros(1, 1))
    for i, found in enumerate(findings):
        best.consider(torch.full((1, 1), float(i + 1)), [found])
    assert best.findings[0] is findings[int(best.values) - 1]
    return int(best.values)


def test_the_latest_weights_are_kept_of_those_that_cannot_be_told_apart() -> None:
    # Three times the least divergence is not told from it, and more is.
    assert kept(finding(0.1), finding(0.3)) == 2
    assert kept(finding(0.1), finding(0.31)) == 1
    assert kept(finding(0.1), finding(0.05), finding(0.2)) == 2
    # The least of all is what counts, also where it was of weights that were replaced.
    assert kept(finding(0.1), finding(0.29), finding(0.31)) == 2
    # Fewer lost runs go before any divergence.
    assert kept(finding(5.0, lost=0.25), finding(9.0)) == 2
    assert kept(finding(9.0), finding(0.1, lost=0.25)) == 1
    assert kept(finding(None, lost=1.0), finding(None, lost=1.0)) == 2
    assert kept(finding(None), finding(3.0)) == 2
    assert kept(finding(-0.1), finding(0.1)) == 2
    assert kept(finding(-0.1), finding(0.11)) == 1


def test_members_keep_weights_of_their_own() -> None:
    best = Best.none_yet(torch.zeros(2, 3))
    best.consider(torch.ones(2, 3), [finding(0.1), finding(1.0)])
    best.consider(torch.full((2, 3), 2.0), [finding(1.0), finding(0.1)])
    assert best.values[:, 0].tolist() == [1.0, 2.0]
    again = Best.of(best.state())
    assert [attrs.asdict(f) for f in again.findings if f] == [
        attrs.asdict(f) for f in best.findings if f
    ]
    assert again.lowest == best.lowest


def test_learning_rates_follow_their_schedules() -> None:
    about: dict[str, Any] = {"steps": 11, "first": 0.1, "final": 0.001}
    assert [Constant().rate(i, **about) for i in (0, 10)] == [0.1, 0.1]
    for schedule in (Constant, Cosine, Exponential):
        assert schedule(warm_up=0) == schedule()
        with pytest.raises(takens.InputError, match="warm_up is at least 0"):
            schedule(warm_up=-1)
    assert Constant(warm_up=3).rate(0, **about) == pytest.approx(0.025)
    assert Constant(warm_up=3).rate(2, **about) == pytest.approx(0.075)
    assert Constant(warm_up=3).rate(3, **about) == 0.1
    for schedule, middle in ((Cosine(), 0.0505), (Exponential(), 0.01)):
        rates = [schedule.rate(i, **about) for i in (0, 5, 10)]
        assert rates == pytest.approx([0.1, middle, 0.001])
        assert schedule.rate(0, steps=1, first=0.1, final=0.001) == pytest.approx(0.1)
    assert Cosine().rate(2, **about) == pytest.approx(
        0.001 + 0.099 * (1 + math.cos(0.2 * math.pi)) / 2
    )
    assert Cosine(warm_up=1).rate(0, **about) == pytest.approx(0.05)
    assert Exponential(warm_up=1).rate(0, **about) == pytest.approx(0.05)
