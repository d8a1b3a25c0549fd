"""The measured order of every method is the one that it claims."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import math

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import (
    RK4,
    RK38,
    Euler,
    Heun,
    Leapfrog,
    Midpoint,
    TorchDiffEq,
    solve_fixed,
)
from takens_integrators.adaptive.dense import interpolate
from takens_integrators.methods.bosh3 import TABLEAU as BOSH3
from takens_integrators.methods.dop853 import TABLEAU as DOP853
from takens_integrators.methods.dopri5 import TABLEAU as DOPRI5
from takens_integrators.methods.rodas4 import METHOD as RODAS4
from takens_integrators.methods.rosenbrock import linearised
from takens_integrators.methods.tsit5 import TABLEAU as TSIT5
from takens_integrators.runge_kutta import ExplicitMethod
from takens_systems import HarmonicOscillator

FIXED: list[takens.plugin.Stepper] = [Euler(), Midpoint(), Heun(), RK4(), RK38()]
PAIRS: list[takens.plugin.Tableau] = [BOSH3, DOPRI5, TSIT5, DOP853]


def logistic(t: Tensor, x: Tensor, /) -> Tensor:
    """A nonlinear field that looks at its time."""
    return torch.cos(t) * x * (1 - x)


def solution(t: float) -> float:
    return 1 / (1 + math.exp(-math.sin(t)))


def state(t: float) -> Tensor:
    return torch.tensor([solution(t)], dtype=torch.float64)


def error(
    integrator: takens.plugin.Integrator, steps: int, start: float = 0.3, end: float = 2.0
) -> float:
    ts = torch.linspace(start, end, steps + 1, dtype=torch.float64)
    return abs(float(integrator.solve(logistic, state(start), ts)[-1, 0]) - solution(end))


def name(value: object) -> str:
    return getattr(value, "name", type(value).__name__)


@pytest.mark.parametrize("stepper", FIXED, ids=name)
def test_global_error_falls_with_the_claimed_order(stepper: takens.plugin.Stepper) -> None:
    order = math.log2(error(stepper, 200) / error(stepper, 400))
    assert order == pytest.approx(stepper.order, abs=0.1)


@pytest.mark.parametrize("stepper", FIXED, ids=name)
def test_local_error_falls_with_one_order_more(stepper: takens.plugin.Stepper) -> None:
    def local(h: float) -> float:
        return error(stepper, 1, 0.5, 0.5 + h)

    # Long enough for order 4 to stay clear of rounding.
    h = 0.005 if stepper.order < 3 else 0.04
    assert math.log2(local(h) / local(h / 2)) == pytest.approx(stepper.order + 1, abs=0.1)


def kepler(t: Tensor, x: Tensor, /) -> Tensor:
    """Two bodies in a plane: nonlinear enough to need every condition of order 8."""
    q, v = x[..., :2], x[..., 2:]
    return torch.cat((v, -q / (q * q).sum(-1, keepdim=True) ** 1.5), -1)


def orbit(t: float, e: float = 0.1) -> Tensor:
    """Return the closed solution of eccentricity `e`, by Kepler's equation."""
    angle = t
    for _ in range(50):
        angle -= (angle - e * math.sin(angle) - t) / (1 - e * math.cos(angle))
    s, d = math.sqrt(1 - e * e), 1 - e * math.cos(angle)
    q = (math.cos(angle) - e, s * math.sin(angle))
    return torch.tensor(
        (*q, -math.sin(angle) / d, s * math.cos(angle) / d), dtype=torch.float64
    )


# Rounding leaves order 8 only steps that are long enough to show some of order 9.
@pytest.mark.parametrize(
    ("tableau", "n", "margin"),
    [(BOSH3, 400, 0.1), (DOPRI5, 250, 0.1), (TSIT5, 200, 0.1), (DOP853, 16, 0.2)],
)
def test_pairs_have_their_order_too(
    tableau: takens.plugin.Tableau, n: int, margin: float
) -> None:
    def error(n: int) -> float:
        ts = torch.linspace(0.4, 3.4, n + 1, dtype=torch.float64)
        return float((solve_fixed(tableau, kepler, orbit(0.4), ts)[-1] - orbit(3.4)).norm())

    m = n + n // 4
    order = math.log(error(n) / error(m)) / math.log(m / n)
    assert order == pytest.approx(tableau.order, abs=margin)


@pytest.mark.parametrize("tableau", PAIRS, ids=name)
def test_a_tableau_is_consistent(tableau: takens.plugin.Tableau) -> None:
    for c, row in zip(tableau.c, tableau.a, strict=True):
        assert sum(row) == pytest.approx(c, abs=1e-14)
    assert sum(tableau.b) == pytest.approx(1)
    assert tableau.first_same_as_last
    for row in tableau.error:
        assert sum(row) == pytest.approx(0, abs=1e-14)
    ends = [sum(polynomial) for polynomial in tableau.dense]
    assert ends[: tableau.stages] == pytest.approx(tableau.b, abs=1e-12)
    assert ends[tableau.stages :] == pytest.approx([0] * len(ends[tableau.stages :]), abs=1e-12)


