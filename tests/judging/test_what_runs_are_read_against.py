"""Floors, baselines, stationarity, noise and spoilt copies, each against a closed form."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

import takens
from takens._judging.baselines import Baselines  # pyright: ignore[reportPrivateUsage]
from takens._judging.criteria import Criteria  # pyright: ignore[reportPrivateUsage]
from takens._judging.floors import beyond  # pyright: ignore[reportPrivateUsage]
from takens._judging.noise import (  # pyright: ignore[reportPrivateUsage]
    as_learned,
    check_noise,
    noise_level,
    noise_levels,
    with_noise,
)
from takens._judging.segments import Segments  # pyright: ignore[reportPrivateUsage]
from takens._judging.spoils import spoilt  # pyright: ignore[reportPrivateUsage]
from takens._judging.spoilt_copies import score_spoilt  # pyright: ignore[reportPrivateUsage]
from takens._judging.stationarity import (  # pyright: ignore[reportPrivateUsage]
    difference,
    mean_period,
)

Series = takens.TimeSeries


def series(x: Any, dt: float = 0.5) -> Series:
    x = torch.as_tensor(x, dtype=torch.float64)
    return Series(torch.arange(x.shape[-2], dtype=torch.float64) * dt, x)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


DISTANCE = takens.plugin.Evidence("geometry", "distance")
MEANS = takens.plugin.Evidence("means", "estimate")


@attrs.define(eq=False)
class Told:
    """A distance that answers what it is told of a record's first value."""

    answer: Callable[[float], Any]
    horizon: int | None = None
    evidence: Any = DISTANCE
    asked: list[float] = attrs.field(factory=list[float])

    def compare(self, reference: Series, generated: Series, /) -> takens.Score:
        first = float(generated.x[0, 0])
        self.asked.append(first)
        found = self.answer(first)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, takens.Score) else takens.Score(value=found)


@attrs.define(eq=False)
class Best(Told):
    best: float = 2.0


def test_a_baseline_is_beyond_floors_by_their_errors_or_twice_as_far() -> None:
    assert beyond([], 0.0) == 0.0
    assert beyond([0.3], 0.1) == pytest.approx(2 * 0.2)
    assert beyond([0.3, -0.4], 0.1) == pytest.approx(2 * 0.5)
    away = [0.1, 0.2, 0.6]
    expected = 0.2 + 3 * math.sqrt(math.pi / 2) * float(stats.sem(away))
    assert beyond([1.1, 0.8, 1.6], 1.0) == pytest.approx(expected)


def told(
    floors: Sequence[float], linear: Sequence[float], slowed: float, other: float
) -> Baselines:
    """Baselines whose records begin with the values that they will be given."""

    def level(value: float) -> Tensor:
        return torch.full((4, 1), value, dtype=torch.float64)

    segments = Segments(series(level(0.0)), series(torch.stack([level(f) for f in floors])))
    return Baselines(
        segments,
        {name: series(level(v)) for name, v in zip("ab", linear, strict=False)},
        {"slow": series(level(slowed))},
        {"far": series(level(other))},
    )


@pytest.mark.parametrize(
    ("linear", "slowed", "expected"),
    [
        ([0.5, 0.6], 0.7, {"a": 0.5, "b": 0.6}),
        # Not beyond twice the floor, both of them: the next kind is tried, and the last.
        ([0.5, 0.4], 0.7, {"slow": 0.7}),
        ([0.4, 0.5], 0.7, {"slow": 0.7}),
        ([0.1, 0.1], 0.3, {"far": 0.9}),
        ([], 0.7, {"slow": 0.7}),
    ],
)
def test_baselines_are_the_first_group_that_is_beyond_the_floors(
    linear: Sequence[float], slowed: float, expected: Mapping[str, float]
) -> None:
    metric, made = Told(lambda value: value), told([0.1, 0.2], linear, slowed, 0.9)
    bounds = made.bounds(metric)
    assert bounds.simple == pytest.approx(expected)
    assert bounds.floors == pytest.approx([0.1, 0.2])
    assert bounds.perfect.value == pytest.approx(0.1)
    asked = len(metric.asked)
    assert made.bounds(metric) is bounds
    assert len(metric.asked) == asked
    made.bounds(Told(lambda value: value))
    assert len(metric.asked) == asked


def test_the_last_group_stands_where_none_is_beyond() -> None:
    made = told([0.4], [0.5, 0.5], 0.6, 0.7)
    assert made.bounds(Told(lambda value: value)).simple == pytest.approx({"far": 0.7})


