"""Signals between samples, and fields that they drive."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

import takens
from takens_systems import CubicSignal, Driven, HoldSignal, LinearSignal

KNOTS = torch.tensor([0.0, 1.0, 1.5, 3.0, 4.0], dtype=torch.float64)
ALL: list[Any] = [HoldSignal, LinearSignal, CubicSignal]


def samples() -> Tensor:
    return torch.stack((torch.sin(KNOTS), KNOTS**2), -1)


@pytest.mark.parametrize("kind", ALL)
def test_a_signal_passes_through_its_samples_and_stays_outside(kind: Any) -> None:
    signal = kind(KNOTS, samples())
    torch.testing.assert_close(signal(KNOTS), samples())
    torch.testing.assert_close(signal(KNOTS[2]), samples()[2])
    ends = signal(torch.tensor([-1.0, 9.0], dtype=torch.float64))
    torch.testing.assert_close(ends, samples()[[0, -1]])


def test_between_samples() -> None:
    t = torch.tensor([0.25, 1.3, 2.0, 3.7], dtype=torch.float64)
    torch.testing.assert_close(HoldSignal(KNOTS, samples())(t), samples()[[0, 1, 2, 3]])
    line = torch.stack((2 * KNOTS + 1, -KNOTS), -1)
    for kind in (LinearSignal, CubicSignal):
        wanted = torch.stack((2 * t + 1, -t), -1)
        torch.testing.assert_close(kind(KNOTS, line)(t), wanted)
    # Inside, the cubic reproduces parabolas, as its slopes are those of parabolas.
    torch.testing.assert_close(CubicSignal(KNOTS, samples())(t[1:3])[:, 1], t[1:3] ** 2)


def test_the_cubic_is_smooth_and_of_third_order() -> None:
    def error(n: int) -> float:
        knots = torch.linspace(0, 3, n + 1, dtype=torch.float64)
        t = torch.linspace(1, 2, 333, dtype=torch.float64)
        return float((CubicSignal(knots, knots.sin()[:, None])(t)[:, 0] - t.sin()).abs().max())

    assert error(30) / error(60) > 7
    signal = CubicSignal(KNOTS, samples())
    near = torch.tensor([1.5 - 1e-6, 1.5, 1.5 + 1e-6], dtype=torch.float64)
    before, after = signal(near).diff(dim=0)
    torch.testing.assert_close(before, after, rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("kind", ALL)
def test_gradients_go_to_the_values(kind: Any) -> None:
    t = torch.tensor([0.25, 1.3, 2.0, 3.7], dtype=torch.float64)
    assert gradcheck(lambda v: kind(KNOTS, v)(t), (samples().requires_grad_(),))
    both = torch.stack((samples(), -samples())).requires_grad_()
    assert gradcheck(lambda v: kind(KNOTS, v)(t[2]), (both,))


@pytest.mark.parametrize("kind", ALL)
def test_one_signal_for_each_sample_and_transforms(kind: Any) -> None:
    both = torch.stack((samples(), 2 * samples()))
    t = torch.tensor([0.25, 1.3], dtype=torch.float64)
    each = kind(KNOTS, both)(t)
    torch.testing.assert_close(each[1], kind(KNOTS, both[1])(t[1]))
    torch.testing.assert_close(kind(KNOTS, both)(t[0])[0], each[0])
    signal = kind(KNOTS, samples())
    torch.testing.assert_close(torch.func.vmap(signal)(t), signal(t))


@pytest.mark.parametrize("kind", ALL)
def test_a_driven_field_has_a_form_for_own_times(kind: Any) -> None:
    def pushed(t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
        return -x + t * u

    x = torch.randn(2, 2, dtype=torch.float64)
    t = torch.tensor([0.25, 1.3], dtype=torch.float64)
    for values in (samples(), torch.stack((samples(), -samples()))):
        field = Driven(pushed, kind(KNOTS, values))
        own = field.at_own_times(t, x)
        for i in range(2):
            torch.testing.assert_close(own[i], field(t[i], x)[i])


def test_what_is_no_signal_is_refused() -> None:
    with pytest.raises(takens.InputError, match="increase"):
        HoldSignal(KNOTS.flip(0), samples())
    with pytest.raises(takens.InputError, match=r"n = 5 times; got \(4, 2\)"):
        LinearSignal(KNOTS, samples()[:4])
    with pytest.raises(takens.InputError, match="at least two"):
        CubicSignal(KNOTS[:1], samples()[:1])
