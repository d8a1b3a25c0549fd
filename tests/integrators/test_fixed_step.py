"""Methods of fixed step: transforms, times, bad input."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from typing import Any

import attrs
import pytest
import torch
from torch import Tensor, nn

import takens
from takens_integrators import (
    RK4,
    RK38,
    Bosh3,
    Dopri5,
    Euler,
    Heun,
    IntegrationError,
    Leapfrog,
    Midpoint,
    Rodas4,
    SciPy,
    TorchDiffEq,
)
from takens_systems import HarmonicOscillator, Lorenz63, VanDerPol

FIXED: list[Any] = [Euler(), Midpoint(), Heun(), RK4(), RK38(2), Leapfrog()]
TS = torch.tensor([0.0, 0.1, 0.3, 0.35], dtype=torch.float64)
X0 = torch.tensor([[1.0, 0.3], [0.2, 0.4], [0.5, -1.0]], dtype=torch.float64)


def name(value: object) -> str:
    return type(value).__name__


@pytest.mark.parametrize("solver", FIXED, ids=name)
def test_fixed_steps_work_under_every_transform(solver: Any) -> None:
    mu = torch.tensor(1.3, dtype=torch.float64)

    def solve(x: Tensor, mu: Tensor = mu, ts: Tensor = TS) -> Tensor:
        return solver.solve(VanDerPol(mu), x, ts)

    whole = solve(X0)
    torch.testing.assert_close(torch.func.vmap(solve)(X0), whole)
    forward = torch.func.vmap(torch.func.jacfwd(solve))(X0)
    backward = torch.func.vmap(torch.func.jacrev(solve))(X0)
    torch.testing.assert_close(forward, backward)
    by_mu = torch.func.jacfwd(lambda m: solve(X0, m))(mu)
    torch.testing.assert_close(by_mu, torch.func.jacrev(lambda m: solve(X0, m))(mu))
    v = torch.ones_like(X0)
    pushed = torch.func.jvp(solve, (X0,), (v,))[1]
    torch.testing.assert_close(pushed, (forward @ v[:, None, :, None]).squeeze(-1))
    by_time = torch.func.jacfwd(lambda ts: solve(X0[0], mu, ts))(TS)
    step = torch.tensor([0.0, 0.0, 0.0, 1e-6], dtype=torch.float64)
    wanted = (solve(X0[0], mu, TS + step) - solve(X0[0], mu, TS - step)) / 2e-6
    torch.testing.assert_close(by_time[..., 3], wanted, rtol=1e-6, atol=1e-6)
    hessian = torch.func.hessian(lambda x: solve(x)[-1, 0])(X0[0])
    assert hessian.shape == (2, 2)


@pytest.mark.parametrize("solver", [*FIXED, Dopri5(), Rodas4()], ids=name)
def test_a_row_of_times_for_each_sample(solver: Any) -> None:
    def forced(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.stack((x[..., 1], torch.cos(t) - x[..., 0]), -1)

    ts = torch.stack((TS, TS + 1.0, -TS))
    xs = solver.solve(forced, X0, ts)
    for i in range(3):
        one = solver.solve(forced, X0[i], ts[i])
        torch.testing.assert_close(xs[i], one, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("solver", [*FIXED, Dopri5(), TorchDiffEq(), SciPy()], ids=name)
def test_single_precision_stays_single(solver: Any) -> None:
    xs = solver.solve(VanDerPol(), X0.float(), TS)
    assert xs.dtype == torch.float32
    torch.testing.assert_close(
        xs.double(), solver.solve(VanDerPol(), X0, TS), rtol=1e-5, atol=1e-5
    )


def test_long_times_keep_their_steps_in_single_precision() -> None:
    # In float32 the times 9999.9 + 0.1 n would be off by a hundredth of a step.
    ts = torch.arange(99_990, 100_010, dtype=torch.float64) / 10
    xs = RK4().solve(HarmonicOscillator(), torch.tensor([1.0, 0.0]), ts)
    wanted = torch.cos(ts - ts[0])
    torch.testing.assert_close(xs[:, 0].double(), wanted, rtol=1e-5, atol=1e-5)


def test_one_line_fields() -> None:
    @attrs.frozen
    class Decay:
        rate: float = 2.0

        def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
            return -self.rate * x

    class Layer(nn.Module):
        def forward(self, t: Tensor, x: Tensor) -> Tensor:
            return -2 * x

    wanted = X0[:, None] * torch.exp(-2 * TS)[:, None]
    for field in (lambda t, x: -2 * x, Decay(), Layer()):
        for solver in (RK4(20), Dopri5(), Rodas4(), SciPy(), TorchDiffEq()):
            got = solver.solve(field, X0, TS)
            torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


SOLVERS: list[Any] = [
    RK4(),
    Bosh3(),
    Dopri5(gradient="adjoint"),
    Rodas4(),
    SciPy(),
    TorchDiffEq(),
]


@pytest.mark.parametrize("solver", [*SOLVERS, Leapfrog()], ids=name)
@pytest.mark.parametrize(
    ("x0", "ts", "words"),
    [
        (X0, torch.tensor([0.0, 1.0, 0.5]), "1 followed by 0.5 at index 2"),
        (X0, torch.tensor([0.0, float("nan")]), "finite"),
        (X0, torch.tensor(1.0), r"shape \(n,\)"),
        (X0, torch.zeros(2, 4), r"\(3, 'n'\)}?; got \(2, 4\)"),
        (X0.long(), TS, "floating point numbers; got torch.int64"),
    ],
)
def test_times_and_states_that_do_not_fit(
    solver: Any, x0: Tensor, ts: Tensor, words: str
) -> None:
    with pytest.raises(takens.InputError, match=words):
        solver.solve(VanDerPol(), x0, ts)


@pytest.mark.parametrize("solver", SOLVERS, ids=name)
def test_fields_that_do_not_fit(solver: Any) -> None:
    def one_sample_only(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.stack((x.reshape(-1)[1], -x.reshape(-1)[0], x.sum()))[:3]

    with pytest.raises(takens.InputError, match=r"shape and dtype of its state"):
        solver.solve(one_sample_only, X0, TS)
    with pytest.raises(takens.InputError, match=r"float64; got .* torch.float32"):
        solver.solve(lambda t, x: x.float(), X0, TS)
    with pytest.raises(takens.InputError, match="got list"):
        solver.solve(lambda t, x: [x], X0, TS)
    for field, call in (
        (lambda x: x, r"f\(x\)\."),
        (nn.Linear(2, 2), r"f\(input\)\."),
        (lambda t, x, u: x + u, r"f\(t, x, u\); takens_systems\.Driven"),
    ):
        with pytest.raises(takens.InputError, match="called as " + call):
            solver.solve(field, X0, TS)


def test_a_fixed_step_that_is_too_long_is_named_with_its_time() -> None:
    x0 = torch.tensor([[1.0, 1.0, 25.0], [1e3, 1e3, 1e3]], dtype=torch.float64)
    ts = torch.arange(40, dtype=torch.float64) * 0.2
    with pytest.raises(IntegrationError, match=r"Sample 1 .* component \d at t = .*substeps"):
        RK4().solve(Lorenz63(), x0, ts)
    with pytest.raises(takens.InputError, match="not finite in component 0"):
        RK4().solve(Lorenz63(), x0 * torch.nan, ts)


def test_a_field_that_gives_nan_is_named_with_its_time() -> None:
    def root(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.sqrt(1 - t) * torch.ones_like(x)

    with pytest.raises(IntegrationError, match=r"at t = 1\.25 \(it was at t = 1\)"):
        RK4().solve(root, torch.zeros(1).double(), torch.arange(9).double() / 4)


def test_torchdiffeq_gives_up_in_a_sentence() -> None:
    def square(t: Tensor, x: Tensor, /) -> Tensor:
        return x**2

    ts = torch.tensor([0.0, 3.0])
    with pytest.raises(IntegrationError, match="torchdiffeq's dopri5 gave up"):
        TorchDiffEq().solve(square, torch.ones(1), ts)
    with pytest.raises(IntegrationError, match="max_num_steps"):
        TorchDiffEq(max_steps=3).solve(Lorenz63(), torch.tensor([1.0, 1.0, 25.0]), ts)


def test_scipy_gives_up_in_a_sentence() -> None:
    x0 = torch.tensor([2.0, 0.0], dtype=torch.float64)
    ts = torch.tensor([0.0, 2000.0])
    with pytest.raises(IntegrationError, match="RK45 stopped at"):
        SciPy(max_steps=20).solve(VanDerPol(1000.0), x0, ts)


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("rk4", {"substeps": 0}, "substeps is at least 1; got 0"),
        ("rk4", {"gradient": "backward"}, "'direct'.*'adjoint'.*got 'backward'"),
        ("dopri5", {"rtol": -1e-3}, "rtol is above 0"),
        ("dopri5", {"max_steps": 0}, "max_steps is at least 1"),
        ("torchdiffeq", {"method": "dopri4"}, "dopri4"),
        ("scipy", {"method": "RK4"}, "RK4"),
    ],
)
def test_parameters_that_make_no_sense(
    kind: str, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(takens.errors.ComponentError, match=words):
        takens.create("integrator", kind, **parameters)


def test_the_registry_has_them_all_with_the_same_defaults() -> None:
    for kind in takens.integrators.names():
        spec = takens.integrators.spec(kind)
        if not spec.target.startswith("takens_integrators."):
            continue
        made: Any = takens.create("integrator", kind)
        assert isinstance(made, takens.plugin.Integrator)
        assert isinstance(made, takens.plugin.Stepper) == ("step" in spec.supports)
        fields = {field.name: field.default for field in attrs.fields(type(made))}
        assert {p.name: p.default for p in spec.parameters} == fields
        assert spec.source


@pytest.mark.parametrize("method", [RK4, Dopri5])
def test_an_unknown_backend_is_refused(method: Any) -> None:
    assert method(backend="eager").backend == "eager"
    assert method(backend="native").backend == "native"
    with pytest.raises(
        takens.errors.ComponentError, match="'auto', 'eager', 'native'; got 'naive'"
    ):
        method(backend="naive")