def test_what_is_best_need_not_be_zero_and_own_baselines_are_kept() -> None:
    made = told([2.1], [2.15, 1.7], 3.0, 4.0)
    assert made.bounds(Best(lambda value: value)).simple == pytest.approx({"slow": 3.0})

    def with_own(value: float) -> takens.Score:
        return takens.Score(value=value, baselines={"own": 0.3, "b": 0.8})

    found = told([0.1], [0.5, 0.6], 3.0, 4.0).bounds(Told(with_own))
    assert found.simple == pytest.approx({"a": 0.5, "own": 0.3, "b": 0.8})


def test_what_has_no_value_for_a_record_has_none_to_be_compared_with() -> None:
    def some(value: float) -> Any:
        return takens.InputError("No.") if value == 0.5 else None if value == 0.2 else value

    bounds = told([0.1, 0.2], [0.5, 0.6], 0.7, 0.9).bounds(Told(some))
    assert bounds.simple == pytest.approx({"b": 0.6})
    assert bounds.floors == pytest.approx([0.1])


def test_baselines_are_made_of_the_reference() -> None:
    t = torch.arange(200.0).double()
    x = torch.stack(((0.3 * t).sin(), 5 + 2 * (0.2 * t).cos()), 1)
    made = Baselines.of(Segments(series(x), series(x[None])))
    assert list(made.linear) == ["phase_randomised", "autoregressive"]
    (slow,), (far,) = made.slowed.values(), made.other.values()
    # Splines go through the samples: every tenth is the ninth, every second is the first.
    assert torch.allclose(slow.x[::10], x[::9][:20], atol=1e-9)
    mean, spread = x.mean(0), x.std(0)
    expected = mean + spread + 2 * (x[:100] - mean)
    assert torch.allclose(far.x[::2], expected, atol=1e-9)
    assert list(made.slowed) == ["time x 0.9"]
    assert list(made.other) == ["the data moved by 1 sd, twice as large, half as fast"]


def blocks(x: Tensor) -> dict[str, Tensor]:
    length = len(x) // 6
    parts = [x[i * length : (i + 1) * length] for i in range(6)]
    return {
        "mean": torch.stack([part.mean(0) for part in parts]),
        "spread": torch.stack([part.std(0).log() for part in parts]),
        "pace": torch.stack([(part[1:] - part[:-1]).abs().mean(0).log() for part in parts]),
    }


def error_beside_a_line(values: Any) -> float:
    """Return the standard error of a mean, by the residuals of scipy's regression."""
    t = np.arange(len(values))
    line: Any = stats.linregress(t, values)
    left = values - line.intercept - line.slope * t
    return float(np.sqrt(left @ left / (len(values) - 2) / len(values)))


def changes(first: Series, second: Series, tolerance: float) -> tuple[bool, str]:
    """Whether two records differ by more than is tolerated, by Holm's first step at 1 %."""
    ours, theirs = blocks(first.x), blocks(second.x)
    size = ((first.x.std(0) ** 2 + second.x.std(0) ** 2) / 2).sqrt()
    chances: dict[str, float] = {}
    for what in ours:
        for i, name in enumerate(first.columns):
            pair = [each[what][:, i].numpy() for each in (ours, theirs)]
            off = abs(pair[0].mean() - pair[1].mean())
            one, other = map(error_beside_a_line, pair)
            # Welch's degrees of freedom, of four for each.
            error = float(np.hypot(one, other))
            freedom = error**4 / (one**4 / 4 + other**4 / 4)
            most = tolerance * (float(size[i]) if what == "mean" else 1.0)
            t: Any = stats.t(freedom)
            chances[f"the {what} of {name}"] = float(
                t.sf((off - most) / error) + t.sf((off + most) / error)
            )
    least = min(chances, key=chances.__getitem__)
    return chances[least] <= 0.01 / len(chances), least


@pytest.mark.parametrize("tolerance", [1e-9, 0.1])
def test_records_differ_where_welchs_test_says_so(tolerance: float) -> None:
    answers = {True: 0, False: 0}
    criteria = Criteria(tolerance={"means": tolerance, "ratios": tolerance})
    for seed in range(60):
        x, y = drawn(125, 2, seed=seed), drawn(125, 2, seed=1_000 + seed)
        y = y + torch.tensor([0.02 * seed, 0.0])
        if seed % 3 == 1:
            y = y * torch.tensor([1.0, 1 + 0.02 * seed])
        if seed % 3 == 2:
            y[1:, 1] = y[1:, 1] + 0.04 * seed * y[:-1, 1]
        units = torch.tensor([40.0, 0.01]).double()
        first, second = series(x * units), series(y * units)
        differ, what = changes(first, second, tolerance)
        assert difference(first, second, criteria) == (what if differ else "")
        answers[differ] += 1
    assert min(answers.values()) > 10


