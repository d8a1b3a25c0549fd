"""What becomes of runs: alive, at rest, on a cycle, gone."""

import math

import pytest
import torch
from torch import Tensor

import takens
from takens_metrics import Stability

from .test_effects import lorenz, records

NOISE = torch.Generator().manual_seed(0)


def noisy(x: Tensor) -> Tensor:
    return x + 0.05 * x.std((0, 1)) * torch.randn(x.shape, generator=NOISE, dtype=x.dtype)


def judged(truth: Tensor, runs: Tensor) -> takens.Score:
    return Stability().compare_records(records(truth), records(runs))


@pytest.fixture(scope="module")
def truth() -> Tensor:
    return lorenz(1, 10_000)


@pytest.fixture(scope="module")
def runs() -> Tensor:
    return lorenz(40, 10_000, seed=1)


def torus(count: int, samples: int, seed: int = 0) -> Tensor:
    phases = 6 * torch.rand(2, count, 1, generator=torch.Generator().manual_seed(seed)).double()
    first = torch.arange(samples) * 2 * math.pi / 75 + phases[0]
    second = 2**0.5 * torch.arange(samples) * 2 * math.pi / 75 + phases[1]
    x = (first.sin() + second.sin(), first.cos() + second.cos(), second.sin())
    return torch.stack(x, -1)


def test_runs_of_the_truth_stay_alive(truth: Tensor, runs: Tensor) -> None:
    score = judged(truth, runs)
    assert (score.value, score.trials, score.reference) == (0.0, 40, 0.0)
    assert (score.remark, score.error_unit) == ("do not stay alive", "free runs")
    assert judged(noisy(truth), runs).value == 0.0


@pytest.mark.parametrize("length", [500, 3_000, 5_980])
@pytest.mark.parametrize("noise", [False, True])
def test_cycles_are_found_in_every_run(
    truth: Tensor, runs: Tensor, length: int, noise: bool
) -> None:
    closed = runs[:, :length].repeat(1, 10_000 // length + 1, 1)[:, :10_000]
    score = judged(noisy(truth) if noise else truth, closed)
    assert score.value == 1.0
    assert score.remark == f"end on a cycle of {length / 100:.3g} time units"


def test_a_cycle_between_samples_is_found(truth: Tensor) -> None:
    t = torch.arange(10_000).double() * 2 * math.pi / 81.37
    circle = torch.stack((8 * t.sin(), 8 * (t - 0.3).sin(), 25 + 8 * t.cos()), -1)[None]
    score = judged(truth, circle)
    assert score.value == 1.0
    assert score.remark.startswith("end on a cycle")


@pytest.mark.parametrize("noise", [False, True])
def test_rest_is_found_in_every_run(truth: Tensor, runs: Tensor, noise: bool) -> None:
    for last in (400, 150):
        still = runs.clone()
        still[:, -last:] = torch.tensor([8.4853, 8.4853, 27.0]).double()
        score = judged(noisy(truth) if noise else truth, still)
        assert score.value == 1.0
        assert score.remark == "come to rest at (8.49, 8.49, 27)"


def test_each_fate_is_named_with_its_share(truth: Tensor, runs: Tensor) -> None:
    x = runs.clone()
    x[:3, 5_000:] = torch.tensor([-8.4853, -8.4853, 27.0]).double()
    x[3:5, 5_000:] = torch.tensor([8.4853, 8.4853, 27.0]).double()
    x[5, 5_000] = 200.0
    x[6, 5_000:] = 1e12
    x[7, 5_000:] = math.nan
    score = judged(truth, x)
    assert score.value == 8 / 40
    assert score.remark == (
        "do not stay alive: 3 come to rest at (-8.49, -8.49, 27), 2 come to rest at "
        "(8.49, 8.49, 27), 2 diverge, 1 in other ways"
    )
    assert [each["share"] for each in score.details["endings"]] == [0.075, 0.05, 0.025, 0.05]


@pytest.mark.parametrize("noise", [False, True])
def test_what_the_truth_does_itself_is_no_fault(noise: bool) -> None:
    x = takens.simulate("van_der_pol", dt=0.1, steps=6_000, trajectories=9).x
    tori = torus(200, 6_000)
    for every in (x, tori):
        truth = noisy(every[:1]) if noise else every[:1]
        assert judged(truth, every[1:]).value == 0.0


def test_a_cycle_beside_a_cycle_is_no_fault_however_exactly_it_closes() -> None:
    t = torch.arange(8_000).double()
    circle = torch.stack(((t * math.pi / 40).sin(), (t * math.pi / 40).cos()), -1)[None]
    nearly = circle * (1 + 0.05 * (-t / 4_000).exp()[:, None])
    assert judged(nearly, circle).value == 0.0


def test_a_model_that_locks_on_a_torus_is_found() -> None:
    truth = torus(1, 10_000)
    t = torch.arange(10_000) * 2 * math.pi / 75
    x = (t.sin() + (1.5 * t).sin(), t.cos() + (1.5 * t).cos(), (1.5 * t).sin())
    assert judged(truth, torch.stack(x, -1)[None]).value == 1.0


def test_maps_are_judged_by_the_sample() -> None:
    x = takens.simulate("henon", steps=3_000, trajectories=41).x
    assert judged(x[:1], x[1:]).value == 0.0
    assert judged(noisy(x[:1]), x[1:]).value == 0.0
    still = x[1:].clone()
    still[:, -50:] = still[:, -50:-49]
    cycle = x[1:, :7].repeat(1, 500, 1)[:, :3_000]
    for broken in (still, cycle):
        assert judged(x[:1], broken).value == 1.0
        assert judged(noisy(x[:1]), broken).value == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dt", "samples"),
    [("lorenz63", 0.01, 2_000), ("lorenz63", 0.01, 10_000), ("rossler", 0.08, 10_000)],
)
def test_at_most_one_run_of_a_thousand_is_called_dead(
    name: str, dt: float, samples: int
) -> None:
    x = takens.simulate(
        name, dt=dt, steps=samples, trajectories=1_001, transient=3_000, seed=3
    ).x
    for truth in (x[:1], noisy(x[:1])):
        assert (judged(truth, x[1:]).value or 0.0) <= 0.001


def test_short_runs_are_judged_as_far_as_they_go(truth: Tensor) -> None:
    score = judged(truth[:, :60], truth[:, :60] + 1.0)
    assert score.value == 0.0
