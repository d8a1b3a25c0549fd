"""Steps that follow from tolerances, one by one for each sample."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import math
from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import (
    RK4,
    Bosh3,
    Dop853,
    Dopri5,
    IntegrationError,
    Leapfrog,
    Rodas4,
    Status,
    Tsit5,
)
from takens_systems import HarmonicOscillator, Henon, Lorenz63, VanDerPol

METHODS: list[Any] = [Bosh3, Dopri5, Tsit5, Dop853, Rodas4]


def name(value: type) -> str:
    return value.__name__


def forced(t: Tensor, x: Tensor, /) -> Tensor:
    """Have the solution `exp(sin t) x0`, and look at the time."""
    return torch.cos(t) * x


def tight(method: Any) -> float:
    """Return a tolerance that the order of the method makes affordable."""
    return {Bosh3: 1e-6, Rodas4: 1e-7}.get(method, 1e-9)


def times(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("method", METHODS, ids=name)
@pytest.mark.parametrize("tolerance", [1e-4, 1e-6])
def test_the_error_is_about_the_tolerance(method: Any, tolerance: float) -> None:
    x0 = torch.tensor([[1.0, 2.0], [0.1, -3.0], [5.0, 0.0]], dtype=torch.float64)
    ts = times(0.0, 0.01, 0.5, 0.7, 3.0, 7.5)
    xs = method(rtol=tolerance, atol=tolerance).solve(forced, x0, ts)
    wanted = x0.unsqueeze(1) * torch.exp(torch.sin(ts)).unsqueeze(-1)
    assert xs.shape == (3, 6, 2)
    assert float((xs - wanted).abs().max()) < 200 * tolerance
    assert torch.equal(xs[:, 0], x0)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_an_answer_does_not_depend_on_its_batch(method: Any) -> None:
    # A stiff sample beside mild ones: with a common step it would suffer or they would.
    mu = torch.tensor([1.0, 20.0, 0.2, 5.0], dtype=torch.float64)
    x0 = torch.tensor([[2.0, 0.0]] * 4, dtype=torch.float64)
    ts = torch.linspace(0, 12, 25, dtype=torch.float64)
    eager = method(backend="eager") if method is not Rodas4 else method()
    for solver, bound in ((eager, 1e-12), (method(), 1e-8)):
        together = solver.solve_with_statistics(VanDerPol(mu), x0, ts)
        for i in range(4):
            alone = solver.solve_with_statistics(VanDerPol(mu[i]), x0[i], ts)
            # One sample and many are compiled apart and round differently. A change of rtol by
            # 1e-10 of itself moves the stiff orbits by 1e-8, a hundredth of the tolerance.
            torch.testing.assert_close(together.x[i], alone.x, rtol=bound, atol=bound)
            assert int(together.steps[i]) == int(alone.steps)
            assert int(together.rejected[i]) == int(alone.rejected)
            assert int(together.evaluations[i]) == int(alone.evaluations)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_every_sample_may_have_its_own_times(method: Any) -> None:
    x0 = torch.tensor([[1.0, 2.0], [0.5, -1.0]], dtype=torch.float64)
    ts = torch.stack((times(0.0, 1.0, 4.0), times(3.0, 2.5, -1.0)))
    tolerance = tight(method)
    xs = method(rtol=tolerance, atol=tolerance).solve(forced, x0, ts)
    phase = torch.exp(torch.sin(ts) - torch.sin(ts[:, :1]))
    wanted = x0[:, None] * phase[..., None]
    torch.testing.assert_close(xs, wanted, rtol=100 * tolerance, atol=100 * tolerance)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_backward_undoes_forward(method: Any) -> None:
    x0 = torch.tensor([1.0, 0.3], dtype=torch.float64)
    ts = torch.linspace(0, 5, 11, dtype=torch.float64)
    tolerance = tight(method)
    solver = method(rtol=tolerance, atol=tolerance)
    there = solver.solve(VanDerPol(), x0, ts)
    back = solver.solve(VanDerPol(), there[-1], ts.flip(0))
    torch.testing.assert_close(back.flip(0), there, rtol=3e3 * tolerance, atol=3e3 * tolerance)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_a_path_is_the_solution_in_between(method: Any) -> None:
    x0 = torch.tensor([[1.0, 0.0], [0.0, 2.0]], dtype=torch.float64)
    tolerance = tight(method)
    path = method(rtol=tolerance, atol=tolerance).path(HarmonicOscillator(), x0, 0.0, 6.0)
    ts = torch.linspace(0, 6, 301, dtype=torch.float64)
    wanted = x0[:, :1] * torch.cos(ts) + x0[:, 1:] * torch.sin(ts)
    torch.testing.assert_close(path(ts)[..., 0], wanted, rtol=0.0, atol=100 * tolerance)
    torch.testing.assert_close(path(ts[[0, -1]]), path(ts)[:, [0, -1]])
    with pytest.raises(takens.InputError, match=r"from t = 0 to 6; got times from 7"):
        path(times(7.0))


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_more_leading_dimensions_and_none(method: Any) -> None:
    x0 = torch.randn(2, 3, 3, dtype=torch.float64) + torch.tensor([0.0, 0.0, 25.0])
    ts = times(0.0, 0.1, 0.3)
    xs = method().solve(Lorenz63(), x0, ts)
    assert xs.shape == (2, 3, 3, 3)
    one = method().solve(Lorenz63(), x0[1, 2], ts)
    torch.testing.assert_close(xs[1, 2], one, rtol=1e-11, atol=1e-11)
    assert method().solve(Lorenz63(), x0[:, :0], ts).shape == (2, 0, 3, 3)
    assert torch.equal(method().solve(Lorenz63(), x0, ts[:1]), x0.unsqueeze(-2))


def test_single_precision_keeps_its_dtype_and_has_a_floor_below_its_tolerances() -> None:
    x0 = torch.tensor([[2.0, 0.0], [1.0, 1.0]])
    ts = torch.linspace(0, 10, 5)
    strict = Dopri5(rtol=1e-14, atol=1e-14).solve_with_statistics(VanDerPol(), x0, ts)
    assert strict.x.dtype == torch.float32
    assert strict.status.tolist() == [Status.DONE] * 2
    assert int(strict.steps.max()) < 1000
    fine = Dopri5(rtol=1e-10, atol=1e-10).solve(VanDerPol(), x0.double(), ts)
    torch.testing.assert_close(strict.x.double(), fine, rtol=1e-4, atol=1e-4)


def test_statistics_count_what_happens() -> None:
    calls = 0

    def counted(t: Tensor, x: Tensor, /) -> Tensor:
        nonlocal calls
        calls += 1
        return Lorenz63()(t, x)

    x0 = torch.tensor([1.0, 1.0, 25.0], dtype=torch.float64)
    got = Dopri5(backend="eager").solve_with_statistics(counted, x0, times(0.0, 2.0))
    assert int(got.steps) > 20
    assert int(got.evaluations) == 2 + 6 * int(got.steps + got.rejected)
    # Two more to look at the field: whether it sees the time, and whether it has gradients.
    assert calls == int(got.evaluations) + 2


def test_max_steps_keeps_what_was_reached() -> None:
    x0 = torch.tensor([[2.0, 0.0], [2.0, 0.0]], dtype=torch.float64)
    mu = torch.tensor([1.0, 200.0], dtype=torch.float64)
    ts = torch.linspace(0, 20, 41, dtype=torch.float64)
    solver = Dopri5(max_steps=150)
    got = solver.solve_with_statistics(VanDerPol(mu), x0, ts)
    assert got.status.tolist() == [Status.DONE, Status.MAX_STEPS]
    n = int(got.reached[1])
    assert 0 < n < 41
    assert int(got.reached[0]) == 41
    assert float(ts[n - 1]) <= float(got.time[1]) < float(ts[n])
    exact = Dopri5(rtol=1e-9).solve(VanDerPol(mu[1]), x0[1], ts[:n])
    torch.testing.assert_close(got.x[1, :n], exact, rtol=1e-4, atol=1e-4)
    assert torch.equal(got.x[1, n:], got.x[1, -1].expand(41 - n, 2))
    with pytest.raises(IntegrationError, match=r"Sample 1 .*150 steps .*component \d.*rodas4"):
        solver.solve(VanDerPol(mu), x0, ts)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_a_state_that_blows_up_is_named_with_its_time(method: Any) -> None:
    def square(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.stack((-x[..., 0], x[..., 1] ** 2), -1)

    x0 = torch.tensor([[1.0, 0.1], [1.0, 0.5]], dtype=torch.float64)
    ts = times(0.0, 1.0, 3.0)
    got = method().solve_with_statistics(square, x0, ts)
    assert got.status[0] == Status.DONE
    assert Status(int(got.status[1])).failed
    assert int(got.reached[1]) == 2
    assert float(got.time[1]) == pytest.approx(2.0, abs=1e-3)
    assert bool(torch.isfinite(got.x).all())
    with pytest.raises(
        IntegrationError, match=r"Sample 1 stopped at t = (2|1\.99\d*) .*component 1"
    ):
        method().solve(square, x0, ts)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_a_field_that_gives_nan_is_named_with_its_time(method: Any) -> None:
    def root(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.stack((torch.ones_like(x[..., 0]), torch.sqrt(1.5 - x[..., 0])), -1)

    x0 = torch.zeros(2, dtype=torch.float64)
    with pytest.raises(
        IntegrationError, match=r"t = 1\.(5|49\d*) .*no finite value in component "
    ):
        method().solve(root, x0, times(0.0, 4.0))


def test_a_start_where_the_field_is_not_finite() -> None:
    def broken(t: Tensor, x: Tensor, /) -> Tensor:
        return x / 0

    with pytest.raises(IntegrationError, match="stopped at t = 0 "):
        Dopri5().solve(broken, torch.ones(1, dtype=torch.float64), times(0.0, 1.0))


def test_saving_more_times_changes_no_step() -> None:
    x0 = torch.tensor([1.0, 1.0, 25.0], dtype=torch.float64)
    few = Dopri5().solve_with_statistics(Lorenz63(), x0, times(0.0, 3.0))
    ts = torch.linspace(0, 3, 1000, dtype=torch.float64)
    many = Dopri5().solve_with_statistics(Lorenz63(), x0, ts)
    assert torch.equal(few.x[-1], many.x[-1])
    assert int(few.steps) == int(many.steps)


def test_the_continuous_solution_is_as_good_as_the_steps() -> None:
    x0 = torch.tensor([1.0, 0.0], dtype=torch.float64)
    ts = torch.linspace(0, 20, 2001, dtype=torch.float64)
    for method in METHODS:
        xs = method(rtol=1e-6, atol=1e-6).solve(HarmonicOscillator(), x0, ts)
        assert float((xs[:, 0] - torch.cos(ts)).abs().max()) < 2e-4, method


def test_rodas4_solves_van_der_pol_where_it_is_stiff() -> None:
    from takens_integrators import SciPy

    ts = torch.linspace(0, 2000, 21, dtype=torch.float64)
    for system in (VanDerPol(1000.0), VanDerPol(1000.0, "textbook")):
        x0 = torch.tensor(system.initial(), dtype=torch.float64)
        got = Rodas4(rtol=1e-6, atol=1e-8).solve_with_statistics(system, x0, ts)
        wanted = SciPy("Radau", rtol=1e-9, atol=1e-11).solve(system, x0, ts)
        torch.testing.assert_close(got.x[:, 0], wanted[:, 0], rtol=1e-4, atol=1e-4)
        assert int(got.steps) < 2000
    # The same without its Jacobian, which is then found by differentiation.
    by_columns = Rodas4().solve(lambda t, x: system(t, x), x0, ts)
    torch.testing.assert_close(by_columns, got.x, rtol=1e-6, atol=1e-6)


def test_explicit_methods_say_that_the_stiff_one_would_do() -> None:
    system = VanDerPol(1000.0)
    x0 = torch.tensor(system.initial(), dtype=torch.float64)
    with pytest.raises(IntegrationError, match="rodas4"):
        Dopri5(max_steps=500).solve(system, x0, times(0.0, 1000.0))


def test_the_first_step_follows_from_the_field() -> None:
    # x' = -1000 x from 1: a first step of the whole span would be rejected many times.
    got = Dopri5().solve_with_statistics(
        lambda t, x: -1000 * x, torch.ones(1, dtype=torch.float64), times(0.0, 0.01)
    )
    assert int(got.rejected) <= 2
    assert float(got.x[-1]) == pytest.approx(math.exp(-10), rel=1e-4)


@pytest.mark.parametrize("solver", [Dopri5(), Rodas4(), RK4(), Leapfrog()], ids=str)
@pytest.mark.parametrize(
    ("field", "x0", "ts", "words"),
    [
        (VanDerPol(), [1.0, 2.0], times(0.0, 1.0), r"got list and Tensor\. Convert"),
        (VanDerPol(), times(1.0, 2.0), [0.0, 1.0], r"got Tensor and list\. Convert"),
        (Lorenz63(), times(1.0, 2.0), times(0.0, 1.0), r"Lorenz63 has 3 .*got .*\(2,\)"),
        (Henon(), times(1.0, 2.0), times(0.0, 1.0), r"Henon is a map"),
        (3, times(1.0, 2.0), times(0.0, 1.0), r"A field is a function .*got int"),
    ],
)
def test_what_is_no_problem_to_solve_is_refused(
    solver: Any, field: Any, x0: Any, ts: Any, words: str
) -> None:
    with pytest.raises(takens.InputError, match=words):
        solver.solve(field, x0, ts)


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (Dopri5, {"rtol": "small"}, "rtol is a number; got 'small'"),
        (Dopri5, {"max_steps": 2.5}, r"max_steps is a whole number; got 2\.5"),
        (RK4, {"substeps": 1.5}, r"substeps is a whole number; got 1\.5"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    kind: Any, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(takens.errors.ComponentError, match=words):
        kind(**settings)


def test_events_and_paths_refuse_what_is_none_of_theirs() -> None:
    x0, ts = times(1.0, 2.0), times(0.0, 1.0)
    for events, words in ((abs, "got builtin"), ([abs], "got a list with builtin")):
        with pytest.raises(takens.InputError, match=words):
            Dopri5().solve_with_statistics(VanDerPol(), x0, ts, events=events)  # pyright: ignore[reportArgumentType]
    path: Any = Dopri5().path(VanDerPol(), x0, 0.0, 1.0)
    for t in (0.5, torch.tensor(0.5), times(math.nan)):
        with pytest.raises(takens.InputError, match="path"):
            path(t)