def cycles(period: float, *, torus: bool, samples: int = 1500) -> Tensor:
    fast = 2 * torch.pi * torch.arange(samples).double() / period
    slow = fast * (5**0.5 - 1) / 2 if torus else 2 * fast
    return torch.stack((fast.sin() + 0.4 * slow.cos(), fast.cos() + 0.2 * slow.sin()), 1)


@pytest.mark.parametrize("torus", [False, True])
def test_halves_of_cycles_are_of_one_law_whatever_their_period(torus: bool) -> None:
    for period in [*range(20, 150, 3), 31.25, 41.7, 62.5, 62.6, 125.0, 125.3]:
        assert not difference(*series(cycles(period, torus=torus)).halves())


def test_what_drifts_swells_or_slows_down_is_not() -> None:
    along = torch.linspace(0, 1, 1500).double().unsqueeze(1)
    wave = cycles(25.0, torus=False)
    assert difference(*series(wave + along).halves()).startswith("the mean of")
    assert difference(*series(wave * (1 + 0.4 * along)).halves()).startswith("the ")
    late = torch.cat((cycles(25.0, torus=False)[:750], cycles(28.0, torus=False)[:750]))
    assert difference(*series(late).halves()).startswith("the pace of")
    # Half of what is tolerated is none, however certain.
    assert not difference(*series(wave + 0.1 * along).halves())
    assert not difference(*series(wave * (1 + 0.04 * along)).halves())


def test_parts_of_unlike_length_are_of_one_law() -> None:
    x = drawn(4_000, 2)
    assert not difference(
        series(x[:3_000]), series(x[3_000:]), Criteria(tolerance={"ratios": 0.2})
    )
    slow = x[3_000:].cumsum(0)
    assert difference(series(x[:3_000]), series(slow))


def test_the_mean_frequency_is_weighted_by_the_power_of_scaled_variables() -> None:
    t, dt = torch.arange(400.0).double(), 0.25

    def wave(cycles: int, size: float) -> Tensor:
        return size * (2 * torch.pi * cycles * t / 400 + 0.4).sin()

    x = torch.stack((7 + wave(10, 1.0) + wave(30, 2.0), 1e3 * wave(5, 1.0)), 1)
    length = 400 * dt
    # Of the first variable one part in five is at 10 and four at 30; the second counts alike.
    mean = ((0.2 * 10 + 0.8 * 30) + 5) / 2 / length
    assert mean_period(series(x, dt)) == pytest.approx(1 / mean, rel=1e-9)
    still = torch.cat((x, torch.full((400, 1), 3.0)), 1)
    assert mean_period(series(still, dt)) == pytest.approx(1 / mean, rel=1e-9)


@pytest.mark.parametrize("level", [0, 0.0, 0.5, 1e9, "estimate", "learned"])
def test_levels_of_noise_are_numbers_or_one_word(level: Any) -> None:
    check_noise(level)


@pytest.mark.parametrize("level", [-1e-9, math.inf, math.nan, "estimat", ""])
def test_other_levels_are_refused(level: Any) -> None:
    with pytest.raises(takens.InputError, match=r"judge\.noise is a number of at least 0"):
        check_noise(level)


def test_noise_that_was_learned_stands_for_the_word() -> None:
    assert as_learned("learned", {"noise": 0.25}) == 0.25
    assert as_learned("estimate", {"noise": 0.25}) == "estimate"
    assert as_learned(0.5, {}) == 0.5
    for found in ({}, {"noise": "little"}):
        with pytest.raises(takens.errors.ConfigurationError, match="this one has found none"):
            as_learned("learned", found)


def test_added_noise_is_in_standard_deviations_of_the_signal() -> None:
    clean = series(drawn(2, 20_000, 2) * torch.tensor([1.0, 30.0]))
    assert with_noise(clean, 0.0, clean) is clean
    noisy = with_noise(clean, 0.75, clean)
    added = (noisy.x - clean.x).reshape(-1, 2).std(0) / clean.x.reshape(-1, 2).std(0)
    # Of the truth, which has that noise in it: 0.75 of a signal of 1 / 1.25 of its spread.
    assert torch.allclose(added, torch.full((2,), 0.6).double(), rtol=0.02)
    assert torch.equal(with_noise(clean, 0.75, clean).x, noisy.x)
    assert not torch.equal(with_noise(clean, 0.75, clean, seed=1).x, noisy.x)


