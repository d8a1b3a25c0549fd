"""Gradients: through the steps, by the adjoint equation, and by finite differences."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import functools
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import takens
from takens_integrators import (
    RK4,
    RK38,
    Bosh3,
    Dop853,
    Dopri5,
    Euler,
    Event,
    Heun,
    Leapfrog,
    Midpoint,
    Rodas4,
    SciPy,
    TorchDiffEq,
    Tsit5,
)
from takens_integrators.gradients import checkpointing
from takens_systems import Driven, HarmonicOscillator, LinearSignal, Lorenz63, VanDerPol

ALL: list[Any] = [
    *(method(substeps=2) for method in (Euler, Midpoint, Heun, RK4, RK38, Leapfrog)),
    *(method(rtol=1e-7, atol=1e-7) for method in (Dopri5, Tsit5, Dop853)),
    Bosh3(rtol=1e-5, atol=1e-5),
]
SLOW = pytest.param(Rodas4(rtol=1e-5, atol=1e-5), marks=pytest.mark.slow)
ADJOINT: list[Any] = [
    *(method(substeps=100, gradient="adjoint") for method in (RK4, RK38)),
    *(method(substeps=500, gradient="adjoint") for method in (Midpoint, Heun)),
    *(
        method(rtol=1e-9, atol=1e-9, gradient="adjoint")
        for method in (Bosh3, Dopri5, Tsit5, Dop853)
    ),
    TorchDiffEq(rtol=1e-9, atol=1e-9, gradient="adjoint"),
]


def name(value: object) -> str:
    return type(value).__name__


def inputs() -> tuple[Tensor, Tensor, Tensor]:
    x0 = torch.tensor([[1.0, 0.3], [0.2, 0.4]], dtype=torch.float64, requires_grad=True)
    ts = torch.tensor([0.0, 0.4, 0.7, 1.5], dtype=torch.float64, requires_grad=True)
    mu = torch.tensor(1.2, dtype=torch.float64, requires_grad=True)
    return x0, ts, mu


def forced(mu: Tensor) -> takens.plugin.VectorField:
    """A field with parameters that looks at its time."""

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        q, v = x.unbind(-1)
        return torch.stack((v, -mu * torch.sin(q) + mu * torch.cos(2 * t)), -1)

    return field


@pytest.mark.parametrize("solver", [*ALL, SLOW], ids=name)
@pytest.mark.parametrize("make", [VanDerPol, forced], ids=["system", "forced"])
def test_direct_gradients_are_exact_to_second_order(
    solver: Any, make: Callable[[Tensor], takens.plugin.VectorField]
) -> None:
    def solve(x0: Tensor, ts: Tensor, mu: Tensor) -> Tensor:
        return solver.solve(make(mu), x0, ts)

    # Finite differences see the choice of the steps, which the gradient leaves out: they
    # agree to about the tolerance. Fixed steps agree to rounding.
    loose = getattr(solver, "rtol", 0.0)
    atol = 1e-6 + 20 * loose
    assert gradcheck(solve, inputs(), atol=atol, rtol=1e-4, fast_mode=True)
    assert gradgradcheck(solve, inputs(), atol=10 * atol, rtol=1e-2, fast_mode=True)


@pytest.mark.parametrize(
    "solver", [RK4(substeps=5), Dopri5(), Rodas4(rtol=1e-2, atol=1e-2)], ids=name
)
def test_recomputed_segments_change_no_gradient(
    solver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gradients() -> list[Tensor]:
        x0, ts, mu = inputs()
        loss = solver.solve(VanDerPol(mu), x0, ts).square().sum()
        first = torch.autograd.grad(loss, (x0, ts, mu), create_graph=True)
        second = torch.autograd.grad(first[2], (x0, ts, mu))
        return [*first, *second]

    whole = gradients()
    monkeypatch.setattr(checkpointing, "_KEPT_WHOLE", 1)
    torch.testing.assert_close(gradients(), whole, rtol=1e-12, atol=1e-12)


class Memory(TorchDispatchMode):
    """Counts the bytes of all tensors that are alive, and the most there ever were."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.known: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        for x in tree_leaves(out):
            if isinstance(x, Tensor) and x.untyped_storage().data_ptr() not in self.known:
                self._watch(x.untyped_storage())
        return out

    def _watch(self, storage: Any) -> None:
        place, size = storage.data_ptr(), storage.nbytes()

        def gone() -> None:
            self.known.discard(place)
            self.now -= size

        weakref.finalize(storage, gone)
        self.known.add(place)
        self.now += size
        self.peak = max(self.peak, self.now)


