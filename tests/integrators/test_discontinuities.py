"""Fields that jump at known times: steps end there."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

import takens
from takens_integrators import Bosh3, Dop853, Dopri5, Event, Rodas4, Tsit5
from takens_systems import CubicSignal, Driven, HoldSignal, LinearSignal

METHODS: list[Any] = [Bosh3, Dopri5, Tsit5, Dop853, Rodas4]
KNOTS = torch.linspace(0, 3, 7, dtype=torch.float64)
VALUES = torch.tensor([1.0, -1.0, 2.0, 0.0, 3.0, -2.0, 1.0], dtype=torch.float64)[:, None]
X0 = torch.tensor([[1.0], [0.5]], dtype=torch.float64)
TS = torch.tensor([0.0, 0.7, 2.5, 3.7], dtype=torch.float64)


def relaxing(t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
    return u - x


def held(x: Tensor, values: Tensor, end: float) -> Tensor:
    """Return the solution at ``end`` where the input is held between the knots."""
    edges = [*(k for k in KNOTS.tolist() if k < end), end]
    for u, start, stop in zip(values, edges[:-1], edges[1:], strict=False):
        x = u + (x - u) * math.exp(start - stop)
    return x


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tolerance", [1e-5, 1e-7])
def test_jumps_cost_neither_order_nor_steps(method: Any, tolerance: float) -> None:
    solver = method(rtol=tolerance, atol=tolerance)
    field = Driven(relaxing, HoldSignal(KNOTS, VALUES))
    got = solver.solve_with_statistics(field, X0, TS)
    wanted = torch.stack([held(X0, VALUES, float(t)) for t in TS], 1)
    torch.testing.assert_close(got.x, wanted, rtol=0.0, atol=3 * tolerance)
    # Found by trial and error, each of the seven jumps takes about nine rejections.
    assert int(got.rejected.max()) <= 7
    back = solver.solve(field, got.x[:, 2], TS[[2, 0]])[:, -1]
    torch.testing.assert_close(back, X0, rtol=0.0, atol=60 * tolerance)
    path = solver.path(field, X0, 0.0, 3.7)
    torch.testing.assert_close(path(TS), wanted, rtol=0.0, atol=10 * tolerance)


@pytest.mark.parametrize(
    ("method", "order", "loose", "tight"),
    [
        (Bosh3, 3, 1e-5, 1e-7),
        (Dopri5, 5, 1e-6, 1e-9),
        (Tsit5, 5, 1e-6, 1e-9),
        (Dop853, 8, 1e-6, 1e-10),
        (Rodas4, 4, 1e-5, 1e-8),
    ],
)
def test_jumps_leave_the_order_to_the_method(
    method: Any, order: int, loose: float, tight: float
) -> None:
    def pulled(t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
        return u * torch.cos(x) - 0.5 * x

    field = Driven(pulled, HoldSignal(KNOTS, VALUES))
    x0, ts = torch.tensor([0.3], dtype=torch.float64), TS[[0, -1]]
    exact = Dop853(1e-13, 1e-13).solve(field, x0, ts)[-1]

    def measured(field: takens.plugin.VectorField, tolerance: float) -> tuple[float, int]:
        got = method(tolerance, tolerance).solve_with_statistics(field, x0, ts)
        return float((got.x[-1] - exact).abs()), int(got.steps + got.rejected)

    (far, few), (near, many) = (measured(field, tolerance) for tolerance in (loose, tight))
    # Short first steps after each jump do not multiply, which shows as a higher order.
    assert math.log(far / near) / math.log(many / few) > order - 0.1
    unknown = measured(lambda t, x: field(t, x), tight)
    assert unknown[1] > 1.5 * many


@pytest.mark.parametrize("signal", [HoldSignal, LinearSignal, CubicSignal])
def test_a_solve_may_start_and_end_at_a_kink(signal: Any) -> None:
    field = Driven(relaxing, signal(KNOTS, VALUES))
    ts = torch.tensor([0.5, 2.0], dtype=torch.float64)
    solver = Dop853(1e-11, 1e-11)
    end = solver.solve(field, X0, ts)[:, -1]
    pieces = X0
    for start in (0.5, 1.0, 1.5):
        times = torch.tensor([start + 1e-12, start + 0.5 - 1e-12], dtype=torch.float64)
        pieces = solver.solve(field, pieces, times)[:, -1]
    torch.testing.assert_close(end, pieces, rtol=0.0, atol=1e-9)
    back = solver.solve(field, end, ts.flip(0))[:, -1]
    torch.testing.assert_close(back, X0, rtol=0.0, atol=1e-9)


def test_every_sample_stops_at_the_kinks_of_its_own_time() -> None:
    field = Driven(relaxing, HoldSignal(KNOTS, VALUES))
    rows = torch.stack((TS, TS + 0.3, 3.2 - TS))
    x0 = X0[:1].expand(3, 1)
    together = Dopri5().solve(field, x0, rows)
    for i in range(3):
        alone = Dopri5().solve(field, x0[i], rows[i])
        torch.testing.assert_close(together[i], alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("gradient", ["direct", "adjoint"])
def test_jumps_have_gradients(gradient: Any) -> None:
    solver = Dop853(1e-10, 1e-10, gradient=gradient)

    def solve(values: Tensor, x0: Tensor, ts: Tensor) -> Tensor:
        return solver.solve(Driven(relaxing, HoldSignal(KNOTS, values)), x0, ts)

    leaves = tuple(x.clone().requires_grad_() for x in (VALUES, X0, TS + 0.1))
    assert gradcheck(solve, leaves, atol=1e-5, rtol=1e-4)


def test_events_are_found_between_jumps() -> None:
    field = Driven(relaxing, HoldSignal(KNOTS, VALUES))
    crossing = Event(lambda t, x: x[..., 0] - 0.7)
    got = Dopri5(1e-10, 1e-10).solve_with_statistics(field, X0[:1], TS, events=[crossing])
    # From 1 the state stays at 1 for half a unit, then falls towards -1.
    assert float(got.crossings[0].t[0, 0]) == pytest.approx(0.5 + math.log(2 / 1.7), abs=1e-9)


def test_single_precision_sees_one_side_too() -> None:
    field = Driven(relaxing, HoldSignal(KNOTS, VALUES))
    got = Dopri5(1e-5, 1e-5).solve_with_statistics(field, X0.float(), TS)
    wanted = torch.stack([held(X0, VALUES, float(t)) for t in TS], 1)
    torch.testing.assert_close(got.x.double(), wanted, rtol=0.0, atol=5e-5)
    assert int(got.rejected.max()) <= 7
