"""Numbers that a field uses are read when the kernel is called, and recompile nothing."""

# pyright: basic

import attrs
import pytest
import torch
from torch import nn

import takens
from takens_native.runtime import compiler

from . import fields as module
from .fields import RK4, Lorenz, Network, Pendulum, eager, solved

TS = torch.linspace(0, 0.3, 5, dtype=torch.float64)
X0 = torch.tensor([[0.4, 1.0, 0.7], [1.0, -0.3, 0.2]], dtype=torch.float64)


@pytest.fixture
def compiled(monkeypatch):
    count = []
    original = compiler.build

    def counted(source):
        count.append(source)
        return original(source)

    monkeypatch.setattr("takens_native.runtime.kernel_cache.build", counted)
    return count


def agrees(native, f, d=3):
    with torch.no_grad():
        x0 = X0[:, :d]
        ours = solved(native, takens.backend.FixedStepSolve(field=f, method=RK4, x0=x0, ts=TS))
        assert not isinstance(ours, takens.backend.Unsupported), ours
        torch.testing.assert_close(ours, eager(f, RK4, x0, TS), rtol=1e-12, atol=1e-12)


def test_float_fields_are_inputs(native, compiled):
    agrees(native, Lorenz())
    before = len(compiled)
    for rho in (20.0, 25.5, torch.tensor(13.0).double()):
        agrees(native, attrs.evolve(Lorenz(), rho=rho))
    # A Tensor in place of a number is another structure, with a kernel of its own.
    assert len(compiled) <= before + 1


def test_numbers_that_are_branched_on_are_part_of_the_structure(native):
    for damping in (0.0, 0.3, 0.0, 0.7):
        agrees(native, Pendulum(damping), 2)


def test_closures_follow_their_variables(native, compiled):
    rate = 0.5
    matrix = torch.eye(3, dtype=torch.float64)

    def f(t, x):
        return -rate * (x @ matrix)

    agrees(native, f)
    before = len(compiled)
    rate = 0.9
    agrees(native, f)
    matrix = 2 * torch.eye(3, dtype=torch.float64)
    agrees(native, f)
    matrix.mul_(0.3)
    agrees(native, f)
    assert len(compiled) == before


def test_globals_follow(native, monkeypatch):
    agrees(native, Pendulum(0.1), 2)
    monkeypatch.setattr(module, "GRAVITY", 1.62)
    agrees(native, Pendulum(0.1), 2)


def test_an_optimiser_step_is_seen(native, compiled):
    f = Network().double()
    agrees(native, f)
    before = len(compiled)
    optimiser = torch.optim.SGD(f.parameters(), lr=0.1)
    f.forward(TS[0], X0).square().sum().backward()
    optimiser.step()
    agrees(native, f)
    first = f.layers.get_submodule("0")
    first.weight = nn.Parameter(first.get_parameter("weight").detach() * 0.5)
    agrees(native, f)
    assert len(compiled) == before


def test_attributes_of_plain_objects(native):
    class Spring:
        def __init__(self):
            self.stiffness = 2.0
            self.options = {"damping": 0.1}

        def __call__(self, t, x):
            a, b = x.unbind(-1)
            return torch.stack((b, -self.stiffness * a - self.options["damping"] * b), -1)

    spring = Spring()
    agrees(native, spring, 2)
    spring.stiffness = 3.0
    spring.options["damping"] = 0.4
    agrees(native, spring, 2)


def test_a_shared_tensor_counts_twice_in_the_gradient(native):
    a = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    f = Lorenz(a, 28.0, a)
    out = solved(native, takens.backend.FixedStepSolve(field=f, method=RK4, x0=X0, ts=TS))
    (ours,) = torch.autograd.grad(out.sum(), a)
    (theirs,) = torch.autograd.grad(eager(f, RK4, X0, TS).sum(), a)
    torch.testing.assert_close(ours, theirs)


def test_a_parameter_computed_from_another_passes_its_gradient_on(native):
    p = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    f = Lorenz(rho=p.exp())
    out = solved(native, takens.backend.FixedStepSolve(field=f, method=RK4, x0=X0, ts=TS))
    (ours,) = torch.autograd.grad(out.sum(), p)
    (theirs,) = torch.autograd.grad(eager(Lorenz(rho=p.exp()), RK4, X0, TS).sum(), p)
    torch.testing.assert_close(ours, theirs)


ACTIVATIONS = "sigmoid", "silu", "softplus", "elu", "selu", "gelu", "mish", "tanh"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_slopes_are_right_far_from_zero(native, dtype):
    # Exponentials of these overflow, in one precision or in both; a slope is never NaN.
    def f(t, x):
        acts = [getattr(nn.functional, name) for name in ACTIVATIONS]
        return torch.stack([act(x[..., i]) for i, act in enumerate(acts)], -1)

    x0 = torch.tensor([1.0, 30.0, 95.0, 800.0], dtype=dtype)
    x0 = torch.cat((x0, -x0))[:, None].repeat(1, len(ACTIVATIONS))
    ts = torch.tensor([0.0, 1e-3], dtype=dtype)
    ours, theirs = x0.clone().requires_grad_(), x0.clone().requires_grad_()
    found = solved(native, takens.backend.FixedStepSolve(field=f, method=RK4, x0=ours, ts=ts))
    assert not isinstance(found, takens.backend.Unsupported), found
    found.sum().backward()
    eager(f, RK4, theirs, ts).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-6, atol=1e-6)