def test_noise_that_alternates_is_found_exactly() -> None:
    t = np.arange(2_000.0)
    x = 5 * t / 2_000 + 0.1 * (-1) ** t
    # Differences of order k of what alternates are 2^k as large, and order 2 gives the least.
    share = 0.01 * 16 / 6 / x.var()
    (found,) = noise_levels(x[:, None])
    assert found == pytest.approx(math.sqrt(share / (1 - share)), rel=1e-9)


def fast(square: float, samples: int = 6_000) -> np.ndarray[Any, Any]:
    """A slow wave of size 1, and one of size 0.3 whose differences grow by ``square``."""
    t = np.arange(float(samples))
    return np.sin(2 * np.pi * t / 200) + 0.3 * np.sin(2 * math.asin(square**0.5 / 2) * t)


@pytest.mark.parametrize("square", [3.0, 3.58, 3.7])
def test_an_estimate_that_goes_on_falling_is_of_the_signal(square: float) -> None:
    (found,) = noise_levels(fast(square)[:, None])
    estimates = [0.045 * square**k / math.comb(2 * k, k) for k in range(2, 13)]
    falls = estimates[-1] / estimates[-5]
    assert (falls < 0.75) is (square == 3.0)
    if square == 3.0:
        assert found is None
    else:
        share = min(estimates) / 0.545
        assert found == pytest.approx(math.sqrt(share / (1 - share)), rel=0.01)


def test_of_next_to_nothing_it_does_not_matter_how_much() -> None:
    # Falling, and below a ten-thousandth of the variance: known to be little.
    (found,) = noise_levels(fast(1.2)[:, None])
    assert found is not None
    assert found < 0.01
    for unit in (1e-3, 1e3):
        assert noise_levels(unit * fast(1.2)[:, None]) == [pytest.approx(found)]
        assert noise_levels(unit * fast(3.0)[:, None]) == [None]


def test_noise_is_told_of_fifty_samples_and_of_what_varies_smoothly() -> None:
    t = np.arange(49.0)[:, None]
    smooth = np.sin(t / 8)
    assert noise_levels(smooth)[0] is not None
    assert noise_levels(smooth[:48]) == [None]
    assert noise_levels(np.zeros((100, 1))) == [None]
    assert noise_levels(drawn(1_000, 1).numpy()) == [None]
    assert noise_levels(np.resize([1.0, -1.0], (500, 1))) == [None]


@pytest.mark.parametrize("level", [0.02, 0.1, 0.5])
def test_levels_of_noise_are_right_on_average(level: float) -> None:
    t = np.arange(3_000)
    signal = np.sqrt(2) * np.sin(2 * np.pi * t / 100)
    noise = level * drawn(40, 3_000).numpy()
    found = np.array([noise_levels((signal + each)[:, None])[0] for each in noise])
    assert float(found.mean()) == pytest.approx(level, rel=0.02)


def test_the_level_is_the_median_of_variables_and_trajectories() -> None:
    t = np.arange(3_000)
    signal = np.sqrt(2) * np.sin(2 * np.pi * t / 100)[:, None, None]
    levels = np.array([[0.01, 0.02, 0.03], [0.04, 0.05, 0.06]])
    x = signal + levels * drawn(3_000, 2, 3).numpy()
    x = np.moveaxis(x, 0, 1)
    each = sorted(level or 0.0 for part in x for level in noise_levels(part))
    assert noise_level(series(x)) == pytest.approx(statistics.median(each))
    assert noise_level(series(x)) == pytest.approx(0.035, rel=0.1)
    x[0, :, 0] = drawn(3_000, seed=4).numpy()
    assert noise_level(series(x)) == pytest.approx(statistics.median(each[1:]))


