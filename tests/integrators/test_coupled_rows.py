"""Rows of a state that act on one another: particles, images, graphs, batch statistics."""

from collections.abc import Callable
from typing import Any, Final

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import Event

DOUBLE: Final = torch.float64
METHODS: Final[tuple[dict[str, Any], ...]] = (
    *({"name": name, "rtol": 1e-8, "atol": 1e-10} for name in ("dopri5", "tsit5", "dop853")),
    {"name": "bosh3", "rtol": 1e-7, "atol": 1e-9},
    {"name": "rodas4", "rtol": 1e-7, "atol": 1e-9},
    {"name": "dopri5", "rtol": 1e-8, "atol": 1e-10, "backend": "eager"},
    {"name": "dopri5", "rtol": 1e-8, "atol": 1e-10, "gradient": "adjoint"},
    {"name": "scipy", "rtol": 1e-8, "atol": 1e-10},
    {"name": "torchdiffeq", "rtol": 1e-8, "atol": 1e-10},
    {"name": "rk4", "substeps": 200},
)
RATES: Final = torch.tensor([1.0, 50.0, 2.0, 3.0], dtype=DOUBLE)
START: Final = torch.tensor([[0.1, 0.9], [0.8, 0.3], [0.5, 0.5], [0.2, 0.7]], dtype=DOUBLE)
TIMES: Final = torch.tensor([0.0, 0.3, 1.0], dtype=DOUBLE)
LAPLACE: Final = torch.tensor(
    [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]], dtype=DOUBLE
).expand(3, 1, 3, 3)
STEEP: Final = torch.tensor([1.0, 10.0, 4.0], dtype=DOUBLE)


def particles(t: Tensor, y: Tensor, /) -> Tensor:
    return RATES[:, None] * (y.mean(-2, keepdim=True) - y)


def pulled(t: Tensor, y: Tensor, /) -> Tensor:
    return (1 + torch.cos(t)) * RATES[:, None] * (y.mean(-2, keepdim=True) - y)


def image(t: Tensor, y: Tensor, /) -> Tensor:
    k = LAPLACE * STEEP[:, None, None, None]
    return torch.nn.functional.conv2d(y, k, padding=1, groups=3)


def graph(t: Tensor, y: Tensor, /) -> Tensor:
    return 5 * (torch.roll(y, 1, -2) - y) - y**3


def statistic(t: Tensor, y: Tensor, /) -> Tensor:
    return -(y - y.mean(0)) / y.std(0) - 20 * (y[:, :1] > 0.4) * y


def short_range(t: Tensor, y: Tensor, /) -> Tensor:
    apart = y[..., :, None, :] - y[..., None, :, :]
    distance = apart.square().sum(-1, keepdim=True)
    near = (0.3 - distance) ** 3
    return torch.where(distance < 0.3, 2000 * near * apart, 0.0).sum(-2) - 3 * y


def own_rates(t: Tensor, y: Tensor, /) -> Tensor:
    return -RATES[:, None] * y * (1 + torch.sin(t))


def number_of_time(t: Tensor, y: Tensor, /) -> Tensor:
    return -(1 + float(t)) * y


FIELDS: Final = (particles, pulled, graph, short_range, own_rates, number_of_time)


def _reference(field: Any, x0: Tensor) -> Tensor:
    """Solve with every number in one state, which nothing can take apart."""
    shape = x0.shape

    def flat(t: Tensor, x: Tensor, /) -> Tensor:
        return field(t, x.reshape(shape)).reshape(-1)

    exact = takens.integrators.create("dop853", rtol=1e-11, atol=1e-13, backend="eager")
    return exact.solve(flat, x0.reshape(-1), TIMES).unflatten(-1, shape).movedim(0, -2)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: "-".join(map(str, m.values())))
@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.__name__)
def test_rows_that_act_on_one_another_are_solved_as_one_state(
    field: Callable[..., Tensor], method: dict[str, Any]
) -> None:
    found = takens.integrators.get(method).solve(field, START, TIMES)
    error = (found - _reference(field, START)).abs().max()
    assert float(error) < 5e-6


