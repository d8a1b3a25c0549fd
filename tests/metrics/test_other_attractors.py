"""Where runs end that start in a box around the data."""

from typing import final

import pytest
import torch
from torch import Tensor

import takens
from takens_metrics import OtherAttractors

from .test_effects import lorenz, records

FOCUS = (8.4853, 8.4853, 27.0)


@final
class Stabilised:
    """Lorenz's system with one of its foci made stable."""

    dim = 3
    time = takens.plugin.Time.CONTINUOUS

    def initial(self) -> tuple[float, ...]:
        return (1.0, 1.0, 25.0)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        a, b, c = x.unbind(-1)
        flow = torch.stack((10 * (b - a), a * (28 - c) - b, a * b - 8 / 3 * c), -1)
        off = torch.stack([x[..., i] - at for i, at in enumerate(FOCUS)], -1)
        near = (-off.square().sum(-1, keepdim=True) / 8).exp()
        return flow - 2 * near * off


def judged(
    metric: OtherAttractors, truth: Tensor, system: takens.plugin.System
) -> takens.Score:
    starts = metric.starts(records(truth))
    steps = starts.transient + starts.steps
    x = takens.simulate(system, dt=0.01, steps=steps, initial=starts.x).x
    return metric.compare_records(records(truth), records(x[:, starts.transient :]))


def test_starts_fill_the_box_and_are_always_the_same() -> None:
    truth = records(lorenz(2, 3_000))
    metric = OtherAttractors()
    starts = metric.starts(truth)
    again = metric.starts(truth)
    assert torch.equal(starts.x, again.x)
    mean, deviation = truth.x.mean((0, 1)), truth.x.std((0, 1))
    off = (starts.x - mean).abs() / deviation
    assert starts.x.shape == (2_000, 3)
    assert 3.9 < float(off.min(0).values.max() + off.max()) < 4.1
    assert starts.transient < starts.steps < 5_001


def test_the_work_is_bounded() -> None:
    slow = torch.sin(torch.arange(40_000) * 2 * torch.pi / 2_000).double()
    starts = OtherAttractors().starts(records(slow[None, :, None].expand(-1, -1, 5)))
    assert starts.x.shape == (200, 5)
    assert starts.steps == pytest.approx(60_000, rel=0.05)


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_true_system_ends_on_the_data(noise: float) -> None:
    truth = lorenz(1, 10_000)
    truth = truth + noise * truth.std((0, 1)) * torch.randn(
        truth.shape, generator=torch.Generator().manual_seed(0), dtype=truth.dtype
    )
    score = judged(OtherAttractors(), truth, takens.systems.create("lorenz63"))
    assert (score.trials, score.reference, score.error_unit) == (2_000, 0.0, "starts")
    assert (score.value or 0.0) <= 0.003


def test_a_focus_that_is_stable_beside_chaos_is_named() -> None:
    score = judged(OtherAttractors(500), lorenz(1, 10_000), Stabilised())
    assert 0.15 < (score.value or 0.0) < 0.6
    first, *_ = score.details["endings"]
    assert first["what"] == "come to rest"
    assert first["at"] == pytest.approx(FOCUS, rel=1e-3)
    assert "come to rest at (8.49, 8.49, 27)" in score.remark


def test_fixed_points_that_coexist_with_chaos_are_found() -> None:
    system = takens.systems.create("lorenz63", rho=24.2)
    truth = takens.simulate(system, dt=0.01, steps=10_000).x[None]
    score = judged(OtherAttractors(500), truth, system)
    assert 0.15 < (score.value or 0.0) < 0.5


def test_one_lobe_another_cycle_and_other_places_are_told_apart() -> None:
    truth = lorenz(1, 10_000)
    runs = lorenz(6, 4_000, seed=1)
    lobe = runs[:1].clone()
    lobe[..., :2] = lobe[..., :2].abs()
    t = torch.arange(4_000) * 0.05
    cycle = torch.stack((8 * t.sin(), 8 * t.sin(), 25 + 8 * t.cos()), -1)[None].double()
    away = runs[1:2] + torch.tensor([0.0, 0.0, 30.0])
    x = torch.cat((lobe, cycle, away, runs[2:]))
    score = OtherAttractors().compare_records(records(truth), records(x))
    assert score.value == 3 / 7
    assert {each["what"]: each["count"] for each in score.details["endings"]} == {
        "end on a cycle of 1.26 time units": 1,
        "stay away from all data": 1,
        "stay on one part of the data": 1,
    }
