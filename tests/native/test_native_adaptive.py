"""Compiled adaptive solves: accurate, each sample on its own, with the right gradients."""

# pyright: basic

import warnings
from typing import Any

import attrs
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

import takens
from takens_integrators.methods.dop853 import TABLEAU as DOP853
from takens_integrators.methods.dopri5 import TABLEAU as DOPRI5

from .fields import HEUN_EULER, Lorenz, Network, fields, solved, van_der_pol

METHODS = [DOPRI5, DOP853, HEUN_EULER]


def solve(native, f, method, x0, ts, tolerance=1e-9, **more):
    controller = takens.backend.StepController(rtol=tolerance, atol=tolerance, **more)
    request = takens.backend.AdaptiveSolve(
        field=f, method=method, x0=x0, ts=ts, controller=controller
    )
    answer = solved(native, request)
    assert isinstance(answer, takens.backend.Solution), answer
    return answer


def start(d, batch, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return torch.rand((*batch, d), generator=generator, dtype=dtype) + 0.5


def truth(f, x0, ts):
    def plain(t, x):
        return f(torch.tensor(t), torch.from_numpy(x)).numpy()

    span = (float(ts[0]), float(ts[-1]))
    found = solve_ivp(plain, span, x0.numpy(), "DOP853", ts.numpy(), rtol=1e-12, atol=1e-12)
    return torch.from_numpy(found.y.T)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize("name", ["lorenz", "van_der_pol", "driven"])
def test_states_at_all_times_are_accurate(native, name, method):
    f, d = fields(torch.float64)[name]
    ts = torch.linspace(0, 2, 37, dtype=torch.float64)
    x0 = start(d, (3,))
    tolerance = 1e-6 if method is HEUN_EULER else 1e-9
    for times in (ts, 0.2 - ts / 10):
        answer = solve(native, f, method, x0, times, tolerance=tolerance)
        assert answer.status.tolist() == [1, 1, 1]
        assert answer.reached.tolist() == [37, 37, 37]
        for i in range(3):
            gap = (answer.x[i] - truth(f, x0[i], times)).abs().max()
            scale = 1 + answer.x[i].abs().max()
            assert gap < 3e4 * tolerance * scale


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_an_answer_does_not_depend_on_its_batch(native, method):
    ts, x0 = torch.linspace(0, 3, 10, dtype=torch.float64), start(2, (50,))
    x0[7] *= 5
    together = solve(native, van_der_pol, method, x0, ts, tolerance=1e-6)
    for i in (0, 7, 16, 49):
        alone = solve(native, van_der_pol, method, x0[i], ts, tolerance=1e-6)
        assert int(alone.steps) == int(together.steps[i])
        assert int(alone.rejected) == int(together.rejected[i])
        torch.testing.assert_close(alone.x, together.x[i], rtol=1e-9, atol=1e-9)


def test_single_precision(native):
    ts, x0 = torch.linspace(0, 2, 9, dtype=torch.float64), start(2, (40,), torch.float32)
    answer = solve(native, van_der_pol, DOPRI5, x0, ts, tolerance=1e-5)
    double = solve(native, van_der_pol, DOPRI5, x0.double(), ts, tolerance=1e-9)
    assert answer.x.dtype == torch.float32
    torch.testing.assert_close(answer.x.double(), double.x, rtol=2e-3, atol=2e-3)


def test_times_of_each_sample_and_shapes(native):
    x0 = start(2, (4, 5))
    ts = torch.linspace(0, 1, 6, dtype=torch.float64) * torch.arange(1, 21).view(4, 5, 1)
    answer = solve(native, van_der_pol, DOPRI5, x0, ts)
    assert answer.x.shape == (4, 5, 6, 2)
    assert answer.status.shape == (4, 5)
    one = solve(native, van_der_pol, DOPRI5, x0[2, 3], ts[2, 3])
    torch.testing.assert_close(answer.x[2, 3], one.x, rtol=1e-8, atol=1e-8)


def test_steps_that_run_out_leave_the_good_part(native):
    ts = torch.linspace(0, 10, 101, dtype=torch.float64)
    answer = solve(native, Lorenz(), DOPRI5, start(3, (2,)), ts, max_steps=80)
    full = solve(native, Lorenz(), DOPRI5, start(3, (2,)), ts)
    assert answer.status.tolist() == [3, 3]
    for i in range(2):
        n = int(answer.reached[i])
        assert 1 < n < 101
        assert float(answer.time[i]) < 10
        torch.testing.assert_close(answer.x[i, :n], full.x[i, :n])
        assert bool((answer.x[i, n:] == answer.x[i, -1]).all())


def test_a_field_that_explodes_underflows(native):
    def explosive(t, x):
        return x * x

    x0 = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    answer = solve(native, explosive, DOPRI5, x0, torch.tensor([0.0, 2.0]).double())
    assert int(answer.status[0]) in (4, 5)
    assert 0.99 < float(answer.time[0]) <= 1.001
    assert int(answer.status[1]) == 1


def test_a_field_that_is_not_finite_says_so(native):
    def broken(t, x):
        return torch.sqrt(0.5 - t) * x

    answer = solve(native, broken, DOPRI5, start(2, (3,)), torch.tensor([0.0, 1.0]).double())
    assert answer.status.tolist() == [5, 5, 5]
    assert float(answer.time[0]) <= 0.5


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_gradients_are_those_of_the_steps_taken(native, method):
    """Finite differences with the steps held still: at loose tolerance nothing else agrees."""
    ts = torch.linspace(0, 1.5, 8, dtype=torch.float64)
    x0 = start(2, (20,)).requires_grad_()
    mu = torch.tensor(1.2, dtype=torch.float64, requires_grad=True)

    def field(t, x):
        a, b = x.unbind(-1)
        return torch.stack((b, mu * (1 - a * a) * b - a + torch.sin(t)), -1)

    weight = torch.linspace(-1, 1, 20 * 8 * 2, dtype=torch.float64).view(20, 8, 2)
    tolerance = 1e-7 if method is HEUN_EULER else 1e-12
    answer = solve(native, field, method, x0, ts, tolerance=tolerance)
    ours = torch.autograd.grad((answer.x * weight).sum(), (x0, mu))

    def loss(x0, shift):
        with torch.no_grad():
            mu.add_(shift)
            out = solve(native, field, method, x0, ts, tolerance=tolerance).x
            mu.sub_(shift)
        return float((out * weight).sum())

    size = 1e-3 if method is HEUN_EULER else 1e-5
    there = torch.zeros_like(x0)
    there[13, 1] = size
    x0 = x0.detach()
    accuracy = 3e-3 if method is HEUN_EULER else 1e-6
    measured = (loss(x0 + there, 0) - loss(x0 - there, 0)) / (2 * size)
    assert float(ours[0][13, 1]) == pytest.approx(measured, rel=accuracy)
    measured = (loss(x0, size) - loss(x0, -size)) / (2 * size)
    assert float(ours[1]) == pytest.approx(measured, rel=accuracy)


def test_gradients_agree_with_autograd_through_the_same_steps(native):
    """One step of given length is a fixed step, whose gradient autograd knows."""
    f, x0 = Network().double(), start(3, (17,)).requires_grad_()
    ts = torch.tensor([0.0, 0.3], dtype=torch.float64)
    loose = takens.backend.StepController(rtol=0.0, atol=1e30, first_step=0.3)
    request = takens.backend.AdaptiveSolve(
        field=f, method=DOPRI5, x0=x0, ts=ts, controller=loose
    )
    wanted = (x0, *f.parameters())
    ours = torch.autograd.grad(solved(native, request).x.square().sum(), wanted)
    from .fields import eager

    plain = attrs.evolve(DOPRI5, error=(), dense=())
    theirs = torch.autograd.grad(eager(f, plain, x0, ts).square().sum(), wanted)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-11)


