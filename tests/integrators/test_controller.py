"""Step control that users set, in the eager loop, in compiled solves and in adapters."""
# pyright: reportUnknownLambdaType=false, reportUnknownMemberType=false

from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import Bosh3, Dop853, Dopri5, Rodas4, SciPy, TorchDiffEq, Tsit5
from takens_systems import VanDerPol

METHODS: list[Any] = [Bosh3, Dopri5, Tsit5, Dop853, Rodas4]
X0 = torch.tensor([[2.0, 0.0], [0.5, -1.0]], dtype=torch.float64)
TS = torch.linspace(0, 6, 7, dtype=torch.float64)
SETTINGS: list[dict[str, Any]] = [
    {"safety": 0.7},
    {"smallest": 0.95},
    {"largest": 1.2},
    {"alpha": 1.0, "beta": 0.0},
    {"first_step": 1e-4},
    {"max_steps": 9},
]


def work(solver: Any) -> tuple[Tensor, Tensor, Tensor]:
    found = solver.solve_with_statistics(VanDerPol(5.0), X0, TS)
    return found.steps, found.rejected, found.status


@pytest.mark.parametrize("method", METHODS)
def test_methods_have_the_constants_of_the_step_controller(method: Any) -> None:
    solver = method()
    assert solver.controller(torch.float64) == takens.backend.StepController()
    for field in attrs.fields(takens.backend.StepController):
        assert getattr(solver, field.name) == field.default, field.name


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: next(iter(s)))
@pytest.mark.parametrize("method", METHODS)
def test_every_constant_changes_the_steps_and_not_the_solution(
    method: Any, settings: dict[str, Any]
) -> None:
    eager: dict[str, Any] = {} if method is Rodas4 else {"backend": "eager"}
    usual, other = work(method(**eager)), work(method(**settings, **eager))
    assert not torch.equal(torch.stack(usual), torch.stack(other))
    if "max_steps" in settings:
        assert other[2].tolist() == [takens.backend.Status.MAX_STEPS] * 2
        return
    ours, theirs = (m.solve(VanDerPol(5.0), X0, TS) for m in (method(), method(**settings)))
    torch.testing.assert_close(ours, theirs, rtol=1e-2, atol=1e-2)
    if method is not Rodas4:
        compiled = work(method(**settings, backend="native"))
        assert all(torch.equal(a, b) for a, b in zip(other, compiled, strict=True))


def sizes(**settings: Any) -> Tensor:
    """Return the sizes of all accepted steps."""
    path = Dopri5(**settings).path(VanDerPol(5.0), X0[0], 0.0, 6.0)
    return path.dt.abs()


def test_steps_shrink_and_grow_by_no_more_than_asked_for() -> None:
    usual, bound = sizes(), sizes(largest=1.3)
    assert float((usual[1:-1] / usual[:-2]).max()) > 1.4
    assert float((bound[1:-1] / bound[:-2]).max()) < 1.3 + 1e-12


@pytest.mark.parametrize("backend", ["eager", "native"])
def test_the_first_step_is_the_given_one(backend: str) -> None:
    """One step in the time that it takes: nothing is tried before."""
    for end in (1e-3, -1e-3):
        ts = torch.tensor([0.0, end], dtype=torch.float64)
        solver = Dopri5(first_step=4e-4, largest=1.0, backend=backend)
        found = solver.solve_with_statistics(VanDerPol(), X0, ts)
        assert found.steps.tolist() == [3, 3]
        assert found.rejected.tolist() == [0, 0]
    assert float(sizes(first_step=1e-3, largest=1.0).max()) == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"safety": 1.5}, "safety is above 0 and at most 1; got 1.5"),
        ({"smallest": 0.0}, "smallest is above 0 and at most 1; got 0"),
        ({"largest": 0.5}, "largest is at least 1; got 0.5"),
        ({"alpha": "big"}, "alpha is a number; got 'big'"),
        ({"beta": -1.0}, "beta is at least 0; got -1.0"),
        ({"first_step": 0.0}, r"first_step is above 0 \(unit: time\); got 0.0"),
    ],
)
def test_constants_that_make_no_sense_are_refused(settings: dict[str, Any], words: str) -> None:
    for make in (Dopri5, Rodas4, lambda **s: takens.integrators.create("dopri5", **s)):
        with pytest.raises(takens.errors.ComponentError, match=words):
            make(**settings)