def test_direct_memory_grows_like_the_square_root_of_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def peak(steps: int) -> int:
        rho = torch.tensor(28.0, dtype=torch.float64, requires_grad=True)
        x0 = torch.ones(30, 3, dtype=torch.float64)
        ts = torch.tensor([0.0, 0.001 * steps], dtype=torch.float64)
        with Memory() as memory:
            xs = Euler(substeps=steps, backend="eager").solve(Lorenz63(rho=rho), x0, ts)
            xs.sum().backward()
        return memory.peak

    monkeypatch.setattr(checkpointing, "_KEPT_WHOLE", 1)
    assert peak(900) == pytest.approx(3 * peak(100), rel=0.15)
    # Without checkpointing, memory would grow like the number of steps.
    monkeypatch.setattr(checkpointing, "_KEPT_WHOLE", 1000)
    assert peak(900) == pytest.approx(9 * peak(100), rel=0.15)


@functools.cache
def gradients(
    make: Callable[[Tensor], takens.plugin.VectorField], solver: Any
) -> tuple[Tensor, ...]:
    x0, ts, mu = inputs()
    loss = (solver.solve(make(mu), x0, ts) ** 2).sum() * 1e-6
    return torch.autograd.grad(loss, (x0, ts, mu))


@pytest.mark.parametrize("solver", ADJOINT, ids=name)
@pytest.mark.parametrize("make", [VanDerPol, forced], ids=["system", "forced"])
def test_the_adjoint_agrees_with_the_direct_gradient(
    solver: Any, make: Callable[[Tensor], takens.plugin.VectorField]
) -> None:
    exact = gradients(make, Dop853(rtol=1e-12, atol=1e-12))
    for got, wanted in zip(gradients(make, solver), exact, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-10)


@pytest.mark.parametrize(
    ("solver", "error"),
    [
        (Euler(400, "adjoint"), 1e-3),
        *((method(50, "adjoint"), 1e-5) for method in (Midpoint, Heun)),
        *((method(10, "adjoint"), 1e-6) for method in (RK4, RK38)),
        *((method(1e-8, 1e-8, gradient="adjoint"), 1e-6) for method in (Bosh3, Dopri5)),
        *((method(1e-8, 1e-8, gradient="adjoint"), 1e-6) for method in (Tsit5, Dop853)),
        (TorchDiffEq(rtol=1e-8, atol=1e-8, gradient="adjoint"), 1e-6),
    ],
    ids=name,
)
def test_the_adjoint_passes_gradcheck(solver: Any, error: float) -> None:
    def solve(x0: Tensor, ts: Tensor, mu: Tensor) -> Tensor:
        return solver.solve(forced(mu), x0, ts)

    x0, _, mu = inputs()
    ts = torch.tensor([0.2, 0.4], dtype=torch.float64, requires_grad=True)
    # The gradient of the equation differs from that of the steps by what the steps leave out.
    assert gradcheck(solve, (x0, ts, mu), eps=1e-4, atol=error, rtol=0.0, fast_mode=True)


def swinging(mu: Tensor) -> takens.plugin.VectorField:
    """A field of positions and velocities that leapfrog is symplectic for."""

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        q, v = x.unbind(-1)
        return torch.stack((v + mu * v**3 / 9, -mu * torch.sin(q) + torch.cos(2 * mu * t)), -1)

    return field


def test_the_adjoint_of_leapfrog_is_the_gradient_of_its_steps() -> None:
    def gradients(substeps: int, gradient: Any) -> tuple[Tensor, ...]:
        x0, ts, mu = inputs()
        loss = Leapfrog(substeps, gradient).solve(swinging(mu), x0, ts).square().sum()
        return torch.autograd.grad(loss, (x0, mu, ts))

    direct, adjoint = gradients(7, "direct"), gradients(7, "adjoint")
    torch.testing.assert_close(adjoint[:2], direct[:2], rtol=1e-12, atol=1e-12)
    # That to the times is the continuous one, and as good as the steps are short.
    fine, exact = gradients(150, "adjoint")[2], gradients(150, "direct")[2]
    torch.testing.assert_close(fine, exact, rtol=1e-4, atol=1e-4)


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)).double()

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        return self.layers(x)