def test_copies_are_spoilt_by_what_their_names_say() -> None:
    t = torch.arange(103.0).double()
    shape = torch.stack((t.sin(), 3 + (0.7 * t).cos()), 1)
    x = torch.stack((shape, 2 * shape + 1))
    made = {name: one.x for name, one in spoilt(series(x)).items()}
    mean, spread = x.mean((0, 1)), x.reshape(-1, 2).std(0)
    assert torch.allclose(made["means off by 0.1 sd"], x + 0.1 * spread)
    assert torch.allclose(made["means off by 0.3 sd"], x + 0.3 * spread)
    assert torch.allclose(made["scales x 0.9"], mean + 0.9 * (x - mean))
    assert torch.allclose(made["time x 0.95"][:, ::20], x[:, ::19][:, :6], atol=1e-9)
    assert torch.allclose(made["time x 0.9"][:, ::10], x[:, ::9][:, :11], atol=1e-9)
    assert torch.equal(made["time reversed"], x.flip(1))
    at = 103 - 25
    assert torch.equal(made["rest for the last quarter"][:, :at], x[:, :at])
    assert torch.equal(
        made["rest for the last quarter"][:, at:], x[:, at : at + 1].expand(-1, 25, -1)
    )
    cycle = made["a closed cycle"]
    assert torch.equal(cycle[:, :34], x[:, :34])
    assert torch.equal(cycle[:, 34:], cycle[:, :-34])
    linear = made["a linear process"]
    assert linear.shape == x.shape
    assert not torch.allclose(linear, x, atol=0.1)
    assert all(one.shape == x.shape for one in made.values())


@attrs.define(eq=False)
class Seen:
    """A metric of records that remembers which it was given, by their mean level."""

    evidence: Any = MEANS
    given: list[tuple[list[int], list[int]]] = attrs.field(
        factory=list[tuple[list[int], list[int]]]
    )

    def compare_records(self, truth: Series, runs: Series, /) -> takens.Score:
        levels = [[round(float(x.mean())) for x in each.x] for each in (truth, runs)]
        self.given.append((levels[0], levels[1]))
        return takens.Score(value=1.0, details={"a": 1}, curves={})


@attrs.define(eq=False)
class Elsewhere(Seen):
    def starts(self, truth: Series, /) -> Any:
        raise AssertionError


@pytest.mark.parametrize(
    ("others", "held", "left"),
    [
        (1, [1], [1]),
        (2, [2], [1]),
        (3, [2, 3], [1]),
        (5, [2, 3, 4], [1, 5]),
        (10, [2, 3, 4], [1, 5, 6, 7, 8]),
    ],
)
def test_copies_are_made_of_segments_that_they_are_not_compared_with(
    others: int, held: list[int], left: list[int]
) -> None:
    x = 0.1 * drawn(others + 1, 60, 1) + torch.arange(others + 1.0)[:, None, None]
    segments = Segments(series(x[0]), series(x[1:]))
    known: list[str] = []
    metric = Seen()
    found = score_spoilt(Baselines.of(segments), {"seen": metric}, 1, known.append)
    truth, runs = metric.given[known.index("time reversed")]
    assert truth == [0, *left]
    assert runs == held
    assert list(found["seen"]) == known
    assert all(not score.details for score in found["seen"].values())


def test_only_what_needs_no_dynamics_is_scored_for_copies() -> None:
    x = drawn(4, 60, 1)
    segments = Segments(series(x[0]), series(x[1:]))
    shown = takens.plugin.Evidence("means")
    metrics: dict[str, Any] = {
        "seen": Seen(),
        "elsewhere": Elsewhere(),
        "shown": Seen(evidence=shown),
        "distance": Told(lambda _: 0.5),
        "forecast": Told(lambda _: 0.5, horizon=3),
        "broken": Told(lambda _: ValueError("no")),
        "speechless": Told(lambda _: 0.5, evidence=None),
    }
    metrics["speechless"] = _Silent()
    found = score_spoilt(Baselines.of(segments), metrics, 1, lambda _: None)
    assert {name for name, copies in found.items() if copies} == {"seen", "distance"}
    assert len(found["distance"]) == len(found["seen"]) == 9
    assert found["distance"]["time reversed"].value == 0.5


class _Silent:
    horizon = None

    def compare(self, reference: Series, generated: Series, /) -> takens.Score:
        return takens.Score(value=0.5)


@pytest.mark.parametrize(("known", "right"), [(True, True), (False, None)])
def test_where_the_data_never_start_they_do_not_say_what_is_right(
    known: bool, right: bool | None
) -> None:
    """From a part of a box around its attractor the true Henon map escapes."""
    henon = takens.systems.create("henon")
    series = takens.simulate(henon, dt=1, steps=3_000, seed=0)
    found = takens.judge(
        henon,
        series.between(500, 1_500),
        ["other_attractors"],
        second=series.between(1_700, 2_700),
        truth=henon if known else None,
        power=False,
    ).verdict.findings["other attractors"]
    assert found.right is right
    assert ("the data never start there" in found.sentence) is not known