def test_scipy_tells_what_it_did() -> None:
    found = SciPy().solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert found.status.tolist() == [takens.backend.Status.DONE] * 2
    assert found.reached.tolist() == [7, 7]
    assert found.time.tolist() == [6.0, 6.0]
    assert bool((found.steps > 20).all())
    assert bool((found.evaluations > 6 * found.steps).all())
    torch.testing.assert_close(found.x, SciPy().solve(VanDerPol(5.0), X0, TS))
    found.check()
    short = SciPy(max_steps=5).solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert short.status.tolist() == [takens.backend.Status.MAX_STEPS] * 2
    n = int(short.reached[0])
    assert 0 < n < 7
    torch.testing.assert_close(short.x[0, :n], found.x[0, :n])
    assert torch.equal(short.x[0, n:], short.x[0, -1].expand(7 - n, 2))
    with pytest.raises(
        takens.errors.IntegrationError,
        match=r"steps were not enough \(2 of 2 .*; some component",
    ):
        short.check()
    small = SciPy(first_step=1e-9).solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert bool((small.steps > found.steps).all())


def test_scipy_goes_back_as_solve_ivp_does() -> None:
    from scipy.integrate import solve_ivp

    ts = torch.tensor([6.0, 5.5, 1.0, 0.0], dtype=torch.float64)
    field = VanDerPol(0.3)
    ours = SciPy("DOP853").solve(field, X0[0], ts)
    theirs: Any = solve_ivp(
        lambda t, x: field(torch.tensor(t), torch.from_numpy(x)).numpy(),
        (6.0, 0.0), X0[0].numpy(), "DOP853", ts.numpy(), rtol=1e-6, atol=1e-8,
    )  # fmt: skip
    assert torch.equal(ours, torch.from_numpy(theirs.y.T))


def test_torchdiffeq_tells_what_it_did() -> None:
    found = TorchDiffEq().solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert found.status.tolist() == [takens.backend.Status.DONE] * 2
    assert found.steps[0] == found.steps[1] > 20
    assert int(found.evaluations[0]) == 2 + 6 * int(found.steps[0] + found.rejected[0])
    slow = TorchDiffEq(safety=0.5).solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert int(slow.steps[0]) > int(found.steps[0])
    fixed = TorchDiffEq("rk4").solve_with_statistics(VanDerPol(), X0, TS)
    assert fixed.steps.tolist() == [6, 6]
    short = TorchDiffEq(max_steps=3).solve_with_statistics(VanDerPol(5.0), X0, TS)
    assert short.status.tolist() == [takens.backend.Status.MAX_STEPS] * 2
    assert torch.equal(short.x, X0.unsqueeze(-2).expand(2, 7, 2))
    assert 0 < float(short.time[0]) < 6


def test_every_status_says_what_it_means() -> None:
    for status in takens.backend.Status:
        said = status.sentence.format(steps=3, component=1, others="", advice="")
        assert said.endswith(".")
        assert status.failed == (status >= 3)


def test_a_field_of_time_is_given_the_precision_of_its_state() -> None:
    def forced(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.cos(t) * x

    rows = torch.stack((TS, TS / 2))
    for method in (Bosh3, Dopri5, Dop853):
        wanted = method().solve(forced, X0, rows)
        got = method(1e-4, 1e-5, backend="eager").solve(forced, X0.float(), rows)
        assert got.dtype == torch.float32
        torch.testing.assert_close(got.double(), wanted, rtol=1e-2, atol=1e-2)
