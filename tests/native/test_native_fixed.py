"""Compiled solves with fixed steps give what eager torch gives, and its gradients."""

# pyright: basic

import pytest
import torch

import takens
from takens_native.solves import compiled_solve

from .fields import EULER, HEUN, RK4, Lorenz, Network, eager, fields, solved, van_der_pol

NAMES = list(fields(torch.float64))
TOLERANCE = {torch.float64: 1e-11, torch.float32: 2e-4}


def start(d, batch, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return torch.rand((*batch, d), generator=generator, dtype=dtype) + 0.5


def solve(native, f, method, x0, ts, substeps=1, **more):
    answer = solved(
        native,
        takens.backend.FixedStepSolve(
            field=f, method=method, x0=x0, ts=ts, substeps=substeps, **more
        ),
    )
    assert not isinstance(answer, takens.backend.Unsupported), answer
    return answer


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_fields_agree_with_eager(native, name, dtype):
    f, d = fields(dtype)[name]
    ts = torch.linspace(0.5, 0.8, 7, dtype=torch.float64)
    for batch in ((1,), (7,), (33,)):
        x0 = start(d, batch, dtype)
        with torch.no_grad():
            ours, theirs = solve(native, f, RK4, x0, ts), eager(f, RK4, x0, ts)
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("batch", [(), (1,), (7,), (16,), (33,), (1000,), (2, 5)], ids=str)
def test_batches_of_any_shape(native, batch):
    x0, ts = start(3, batch), torch.linspace(0, 0.2, 11, dtype=torch.float64)
    ours = solve(native, Lorenz(), RK4, x0, ts)
    assert ours.shape == (*batch, 11, 3)
    torch.testing.assert_close(ours, eager(Lorenz(), RK4, x0, ts), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("method", [EULER, HEUN, RK4], ids=lambda m: m.name)
def test_methods_substeps_and_uneven_times(native, method):
    ts = torch.tensor([0.0, 0.05, 0.2, 0.22], dtype=torch.float64)
    for times in (ts, -ts):
        ours = solve(native, van_der_pol, method, start(2, (5,)), times, 3)
        theirs = eager(van_der_pol, method, start(2, (5,)), times, 3)
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_times_of_each_sample(native):
    x0 = start(2, (18,))
    f = fields(torch.float64)["driven"][0]
    ts = torch.linspace(0, 0.5, 6, dtype=torch.float64) * torch.arange(1, 19)[:, None]
    ours = solve(native, f, RK4, x0, ts)
    theirs = torch.stack([eager(f, RK4, x0[i], ts[i]) for i in range(18)])
    torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-11)


def test_the_start_is_not_overwritten_nor_shared(native):
    for batch in (1, 20):
        x0, ts = start(3, (batch,)), torch.linspace(0, 1, 20, dtype=torch.float64)
        before = x0.clone()
        out = solve(native, Lorenz(), RK4, x0, ts)
        out.zero_()
        assert torch.equal(x0, before)


def test_a_start_that_is_not_contiguous(native):
    wide = start(10, (9,)).T[::3].T
    x0 = wide[:, :3]
    assert not x0.is_contiguous()
    ts = torch.linspace(0, 0.1, 5, dtype=torch.float64)
    torch.testing.assert_close(
        solve(native, Lorenz(), RK4, x0, ts), eager(Lorenz(), RK4, x0.contiguous(), ts)
    )


@pytest.fixture
def two_threads(monkeypatch):
    monkeypatch.setattr(compiled_solve, "_WORTH", 1)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_threads_change_nothing(native, two_threads):
    x0, ts = start(3, (4099,)).requires_grad_(), torch.linspace(0, 1, 60, dtype=torch.float64)
    rho = torch.tensor(28.0, dtype=torch.float64, requires_grad=True)
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        xs = solve(native, Lorenz(rho=rho), RK4, x0, ts)
        found.append((xs, *torch.autograd.grad(xs.square().sum(), (x0, rho))))
    (one, to_start, to_rho), (two, start_too, rho_too) = found
    assert torch.equal(one, two)
    assert torch.equal(to_start, start_too)
    # Sums over the parts of a batch are rounded in another order.
    torch.testing.assert_close(to_rho, rho_too, rtol=1e-10, atol=0.0)


def test_only_work_that_takes_a_while_is_shared(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    worth, parts_of = compiled_solve._WORTH, compiled_solve.parts_of
    assert parts_of(1000, 8, lambda: 1.9 * worth) == [(0, 1000)]
    assert parts_of(1000, 8, lambda: 2.1 * worth) == [(0, 496), (496, 1000)]
    assert parts_of(8, 8, lambda: 1e15) == [(0, 8)]


@pytest.mark.parametrize("substeps", [1, 3, 150])
@pytest.mark.parametrize("batch", [1, 19])
def test_gradients_are_those_of_autograd(native, batch, substeps):
    ts = torch.linspace(0, 0.3, 4, dtype=torch.float64)
    weight = torch.linspace(-1, 1, batch * 12, dtype=torch.float64).view(batch, 4, 3)
    grads = []
    for run in (lambda *a: solve(native, *a), eager):
        x0 = start(3, (batch,)).requires_grad_()
        p = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (10, 28, 8 / 3)]
        out = run(Lorenz(*p), RK4, x0, ts, substeps)
        grads.append(torch.autograd.grad((out * weight).sum(), (x0, *p)))
    for ours, theirs in zip(*grads, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_gradients_of_a_network(native, dtype):
    f, ts = Network().to(dtype), torch.linspace(0, 1, 6, dtype=torch.float64)
    x0 = start(3, (21,), dtype)
    ours = torch.autograd.grad(solve(native, f, RK4, x0, ts).square().sum(), [*f.parameters()])
    theirs = torch.autograd.grad(eager(f, RK4, x0, ts).square().sum(), [*f.parameters()])
    for mine, other in zip(ours, theirs, strict=True):
        scale = float(other.abs().max())
        tolerance = 1e-11 if dtype == torch.float64 else 1e-4
        torch.testing.assert_close(mine / scale, other / scale, rtol=0, atol=tolerance)


def test_gradcheck(native):
    ts = torch.linspace(0, 0.4, 4, dtype=torch.float64)

    def function(x0, sigma):
        return solve(native, Lorenz(sigma), RK4, x0, ts)

    sigma = torch.tensor(10.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, (start(3, (2,)).requires_grad_(), sigma))


def test_second_derivatives_come_from_eager(native):
    ts = torch.linspace(0, 0.2, 4, dtype=torch.float64)
    seconds = []
    for compiled in (True, False):
        x0 = start(3, (2,)).requires_grad_()

        def plain(x0=x0):
            return eager(Lorenz(), RK4, x0, ts)

        out = solve(native, Lorenz(), RK4, x0, ts, eager=plain) if compiled else plain()
        (first,) = torch.autograd.grad(out.square().sum(), x0, create_graph=True)
        seconds.append(torch.autograd.grad(first.square().sum(), x0)[0])
    torch.testing.assert_close(*seconds)


def test_values_that_overflow_are_seen(native):
    def explosive(t, x):
        return x * x

    x0, ts = torch.full((3, 1), 2.0), torch.linspace(0, 5, 50, dtype=torch.float64)
    out = solve(native, explosive, RK4, x0, ts)
    assert not bool(out[:, -1].isfinite().any())
    assert bool(out[:, 0].isfinite().all())