def test_many_steps_are_kept_for_the_gradient(native):
    ts = torch.tensor([0.0, 20.0], dtype=torch.float64)
    x0 = start(2, (3,)).requires_grad_()
    answer = solve(native, van_der_pol, HEUN_EULER, x0, ts, tolerance=1e-5)
    assert int(answer.steps.min()) > 200
    (gradient,) = torch.autograd.grad(answer.x.sum(), x0)
    assert bool(gradient.isfinite().all())
    assert not bool((gradient == 0).any())


def _robertson(t: Tensor, y: Tensor, /) -> Tensor:
    a, b, c = y.unbind(-1)
    p, q, r = 0.04 * a, 1e4 * b * c, 3e7 * b * b
    return torch.stack((q - p, p - q - r, r), -1)


def _fast(t: Tensor, y: Tensor, /) -> Tensor:
    return -1e9 * (y - torch.cos(y))


def _undefined(t: Tensor, y: Tensor, /) -> Tensor:
    return torch.sqrt(-1.0 - y * y)


@pytest.mark.parametrize("field", [_robertson, _fast, _undefined])
@pytest.mark.parametrize("name", ["dopri5", "bosh3"])
def test_the_first_comparison_of_a_stiff_field_is_no_false_alarm(name: str, field: Any) -> None:
    solver = takens.integrators.get({"name": name, "max_steps": 300})
    start = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    ends = torch.tensor([0.0, 0.4], dtype=torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solver.solve_with_statistics(field, start, ends)  # pyright: ignore
    assert "native" in takens.explain(field)
    assert "declined" not in takens.explain(field)
