"""Adaptive methods under the transforms of torch.func, against autograd and loops."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

import takens
from takens_integrators import (
    RK4,
    Bosh3,
    Dop853,
    Dopri5,
    Event,
    IntegrationError,
    Rodas4,
    Tsit5,
)
from takens_systems import Driven, HarmonicOscillator, LinearSignal, VanDerPol

METHODS: list[Any] = [Bosh3, Dopri5, Tsit5, Dop853, Rodas4]
X0 = torch.tensor([[1.0, 0.3], [0.2, 0.4], [2.0, -1.0]], dtype=torch.float64)
MU = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
TS = torch.tensor([0.0, 0.4, 1.5], dtype=torch.float64)
ARGUMENTS = (X0[0], MU[0], TS)


def forced(mu: Tensor) -> takens.plugin.VectorField:
    """A field with a parameter that looks at its time."""

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        q, v = x.unbind(-1)
        return torch.stack((v, -mu * torch.sin(q) + mu * torch.cos(2 * t)), -1)

    return field


@pytest.fixture(params=METHODS, ids=lambda method: method.__name__)
def solver(request: pytest.FixtureRequest) -> Any:
    return request.param(rtol=1e-5, atol=1e-5)


@pytest.fixture(params=[VanDerPol, forced], ids=["system", "forced"])
def solve(request: pytest.FixtureRequest, solver: Any) -> Callable[..., Tensor]:
    return lambda x0, mu, ts=TS: solver.solve(request.param(mu), x0, ts)


def same(got: Tensor, wanted: Tensor) -> None:
    torch.testing.assert_close(got, wanted, rtol=1e-9, atol=1e-9)


def test_vmap_is_a_loop_over_samples(solve: Callable[..., Tensor]) -> None:
    same(vmap(lambda x: solve(x, MU[0]))(X0), solve(X0, MU[0]))
    same(vmap(lambda mu: solve(X0, mu))(MU), torch.stack([solve(X0, mu) for mu in MU]))
    rows = torch.stack((TS, 2 * TS, -TS))
    each = [solve(*one) for one in zip(X0, MU, rows, strict=True)]
    same(vmap(solve)(X0, MU, rows), torch.stack(each))
    twice = vmap(vmap(solve, (0, None)), (None, 0))(X0, MU)
    same(twice, torch.stack([solve(X0, mu) for mu in MU]))


@pytest.mark.parametrize("which", range(3), ids=["state", "parameter", "times"])
def test_derivatives_of_all_modes_agree_with_autograd(
    solve: Callable[..., Tensor], which: int
) -> None:
    def by(value: Tensor) -> Tensor:
        return solve(*ARGUMENTS[:which], value, *ARGUMENTS[which + 1 :])

    at = ARGUMENTS[which]
    jacobian: Any = torch.autograd.functional.jacobian(by, at)
    assert float(jacobian.abs().max()) > 0.1
    same(jacfwd(by)(at), jacobian)
    same(jacrev(by)(at), jacobian)
    along = torch.linspace(0.5, 2.0, at.numel(), dtype=at.dtype).reshape(at.shape)
    pushed = (jacobian.reshape(3, 2, -1) * along.flatten()).sum(-1)
    same(jvp(by, (at,), (along,))[1], pushed)
    same(grad(lambda value: by(value).sum())(at), jacobian.sum((0, 1)))


def test_transforms_of_transforms(solve: Callable[..., Tensor]) -> None:
    def last(mu: Tensor) -> Tensor:
        return solve(X0[0], mu).sum()

    wanted: Any = torch.autograd.functional.hessian(last, MU[0])
    for second in (hessian(last), jacfwd(jacfwd(last)), jacrev(jacrev(last))):
        torch.testing.assert_close(second(MU[0]), wanted, rtol=1e-7, atol=1e-7)
    each = vmap(jacfwd(lambda x: solve(x, MU[0])))(X0)
    same(each, torch.stack([jacrev(lambda x: solve(x, MU[0]))(x) for x in X0]))


def test_events_and_paths_under_transforms(solver: Any) -> None:
    ts = torch.tensor([0.0, 12.0], dtype=torch.float64)

    def crossings(x0: Tensor, mu: Tensor) -> Tensor:
        event = Event(lambda t, x: x[..., 0] - 0.1 * torch.cos(t), direction=-1)
        got = solver.solve_with_statistics(VanDerPol(mu), x0, ts, events=[event])
        assert got.crossings[0].t.shape[-1] >= 2
        return got.crossings[0].t[..., :2]

    same(vmap(lambda x: crossings(x, MU[0]))(X0), crossings(X0, MU[0]))
    for which in (0, 1):
        forward, backward = (f(crossings, which)(X0[0], MU[0]) for f in (jacfwd, jacrev))
        assert float(forward.abs().min()) > 1e-3
        same(forward, backward)

    def between(x0: Tensor) -> Tensor:
        return solver.path(VanDerPol(), x0, 0.0, 1.5)(TS)

    same(vmap(between)(X0), between(X0))
    wanted = jacrev(lambda x: solver.solve(VanDerPol(), x, TS))(X0[0])
    torch.testing.assert_close(jacfwd(between)(X0[0]), wanted, rtol=1e-3, atol=1e-3)
    same(jacrev(between)(X0[0]), jacfwd(between)(X0[0]))


def test_signals_under_vmap() -> None:
    knots = torch.linspace(0, 2, 5, dtype=torch.float64)
    values = torch.sin(3 * knots).unsqueeze(-1)

    def solve(values: Tensor) -> Tensor:
        def pushed(t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
            return HarmonicOscillator()(t, x) + torch.cat((torch.zeros_like(u), u), -1)

        return Dopri5().solve(Driven(pushed, LinearSignal(knots, values)), X0, TS)

    both = vmap(solve)(torch.stack((values, 2 * values)))
    same(both, torch.stack((solve(values), solve(2 * values))))
    same(jacrev(solve)(values), jacfwd(solve)(values))


@pytest.mark.parametrize("solver", [RK4(400), Dopri5(1e-10, 1e-10)])
def test_autograd_goes_through_a_long_solve_inside_vmap(solver: Any) -> None:
    # Long enough for segments, which must not be recomputed after the transform has ended.
    ts = torch.tensor([0.0, 20.0], dtype=torch.float64)
    x0 = X0.clone().requires_grad_()
    inside = vmap(lambda x: solver.solve(VanDerPol(), x, ts))(x0).sum()
    whole = solver.solve(VanDerPol(), x0, ts).sum()
    (got,), (wanted,) = (torch.autograd.grad(loss, x0) for loss in (inside, whole))
    torch.testing.assert_close(got, wanted, rtol=1e-8, atol=1e-8)


def test_a_sample_that_fails_under_vmap_is_named() -> None:
    x0 = torch.tensor([[0.01], [0.5]], dtype=torch.float64)
    ts = torch.tensor([0.0, 3.0], dtype=torch.float64)
    with pytest.raises(IntegrationError, match=r"Sample 1 stopped at t = (2|1\.99\d*) "):
        vmap(lambda x: Dopri5().solve(lambda t, y: y * y, x, ts))(x0)


@pytest.mark.parametrize("solver", [RK4(9, "adjoint"), Dopri5(gradient="adjoint")])
def test_the_adjoint_refuses_transforms(solver: Any) -> None:
    def solve(x: Tensor) -> Tensor:
        return solver.solve(VanDerPol(), x, TS)

    for transformed in (vmap(solve), jacfwd(solve), grad(lambda x: solve(x).sum())):
        with pytest.raises(takens.InputError, match=r"torch\.func.*gradient='direct'"):
            transformed(X0)