@pytest.mark.parametrize("method", METHODS, ids=lambda m: "-".join(map(str, m.values())))
def test_an_image_is_solved_as_one_state(method: dict[str, Any]) -> None:
    start = torch.rand(3, 5, 4, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    found = takens.integrators.get(method).solve(image, start, TIMES)
    assert found.shape == (3, 5, 3, 4)
    assert float((found - _reference(image, start)).abs().max()) < 2e-6


@pytest.mark.parametrize("method", METHODS[:6], ids=lambda m: "-".join(map(str, m.values())))
@pytest.mark.parametrize("field", [particles, pulled])
def test_a_batch_of_particles_has_a_step_for_each_sample(
    field: Callable[..., Tensor], method: dict[str, Any]
) -> None:
    start = torch.stack((START, 1e-3 * START, 2 + START.flip(0)))
    solver: Any = takens.integrators.get(method)
    found = solver.solve_with_statistics(field, start, TIMES)
    for x, one in zip(found.x, start, strict=True):
        assert float((x - _reference(field, one)).abs().max()) < 2e-6
    assert found.steps.shape == (3, 4)
    assert bool((found.steps == found.steps[:, :1]).all())
    assert len(found.steps.unique()) > 1
    said = takens.integrators.get(method | {"batch_dims": 1})
    torch.testing.assert_close(said.solve(field, start, TIMES), found.x, rtol=0, atol=1e-12)


def test_rows_that_do_not_act_on_one_another_keep_steps_of_their_own() -> None:
    start = torch.stack((START, 3 * START))

    def free(t: Tensor, x: Tensor, /) -> Tensor:
        return -(x**3)

    solver = takens.integrators.create("dopri5", backend="eager")
    assert len(solver.solve_with_statistics(free, start, TIMES).steps.unique()) > 1
    together = takens.integrators.create("dopri5", backend="eager", batch_dims=0)
    assert len(together.solve_with_statistics(free, start, TIMES).steps.unique()) == 1


@pytest.mark.parametrize("gradient", ["direct", "adjoint"])
@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_gradients_go_through_rows(gradient: str, backend: str) -> None:
    def end(solver: Any, x0: Tensor, rates: Tensor) -> tuple[Tensor, ...]:
        def field(t: Tensor, y: Tensor, /) -> Tensor:
            return rates[:, None] * (y.mean(-2, keepdim=True) - y)

        loss = (solver.solve(field, x0, TIMES)[:, -1] ** 2 * RATES[:, None]).sum()
        return torch.autograd.grad(loss, (x0, rates))

    given = START.clone().requires_grad_(), RATES.clone().requires_grad_()
    adaptive = takens.integrators.get(
        {
            "name": "dopri5",
            "rtol": 1e-9,
            "atol": 1e-11,
            "gradient": gradient,
            "backend": backend,
        }
    )
    right = end(takens.integrators.create("rk4", substeps=300, backend="eager"), *given)
    for ours, exact in zip(end(adaptive, *given), right, strict=True):
        # The integral over parameters takes no part in the choice of the adjoint's steps.
        loose = gradient == "adjoint" and ours.dim() == 1
        torch.testing.assert_close(ours, exact, rtol=2e-4 if loose else 1e-6, atol=1e-7)


def test_a_coupling_of_nothing_has_its_gradient() -> None:
    strength = torch.zeros((), dtype=DOUBLE, requires_grad=True)

    def field(t: Tensor, y: Tensor, /) -> Tensor:
        return strength * (y.mean(-2, keepdim=True) - y) - RATES[:, None] * y

    ends = [
        torch.autograd.grad(solver.solve(field, START, TIMES)[:, -1].square().sum(), strength)
        for solver in (
            takens.integrators.create("dopri5", rtol=1e-9, atol=1e-11),
            takens.integrators.create("rk4", substeps=300),
        )
    ]
    torch.testing.assert_close(*ends, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["dopri5", "dop853", "rodas4"])
def test_events_of_rows_and_of_all_of_them(name: str) -> None:
    solver: Any = takens.integrators.get({"name": name, "rtol": 1e-9, "atol": 1e-11})
    one = Event(lambda t, y: y[..., 0] - 0.45)
    whole = Event(lambda t, y: (y[..., 0].amax(-1) - y[..., 0].amin(-1)) - 0.2, terminal=True)
    found = solver.solve_with_statistics(particles, START, TIMES, events=[one, whole])
    rows, ended = found.crossings
    path = takens.integrators.create("dop853", rtol=1e-11, atol=1e-13).path(
        particles, START, 0.0, 1.0
    )
    for row in range(4):
        for t in rows.t[row, : int(rows.count[row])]:
            assert abs(float(path(t.reshape(1))[row, 0, 0]) - 0.45) < 1e-6
    end = ended.t[:, 0]
    assert bool((end == end[0]).all())
    at = path(end[:1])[:, 0, 0]
    assert abs(float(at.max() - at.min()) - 0.2) < 1e-6
    assert bool((found.time == end).all())


def test_rows_that_belong_together_have_one_row_of_times() -> None:
    own = torch.stack([TIMES * (1 + i) for i in range(4)])
    for name in ("dopri5", "rk4", "rodas4", "scipy"):
        with pytest.raises(takens.InputError, match=r"give times of shape \(n,\)"):
            takens.integrators.get(name).solve(particles, START, own)
    same = TIMES.expand(4, 3)
    found = takens.integrators.create("dopri5").solve(particles, START, same)
    assert float((found - _reference(particles, START)).abs().max()) < 1e-5
    with pytest.raises(takens.InputError, match="batch_dims is at most 1"):
        takens.integrators.create("dopri5", batch_dims=2).solve(particles, START, TIMES)


def test_a_batch_statistic_of_a_module_is_solved_as_one_state() -> None:
    torch.manual_seed(0)
    norm = torch.nn.Sequential(
        torch.nn.Linear(2, 8), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 2)
    )
    norm.double()

    class Field(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = norm

        def forward(self, t: Tensor, y: Tensor) -> Tensor:
            return 5 * self.inner(y)

    found = takens.integrators.create("dopri5", rtol=1e-8, atol=1e-10).solve(
        Field(), START, TIMES
    )
    assert float((found - _reference(Field(), START)).abs().max().detach()) < 1e-5
    assert all(bool(buffer.isfinite().all()) for buffer in norm.buffers())


def test_coupled_rows_under_transforms() -> None:
    solver = takens.integrators.create("dopri5", rtol=1e-8, atol=1e-10)
    starts = torch.stack((START, 2 * START))

    def end(y: Tensor) -> Tensor:
        return solver.solve(particles, y, TIMES)[:, -1]

    mapped = torch.func.vmap(end)(starts)
    right = torch.linalg.matrix_exp(
        torch.diag(RATES)
        @ (torch.full((4, 4), 0.25, dtype=DOUBLE) - torch.eye(4, dtype=DOUBLE))
    )
    torch.testing.assert_close(mapped, right @ starts, rtol=0, atol=1e-6)
    moved = torch.func.jvp(end, (START,), (torch.ones_like(START),))[1]
    torch.testing.assert_close(moved, torch.ones_like(START), rtol=0, atol=1e-6)
    through = torch.func.jacrev(end)(START)[:, 0, :, 0]
    torch.testing.assert_close(through, right, rtol=0, atol=1e-6)


def test_nobody_is_blamed_for_a_kernel_of_coupled_rows(
    recwarn: pytest.WarningsRecorder,
) -> None:
    takens.integrators.create("rk4").solve(graph, START, TIMES)
    takens.integrators.create("dopri5").solve(graph, START, TIMES)
    assert not recwarn.list
    said = takens.explain(graph)
    assert "its rows act on one another" in said
    assert "8 variables): native" in said


def test_one_state_of_many_rows_is_a_system() -> None:
    system = takens.joined(particles, (4, 2), initial=START)
    found = takens.simulate(
        system, dt=0.1, steps=11, initial=START.flatten(), integrator="dopri5"
    )
    right = takens.integrators.create("dopri5").solve(particles, START, found.t)
    torch.testing.assert_close(found.x, right.transpose(0, 1).flatten(1), rtol=0, atol=1e-6)
    with pytest.raises(takens.InputError, match="has 8 numbers; got 3"):
        takens.joined(particles, (4, 2), initial=(1.0, 2.0, 3.0))
