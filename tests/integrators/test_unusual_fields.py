"""Fields that do not depend on the state, write into it, or call autograd inside."""

import contextlib
import math
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import takens

METHODS = ("rodas4", "dopri5", "bosh3", "tsit5", "dop853", "rk4", "euler")
TIMES = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)


def one(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.ones_like(x)


def cosine(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.cos(t).expand(x.shape)


def held(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.tensor([1.0, 2.0], dtype=torch.float64).expand(x.shape)


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
@pytest.mark.parametrize(
    ("field", "moved"),
    [(one, (1.0, 1.0)), (cosine, (math.sin(1),) * 2), (held, (1.0, 2.0))],
)
@pytest.mark.parametrize("name", METHODS[:-1])
def test_a_field_need_not_depend_on_the_state(
    name: str, field: Callable[..., Tensor], moved: tuple[float, float], lead: tuple[int, ...]
) -> None:
    x0 = torch.full((*lead, 2), 0.5, dtype=torch.float64)
    x = takens.integrators.get(name).solve(field, x0, TIMES)
    right = x0 + torch.tensor(moved, dtype=torch.float64)
    torch.testing.assert_close(x[..., -1, :], right, rtol=1e-4, atol=0)


def test_the_tangent_of_a_constant_map_is_nothing() -> None:
    def constant(x: Tensor, /) -> Tensor:
        return torch.zeros(3, 2, dtype=torch.float64)

    v = torch.eye(2, dtype=torch.float64).expand(3, 2, 2)
    y, w = takens.plugin.jvp(constant, torch.ones(3, 2, dtype=torch.float64), v)
    assert y.shape == (3, 2)
    assert w.shape == (3, 2, 2)
    assert not w.any()


def doubles(t: Tensor, x: Tensor, /) -> Tensor:
    x *= -1
    return x


def writes_a_part(t: Tensor, x: Tensor, /) -> Tensor:
    x[..., 0] = 0.0
    return -x


@pytest.mark.parametrize("field", [doubles, writes_a_part])
@pytest.mark.parametrize("name", METHODS)
def test_a_field_that_writes_into_its_state_is_refused_and_changes_nothing(
    name: str, field: Callable[..., Tensor]
) -> None:
    x0 = torch.ones(3, 2, dtype=torch.float64)
    with pytest.raises(takens.InputError, match="writes into the state"):
        takens.integrators.get(name).solve(field, x0, TIMES)
    assert bool((x0 == 1).all())


@pytest.mark.parametrize("name", METHODS)
def test_a_field_that_returns_one_tensor_again_and_again_is_refused(name: str) -> None:
    kept = torch.zeros(3, 2, dtype=torch.float64)

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return kept.copy_(-x)

    with pytest.raises(takens.InputError, match="returned before"):
        takens.integrators.get(name).solve(field, torch.ones_like(kept), TIMES)


def test_a_map_that_writes_into_its_state_leaves_the_start_alone() -> None:
    class Flip:
        dim, time = 1, takens.plugin.Time.DISCRETE

        def __call__(self, x: Tensor, /) -> Tensor:
            x *= -0.5
            return x

        def initial(self) -> tuple[float, ...]:
            return (1.0,)

        def facts(self) -> takens.plugin.Facts:
            return takens.plugin.Facts()

    start = torch.ones(1, dtype=torch.float64)
    found = takens.simulate(Flip(), steps=4, initial=start)
    assert found.x[:, 0].tolist() == [1.0, -0.5, 0.25, -0.125]
    assert start.tolist() == [1.0]


def hamiltonian(t: Tensor, x: Tensor, /) -> Tensor:
    with torch.enable_grad():
        y = x if x.requires_grad else x.detach().requires_grad_()
        (g,) = torch.autograd.grad((y**2).sum() / 2, y, create_graph=True)
    return torch.stack((g[..., 1], -g[..., 0]), -1)


@pytest.mark.parametrize("mode", [contextlib.nullcontext, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("lead", [(), (3,)])
@pytest.mark.parametrize("name", ["dopri5", "rk4", "leapfrog"])
def test_a_field_may_call_autograd_inside(
    name: str,
    lead: tuple[int, ...],
    mode: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    made = {"name": name} if name == "dopri5" else {"name": name, "substeps": 500}
    x0 = torch.tensor([1.0, 0.0], dtype=torch.float64).expand(*lead, 2)
    with warnings.catch_warnings(), mode():
        warnings.simplefilter("error")
        x = takens.integrators.get(made).solve(hamiltonian, x0, TIMES)
    right = torch.tensor([math.cos(1), -math.sin(1)], dtype=torch.float64).expand(*lead, 2)
    torch.testing.assert_close(x[..., -1, :].detach(), right, rtol=0, atol=1e-5)


@pytest.mark.parametrize("mode", [contextlib.nullcontext, torch.inference_mode])
def test_a_method_that_differentiates_such_a_field_says_what_to_write(
    mode: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    class WithJacobian:
        def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
            return hamiltonian(t, x)

        def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
            turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
            return turn.expand(*x.shape, 2)

    def by_func(t: Tensor, x: Tensor, /) -> Tensor:
        g = torch.func.grad(lambda y: (y**2).sum() / 2)(x)
        return torch.stack((g[..., 1], -g[..., 0]), -1)

    rodas4 = takens.integrators.create("rodas4")
    x0 = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    right = torch.tensor([[math.cos(1), -math.sin(1)]], dtype=torch.float64)
    with mode():
        with pytest.raises(takens.InputError, match=r"torch\.func\.grad.*jacobian\(t, x\)"):
            rodas4.solve(hamiltonian, x0, TIMES)
        for field in (WithJacobian(), by_func):
            x = rodas4.solve(field, x0, TIMES)[..., -1, :]
            torch.testing.assert_close(x, right, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", [*METHODS, "leapfrog", "scipy", "torchdiffeq"])
def test_a_module_of_another_dtype_is_told_what_to_write(name: str) -> None:
    net = torch.nn.Linear(2, 2)

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return net(x)

    for lead in ((), (3,)):
        x0 = torch.ones(*lead, 2, dtype=torch.float64)
        with pytest.raises(takens.InputError, match=r"module.double\(\) or x0.float\(\)"):
            takens.integrators.get(name).solve(field, x0, TIMES)


def test_stiff_methods_refuse_half_precision() -> None:
    for dtype in (torch.bfloat16, torch.float16):
        with pytest.raises(takens.InputError, match=r"x0.float\(\)"):
            takens.integrators.create("rodas4").solve(one, torch.ones(2, dtype=dtype), TIMES)