@pytest.mark.parametrize(
    "solver", [RK4(10, "adjoint"), Dopri5(1e-9, 1e-9, gradient="adjoint")], ids=name
)
def test_the_adjoint_reaches_every_weight_of_a_network(solver: Any) -> None:
    torch.manual_seed(0)
    network = Network()
    x0, ts, _ = inputs()
    weights = list(network.parameters())
    direct = Dopri5(1e-9, 1e-9).solve(network, x0, ts).square().sum()
    adjoint = solver.solve(network, x0, ts).square().sum()
    exact = torch.autograd.grad(direct, weights)
    for got, wanted in zip(torch.autograd.grad(adjoint, weights), exact, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("solver", [RK4(20, "adjoint"), Dopri5(gradient="adjoint")], ids=name)
def test_no_gradient_is_lost_in_silence(solver: Any) -> None:
    x0, ts, _ = inputs()
    leaf = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    exact = torch.autograd.grad(Dopri5().solve(VanDerPol(leaf.exp()), x0, ts).sum(), leaf)

    def inside(t: Tensor, x: Tensor, /) -> Tensor:
        return VanDerPol(leaf.exp())(t, x)

    computed = leaf.exp()

    def outside(t: Tensor, x: Tensor, /) -> Tensor:
        return VanDerPol(computed)(t, x)

    for field in (inside, VanDerPol(computed)):
        got = torch.autograd.grad(solver.solve(field, x0, ts).sum(), leaf, retain_graph=True)
        torch.testing.assert_close(got, exact, rtol=1e-4, atol=1e-4)
    with pytest.raises(takens.InputError, match=r"computed outside .*ExpBackward.*parameters="):
        solver.solve(outside, x0, ts)
    named = solver.solve(outside, x0, ts, parameters=[computed]).sum()
    torch.testing.assert_close(torch.autograd.grad(named, leaf), exact, rtol=1e-4, atol=1e-4)


def test_the_adjoint_refuses_a_second_derivative() -> None:
    x0, ts, mu = inputs()
    loss = Dopri5(gradient="adjoint").solve(VanDerPol(mu), x0, ts).sum()
    (first,) = torch.autograd.grad(loss, mu, create_graph=True)
    with pytest.raises(RuntimeError):
        torch.autograd.grad(first, mu)


def test_scipy_refuses_gradients() -> None:
    x0, ts, mu = inputs()
    for field, start in ((VanDerPol(mu), x0.detach()), (VanDerPol(), x0)):
        with pytest.raises(takens.InputError, match="no gradients"):
            SciPy().solve(field, start, ts.detach())
    with torch.no_grad():
        xs = SciPy(rtol=1e-9, atol=1e-9).solve(VanDerPol(mu), x0, ts)
        torch.testing.assert_close(xs, Dopri5(1e-9, 1e-9).solve(VanDerPol(mu), x0, ts))


@pytest.mark.parametrize("gradient", ["direct", "adjoint"])
def test_inputs_have_gradients(gradient: Any) -> None:
    knots = torch.linspace(0, 2, 5, dtype=torch.float64)
    x0 = torch.tensor([[1.0, 0.0], [0.5, 0.1]], dtype=torch.float64)
    ts = torch.tensor([0.0, 0.9, 2.0], dtype=torch.float64)

    def pushed(t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
        return HarmonicOscillator()(t, x) + torch.cat((torch.zeros_like(u), u), -1)

    def loss(values: Tensor, solver: Any) -> Tensor:
        field = Driven(pushed, LinearSignal(knots, values))
        return solver.solve(field, x0, ts)[..., 0].square().sum()

    generator = torch.Generator().manual_seed(0)
    for shape in ((5, 1), (2, 5, 1)):
        values = torch.randn(shape, generator=generator, dtype=torch.float64)
        leaf = values.clone().requires_grad_()
        (got,) = torch.autograd.grad(loss(leaf, Dopri5(1e-8, 1e-8, gradient=gradient)), leaf)
        step = torch.zeros_like(values)
        step.view(-1)[3] = 1e-4
        # Kinks make the steps jump, so that differences want tight tolerances.
        tight = Dop853(1e-12, 1e-12)
        wanted = (loss(values + step, tight) - loss(values - step, tight)) / 2e-4
        assert float(got.flatten()[3]) == pytest.approx(float(wanted), rel=1e-5)


def test_a_sample_that_fails_has_a_finite_gradient_up_to_there() -> None:
    scale = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    x0 = torch.tensor([[0.1], [0.5]], dtype=torch.float64)
    ts = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
    got = Dopri5().solve_with_statistics(lambda t, x: scale * x * x, x0, ts)
    (gradient,) = torch.autograd.grad(got.x[:, 1].sum(), scale)
    wanted = (x0**2 / (1 - x0) ** 2).sum()
    assert float(gradient) == pytest.approx(float(wanted), rel=1e-5)


def test_events_move_with_parameters_and_start() -> None:
    x0 = torch.tensor([[1.0, 0.3], [0.2, 0.4]], dtype=torch.float64, requires_grad=True)
    level = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    mu = torch.tensor(1.2, dtype=torch.float64, requires_grad=True)
    ts = torch.tensor([0.0, 12.0], dtype=torch.float64)

    def crossings(x0: Tensor, mu: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        event = Event(lambda t, x: x[..., 0] - level * torch.cos(t), direction=-1)
        solver = Dop853(1e-11, 1e-11)
        got = solver.solve_with_statistics(VanDerPol(mu), x0, ts, events=[event]).crossings[0]
        assert got.count.tolist() == [2, 2]
        return got.t, got.x

    assert gradcheck(crossings, (x0, mu, level), atol=1e-5, rtol=1e-4, fast_mode=True)