@pytest.mark.parametrize(
    ("tableau", "dense", "h"),
    [(BOSH3, 4, 0.02), (DOPRI5, 5, 0.02), (TSIT5, 5, 0.02), (DOP853, 8, 0.1)],
)
def test_estimates_and_dense_output_have_their_order(
    tableau: takens.plugin.Tableau, dense: int, h: float
) -> None:
    def local(h: float) -> tuple[float, float]:
        t, dt = torch.tensor(0.7, dtype=torch.float64), torch.tensor(h, dtype=torch.float64)
        method, x = ExplicitMethod(tableau), orbit(0.7, 0.3)
        trial = method.step(kepler, t, x, dt, None)
        pieces = method.increments(kepler, t, x, dt, trial.stages)
        weights = torch.tensor(method.dense, dtype=torch.float64)
        middle = interpolate(x, pieces, weights, torch.tensor(0.4, dtype=torch.float64))
        size = float(trial.errors[0].norm())
        if len(trial.errors) > 1:
            size = size**2 / math.hypot(size, 0.1 * float(trial.errors[1].norm()))
        return size, float((middle - orbit(0.7 + 0.4 * h, 0.3)).norm())

    (e1, d1), (e2, d2) = local(h), local(h / 2)
    assert math.log2(e1 / e2) == pytest.approx(tableau.order, abs=0.1)
    assert math.log2(d1 / d2) == pytest.approx(dense, abs=0.3)


def test_rodas4_has_order_four_where_the_field_looks_at_its_time() -> None:
    def end(n: int) -> float:
        method = linearised(RODAS4, logistic, logistic, sees_time=True)
        x, dt = state(0.3), torch.tensor(1.7 / n, dtype=torch.float64)
        for i in range(n):
            t = torch.tensor(0.3, dtype=torch.float64) + i * dt
            x = method.step(logistic, t, x, dt, None).x
        return abs(float(x) - solution(2.0))

    assert math.log2(end(40) / end(80)) == pytest.approx(4, abs=0.1)


def test_leapfrog_has_order_two_and_keeps_the_energy() -> None:
    system = HarmonicOscillator(2.0)
    x0 = torch.tensor([1.0, 0.0], dtype=torch.float64)

    def end(n: int) -> float:
        ts = torch.linspace(0, 3, n + 1, dtype=torch.float64)
        return abs(float(Leapfrog().solve(system, x0, ts)[-1, 0]) - math.cos(6.0))

    assert math.log2(end(100) / end(200)) == pytest.approx(2, abs=0.1)
    ts = torch.arange(5000, dtype=torch.float64) * 0.1
    energy = system.energy(Leapfrog().solve(system, x0, ts))
    early, late = energy[:2500], energy[2500:]
    assert float(energy.max() / energy.min()) < 1.02
    assert float(late.mean() / early.mean()) == pytest.approx(1, abs=1e-4)


def test_leapfrog_is_reversible() -> None:
    ts = torch.linspace(0, 3, 31, dtype=torch.float64)
    x0 = torch.tensor([1.0, 0.2], dtype=torch.float64)
    xs = Leapfrog(substeps=3).solve(HarmonicOscillator(), x0, ts)
    back = Leapfrog(substeps=3).solve(HarmonicOscillator(), xs[-1], ts.flip(0))
    torch.testing.assert_close(back.flip(0), xs, rtol=1e-13, atol=1e-13)


def test_substeps_are_steps_between_the_saved_times() -> None:
    x0 = torch.tensor([[0.2], [0.5]], dtype=torch.float64)
    fine = RK4().solve(logistic, x0, torch.linspace(0, 2, 41, dtype=torch.float64))
    coarse = RK4(substeps=4).solve(logistic, x0, torch.linspace(0, 2, 11, dtype=torch.float64))
    torch.testing.assert_close(coarse, fine[:, ::4], rtol=1e-13, atol=1e-13)


def test_step_is_what_solve_repeats() -> None:
    ts = torch.linspace(0, 1, 4, dtype=torch.float64)
    x = x0 = torch.tensor([[0.2], [0.5]], dtype=torch.float64)
    for stepper in FIXED:
        x = x0
        for i in range(3):
            x = stepper.step(logistic, ts[i], x, ts[i + 1] - ts[i])
        torch.testing.assert_close(x, stepper.solve(logistic, x0, ts)[:, -1])


def test_the_torchdiffeq_adapter_agrees_with_the_closed_solution() -> None:
    assert error(TorchDiffEq(rtol=1e-9, atol=1e-9), 7) < 1e-8
    assert error(TorchDiffEq("rk4"), 50) == pytest.approx(error(RK38(), 50), rel=1e-6)
