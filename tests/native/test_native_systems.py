"""Every system by every method: compiled solves give what eager torch gives."""

# pyright: basic

from typing import Any

import attrs
import pytest
import torch

import takens

FIXED = ["euler", "midpoint", "heun", "rk4", "rk38"]
ADAPTIVE = ["bosh3", "dopri5", "tsit5", "dop853"]
ALL = FIXED + ADAPTIVE
DTYPES = [torch.float64, torch.float32]
NAMES = [
    name
    for name in takens.systems.names()
    if takens.systems.spec(name).target.startswith("takens_systems.")
]
# Rounding that a few dozen steps of a chaotic system have made larger.
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-3}


def starts(system, dtype):
    x0 = torch.tensor(system.initial(), dtype=dtype)
    return x0 * torch.linspace(0.9, 1.1, 3, dtype=dtype)[:, None] + 0.01


def compare(name, method, dtype):
    system: Any = takens.create("system", name)
    x0 = starts(system, dtype)
    if system.time is takens.plugin.Time.DISCRETE:
        ours = takens.backend.dispatch(takens.backend.MapIteration(map=system, x0=x0, steps=12))
        assert ours is not None
        x, states = x0, [x0]
        for _ in range(12):
            states.append(x := system(x))
        theirs = torch.stack(states, -2)
    else:
        solver: Any = takens.create("integrator", method)
        ts = torch.linspace(0, 0.2, 11, dtype=torch.float64)
        ours, theirs = (
            attrs.evolve(solver, backend=backend).solve(system, x0, ts)
            for backend in ("native", "eager")
        )
    assert ": native." in takens.explain(system)
    assert ours.dtype == dtype
    torch.testing.assert_close(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("name", NAMES)
def test_every_system(name):
    # Neighbours in the list are solved by different methods.
    i = NAMES.index(name)
    compare(name, FIXED[i % len(FIXED)], torch.float64)
    compare(name, ADAPTIVE[i % 3], torch.float32)


@pytest.mark.parametrize("method", ALL)
def test_every_method(method):
    compare("van_der_pol", method, torch.float64)
    compare("van_der_pol", method, torch.float32)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_every_system_by_every_method(name, method, dtype):
    compare(name, method, dtype)


@pytest.mark.parametrize("method", ADAPTIVE)
def test_the_same_steps_are_taken(method):
    system: Any = takens.systems.create("van_der_pol")
    solver: Any = takens.create("integrator", method, rtol=1e-5, atol=1e-5)
    ts = torch.tensor([0.0, 0.3, 6.0], dtype=torch.float64)
    for times in (ts, -ts / 10):
        found = [
            attrs.evolve(solver, backend=backend).solve_with_statistics(
                system, starts(system, torch.float64), times
            )
            for backend in ("native", "eager")
        ]
        for field in ("status", "reached", "steps", "rejected", "evaluations", "time"):
            ours, theirs = (getattr(solution, field) for solution in found)
            assert ours.dtype == theirs.dtype, field
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=0, msg=field)
        torch.testing.assert_close(found[0].x, found[1].x, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["rk4", "dopri5"])
def test_a_parameter_that_an_optimiser_changed_is_seen(name):
    system: Any = takens.systems.create("lorenz63", rho=torch.tensor(28.0, requires_grad=True))
    optimiser = torch.optim.SGD([system.rho], lr=1e-4)
    solver: Any = takens.create("integrator", name)
    eager = attrs.evolve(solver, backend="eager")
    x0, ts = torch.ones(2, 3), torch.linspace(0, 0.5, 6)
    before = None
    for _ in range(2):
        out = solver.solve(system, x0, ts)
        torch.testing.assert_close(out, eager.solve(system, x0, ts), rtol=1e-3, atol=1e-3)
        assert before is None or not torch.allclose(out, before, rtol=1e-3)
        before = out.detach()
        optimiser.zero_grad()
        out.square().sum().backward()
        optimiser.step()


@pytest.mark.parametrize("name", ["rk4", "dopri5"])
@pytest.mark.parametrize("backend", ["native", "eager"])
def test_failures_are_told_alike(name, backend):
    def explosive(t, x):
        return x * x

    solver: Any = takens.create("integrator", name, backend=backend)
    x0 = torch.tensor([[-1.0, -1.0], [-1.0, 2.0]], dtype=torch.float64)
    with pytest.raises(takens.TakensError, match=r"Sample 1 .*component 1"):
        solver.solve(explosive, x0, torch.linspace(0, 2, 41, dtype=torch.float64))
