"""Effects of a size that people read, and the errors of these."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.signal import lfilter
from scipy.stats import t as student
from torch import Tensor

import takens
from takens_metrics import MeanShift, ScaleRatio, TimeAsymmetry, TimeScaleRatio
from takens_metrics.effects.block_errors import compare_blocks, cut, pieces

Array = npt.NDArray[np.float64]
EFFECTS: dict[str, Any] = {
    "mean_shift": MeanShift(),
    "scale_ratio": ScaleRatio(),
    "time_scale_ratio": TimeScaleRatio(),
    "time_asymmetry": TimeAsymmetry(),
}
every_effect = pytest.mark.parametrize("metric", EFFECTS.values(), ids=EFFECTS.keys())


def records(x: Any, dt: float = 0.01) -> takens.TimeSeries:
    x = torch.as_tensor(x, dtype=torch.float64)
    finite = takens.TimeSeries(torch.arange(x.shape[1]).double() * dt, x.nan_to_num(0.0))
    # What a run holds from where it diverged is not finite.
    object.__setattr__(finite, "x", x)
    return finite


def lorenz(count: int, samples: int, seed: int = 0, **parameters: float) -> Tensor:
    system = takens.systems.create("lorenz63", **parameters)
    return takens.simulate(system, dt=0.01, steps=samples, trajectories=count, seed=seed).x


def noise_with_memory(draws: int, samples: int, memory: float = 0.9) -> Array:
    white = np.random.default_rng(0).normal(size=(draws, samples + 200, 1))
    return np.asarray(lfilter([math.sqrt(1 - memory**2)], [1, -memory], white, axis=1))[:, 200:]


def interval(score: takens.Score, name: str) -> tuple[float, float]:
    """Return the two-sided interval of 95 %."""
    part = score.parts[name]
    errors = [part.error or 0.0, part.reference_error or 0.0]
    over = [score.error_over or 2, score.reference_over or 2]
    total = math.hypot(*errors)
    freedom = total**4 / sum(e**4 / (n - 1) for e, n in zip(errors, over, strict=True))
    half = float(student.ppf(0.975, freedom)) * total
    return part.value - half, part.value + half


def coverage(metric: Any, x: Tensor, known: float, runs: int = 6) -> dict[str, float]:
    """Return how many intervals hold what is known, each record once the truth."""
    held: dict[str, list[bool]] = {}
    for i in range(len(x)):
        score = metric.compare_records(records(x[i : i + 1]), records(x.roll(-i - 1, 0)[:runs]))
        for name in score.parts:
            low, high = interval(score, name)
            held.setdefault(name, []).append(low <= known <= high)
    return {name: float(np.mean(each)) for name, each in held.items() if len(each) > len(x) / 2}


# Blocks


def test_many_records_are_blocks_and_few_are_cut() -> None:
    assert pieces(6, 1_000, 10) == 1
    assert pieces(1, 1_000, 10) == 10
    assert pieces(1, 10_000, 10) == 16
    assert pieces(2, 10_000, 10) == 8
    assert pieces(1, 1_000, 50) == 8
    assert pieces(1, 1_000, 100) == 5
    assert pieces(1, 1_000, 200) == 1
    assert cut(torch.arange(20.0).reshape(2, 10, 1), 3).shape == (6, 3, 1)


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    x, y = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0)).double()
    found = compare_blocks(x, y, lambda of_truth, of_runs: of_runs - of_truth)
    assert found.error is not None
    assert found.reference_error is not None
    torch.testing.assert_close(found.error, y.std(0) / 3)
    torch.testing.assert_close(found.reference_error, x.std(0) / 3)
    assert compare_blocks(x[:1], y, lambda a, b: b - a).reference_error is None


@pytest.mark.parametrize("metric", [MeanShift(), ScaleRatio()], ids=["means", "scales"])
def test_intervals_cover_what_is_known_of_noise_with_memory(metric: Any) -> None:
    x = torch.from_numpy(noise_with_memory(400, 1_500))
    share = coverage(metric, x, 0.0 if isinstance(metric, MeanShift) else 1.0)["x1"]
    assert 0.90 <= share <= 0.98


def test_times_between_maxima_of_what_oscillates_regularly_are_known_well() -> None:
    # The phase is off by noise, but never drifts: all times but the outermost cancel.
    t = torch.arange(1_500).double() * 2 * math.pi / 50
    noise = torch.from_numpy(noise_with_memory(80, 1_500, 0.95)[..., 0])
    x = torch.cos(t + 0.3 * noise).unsqueeze(-1)
    metric = TimeScaleRatio()
    scores = [metric.compare_records(records(x[i : i + 1]), records(x[60:])) for i in range(60)]
    values = np.array([score.value for score in scores])
    intervals = (interval(score, "x1, time between maxima") for score in scores)
    held = [low <= 1 <= high for low, high in intervals]
    assert np.mean(held) >= 0.95
    assert values.std() < 0.0025, "three times as much where times across blocks are left out"


@pytest.mark.slow
@pytest.mark.parametrize("samples", [2_000, 10_000])
@pytest.mark.parametrize("name", ["time_scale_ratio", "time_asymmetry"])
def test_intervals_cover_what_is_known_of_the_rossler_system(name: str, samples: int) -> None:
    metric = EFFECTS[name]
    x = takens.simulate("rossler", dt=0.08, steps=samples, trajectories=100, seed=5).x
    held: list[bool] = []
    for i in range(len(x)):
        score = metric.compare_records(records(x[i : i + 1]), records(x.roll(-i - 1, 0)[:8]))
        intervals = (interval(score, part) for part in score.parts)
        held += [low <= score.reference <= high for low, high in intervals]
    assert np.mean(held) >= 0.92


@pytest.mark.slow
def test_few_records_seem_to_have_a_clear_asymmetry_by_luck() -> None:
    truth, runs = lorenz(60, 2_000), lorenz(16, 2_000, seed=1)
    found = [TimeAsymmetry().compare_records(records(x[None]), records(runs)) for x in truth]
    assert sum(score.reference == 1.0 for score in found) <= 3


@pytest.mark.slow
@every_effect
def test_intervals_cover_what_is_known_of_the_lorenz_system(metric: Any) -> None:
    found = coverage(metric, lorenz(400, 10_000), 0.0 if isinstance(metric, MeanShift) else 1.0)
    # The variance of x and y is that about a mean that few records tell: errors are large.
    assert all(0.90 <= share <= 1.0 for share in found.values()), found
    assert min(found.values()) <= 0.98


# Effects


def test_every_effect_is_found_where_it_is_large() -> None:
    truth, runs = lorenz(1, 10_000), lorenz(8, 10_000, seed=1)
    mean, deviation = truth.mean((0, 1)), truth.std((0, 1))
    shifted = MeanShift().compare_records(
        records(truth), records(runs + deviation * torch.tensor([0, 0, 0.3]))
    )
    assert shifted.value == pytest.approx(0.3, abs=0.03)
    assert shifted.parts["x3"].value == shifted.value
    scaled = ScaleRatio().compare_records(records(truth), records((runs - mean) * 0.8 + mean))
    assert scaled.value == pytest.approx(0.8, abs=0.03)
    slower = TimeScaleRatio().compare_records(
        records(truth), records(runs.repeat_interleave(2, 1)[:, :10_000])
    )
    assert slower.value == pytest.approx(2.0, rel=0.03)
    reversed_ = TimeAsymmetry().compare_records(records(truth), records(runs.flip(1)))
    assert reversed_.value == pytest.approx(-1, abs=0.15)


@every_effect
def test_the_truth_has_no_effect_and_small_errors(metric: Any) -> None:
    truth, runs = lorenz(1, 10_000), lorenz(8, 10_000, seed=1)
    score = metric.compare_records(records(truth), records(runs))
    assert abs(score.value - score.reference) < 4 * math.hypot(
        score.error, score.reference_error
    )
    assert (score.error_over, score.error_unit, score.scale) == (8, "free runs", 1.0)
    assert score.reference_over in range(8, 17)
    assert score.evidence is None
    same = metric.compare_records(records(truth), records(truth))
    assert same.value == pytest.approx(same.reference, abs=1e-2)


def test_five_percent_of_time_is_resolved_in_ten_thousand_samples() -> None:
    score = TimeScaleRatio().compare_records(
        records(lorenz(1, 10_000)), records(lorenz(8, 10_000, seed=1))
    )
    assert math.hypot(score.error or 1, score.reference_error or 1) < 0.05 / 3
    assert list(score.parts) == ["x3, time between maxima"]


def test_time_scales_hold_under_noise_of_the_truth() -> None:
    truth, runs = lorenz(8, 10_000), lorenz(8, 10_000, seed=1)
    noisy = truth + 0.05 * truth.std((0, 1)) * torch.randn(
        truth.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )
    for metric in (TimeScaleRatio(), TimeAsymmetry()):
        score = metric.compare_records(records(noisy), records(runs))
        assert score.value == pytest.approx(1.0, abs=0.02)


def test_memory_is_the_time_scale_where_maxima_tell_less() -> None:
    t = torch.arange(20_000).double() * 0.05
    # Regular, under noise that has many maxima of its own.
    noise = torch.from_numpy(0.5 * noise_with_memory(8, 20_000)[..., 0])
    slow, fast = (torch.sin(w * t + torch.arange(8)[:, None]) + noise for w in (1.0, 1.1))
    score = TimeScaleRatio().compare_records(records(slow[..., None]), records(fast[..., None]))
    assert list(score.parts) == ["x1, memory"]
    assert score.value == pytest.approx(1 / 1.1, rel=0.02)


def test_where_the_truth_is_symmetric_in_time_asymmetry_is_a_difference() -> None:
    t = torch.arange(10_000).double() * 0.1
    phases = torch.arange(8)[:, None].double()
    torus = torch.stack((torch.sin(t + phases), torch.sin(2**0.5 * t + phases)), -1)
    same = TimeAsymmetry().compare_records(records(torus), records(torus.flip(1)))
    assert same.reference == 0.0
    assert abs(same.value or 1.0) < 0.01
    assert set(same.parts) == {"x1 and x1", "x1 and x2", "x2 and x2", "x2 and x1"}
    # Of whole periods nothing is left but rounding, which is no unit to measure in.
    circle = (2 * math.pi / 64 * torch.arange(10_000).double())[None, :, None].sin()
    assert TimeAsymmetry().compare_records(records(circle), records(circle)).reference == 0.0
    # Rises slowly and falls at once.
    saw = (t + phases).remainder(2 * math.pi)[..., None].expand(-1, -1, 2)
    other = TimeAsymmetry().compare_records(records(torus), records(saw))
    assert abs(other.value or 0.0) > 0.1


# What they are given


@every_effect
def test_runs_that_diverged_do_not_count(metric: Any) -> None:
    truth, runs = lorenz(1, 4_000), lorenz(8, 4_000, seed=1)
    gone = torch.cat((runs, runs[:2]))
    gone[8:, 1_000:] = math.nan
    found, expected = (metric.compare_records(records(truth), records(x)) for x in (gone, runs))
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    gone[:, 1_000:] = math.nan
    none = metric.compare_records(records(truth), records(gone))
    assert none.value is None
    assert none.reason == "all 10 free runs diverged"


@every_effect
@pytest.mark.parametrize("run", [lambda x: 0 * x, lambda x: 1e9 * x, lambda x: 0 * x + 7])
def test_strange_runs_have_finite_scores(metric: Any, run: Callable[[Tensor], Tensor]) -> None:
    score = metric.compare_records(records(lorenz(1, 4_000)), records(run(lorenz(3, 4_000))))
    assert math.isfinite(score.value)
    # What does not depend on the scale is right at any.
    large = float(run(torch.ones(()))) == 1e9
    if not large or not type(metric).__name__.startswith("Time"):
        assert abs(score.value - score.reference) > 0.5


@every_effect
def test_what_does_not_fit_is_refused(metric: Any) -> None:
    x = lorenz(2, 100)
    with pytest.raises(takens.errors.DataError, match="same variables"):
        metric.compare_records(records(x), records(x[..., :2]))
    with pytest.raises(takens.errors.DataError, match="at least 16 samples"):
        metric.compare_records(records(x), records(x[:, :15]))
    x[..., 1] = 0.1
    with pytest.raises(takens.errors.DataError, match="'x2' is 0"):
        metric.compare_records(records(x), records(x))
