"""Zero crossings, sample by sample."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import math
from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import Bosh3, Dop853, Dopri5, Event, Rodas4, Status, Tsit5
from takens_systems import HarmonicOscillator, Lorenz63

TS = torch.tensor([0.0, 3.0, 10.0], dtype=torch.float64)
X0 = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.0]], dtype=torch.float64)


def position(t: Tensor, x: Tensor, /) -> Tensor:
    return x[..., 0]


@pytest.mark.parametrize("method", [Bosh3, Dopri5, Tsit5, Dop853, Rodas4])
def test_crossings_are_found_with_their_direction(method: Any) -> None:
    events = [Event(position, direction) for direction in (0, 1, -1)]
    tolerance = 1e-6 if method is Bosh3 else 1e-8
    got = method(rtol=tolerance, atol=tolerance).solve_with_statistics(
        HarmonicOscillator(), X0, TS, events=events
    )
    close = 100 * tolerance
    either, rising, falling = got.crossings
    pi = math.pi
    wanted = torch.tensor(
        [[pi / 2, 3 * pi / 2, 5 * pi / 2], [pi, 2 * pi, 3 * pi]], dtype=torch.float64
    )
    torch.testing.assert_close(either.t[:2], wanted, rtol=0.0, atol=close)
    torch.testing.assert_close(either.t[2], either.t[0], rtol=0.0, atol=close)
    assert either.count.tolist() == [3, 3, 3]
    assert rising.count.tolist() == [1, 1, 1]
    assert falling.count.tolist() == [2, 2, 2]
    torch.testing.assert_close(rising.t[0, 0], wanted[0, 1], rtol=0.0, atol=close)
    assert float(either.x[..., 0].abs().max()) < 1e-9
    # Where a sample has fewer, its last state fills up.
    short = Event(lambda t, x: x[..., 0] - 0.75)
    few = method().solve_with_statistics(HarmonicOscillator(), X0, TS, events=[short])
    assert few.crossings[0].count.tolist() == [3, 4, 0]
    assert torch.equal(few.crossings[0].x[2], few.x[2, -1].expand(4, 2))


def test_a_terminal_event_ends_its_sample_alone() -> None:
    stop = Event(lambda t, x: x[..., 0] - 0.75, direction=-1, terminal=True)
    count = Event(position)
    got = Dopri5(1e-9, 1e-9).solve_with_statistics(
        HarmonicOscillator(), X0, TS, events=[stop, count]
    )
    assert got.status.tolist() == [Status.EVENT, Status.EVENT, Status.DONE]
    ends = [math.acos(0.75), math.pi - math.asin(0.75), 10.0]
    assert got.time.tolist() == pytest.approx(ends, abs=1e-7)
    assert got.reached.tolist() == [1, 1, 3]
    torch.testing.assert_close(got.x[:2, -1, 0], torch.tensor([0.75, 0.75]).double())
    assert got.crossings[1].count.tolist() == [0, 0, 3]
    got.check()


def test_a_poincare_section_of_lorenz() -> None:
    section = Event(lambda t, x: x[..., 2] - 27.0, direction=-1)
    x0 = torch.tensor([[1.0, 1.0, 25.0], [-3.0, -4.0, 20.0]], dtype=torch.float64)
    ts = torch.tensor([0.0, 20.0], dtype=torch.float64)
    got = Dopri5().solve_with_statistics(Lorenz63(), x0, ts, events=[section])
    (crossings,) = got.crossings
    assert bool((crossings.count > 20).all())
    for i, n in enumerate(crossings.count.tolist()):
        x = crossings.x[i, :n]
        assert float((x[:, 2] - 27).abs().max()) < 1e-9
        assert bool((Lorenz63()(x.new_zeros(()), x)[:, 2] < 0).all())
        assert bool((crossings.t[i, :n].diff() > 0).all())


def test_backward_solves_have_events_too() -> None:
    ts = torch.tensor([0.0, -4.0], dtype=torch.float64)
    got = Dopri5(1e-9, 1e-9).solve_with_statistics(
        HarmonicOscillator(), X0[0], ts, events=[Event(position)]
    )
    assert got.crossings[0].t.tolist() == pytest.approx([-math.pi / 2], abs=1e-7)


def test_events_refuse_what_they_cannot_use() -> None:
    with pytest.raises(takens.InputError, match="direction is 1"):
        Event(position, 2)  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        takens.InputError, match=r"one number for each sample, \(3,\); got \(3, 2\)"
    ):
        Dopri5().solve_with_statistics(
            HarmonicOscillator(), X0, TS, events=[Event(lambda t, x: x)]
        )
