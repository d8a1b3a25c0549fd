"""Random expressions mean the same compiled as they do in torch, and so do their gradients."""

# pyright: basic

import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st

import takens

from .fields import EULER, solved

UNARY = {
    "neg": torch.neg,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "exp": lambda a: torch.exp(-a.abs()),
    "log": lambda a: torch.log1p(a.square()),
    "sqrt": lambda a: torch.sqrt(1 + a * a),
    "atan": torch.atan,
    "square": torch.square,
    "cube": lambda a: a**3 / (1 + a**2),
    "power": lambda a: (1.5 + torch.sin(a)) ** 1.7,
    "reciprocal": lambda a: (2 + torch.cos(a)).reciprocal(),
    "softplus": torch.nn.functional.softplus,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "elu": torch.nn.functional.elu,
    "erf": torch.erf,
    "relu": lambda a: torch.relu(a - 0.1),
    "clamp": lambda a: a.clamp(-0.83, 0.91),
    "detour": lambda a: torch.stack((a, 2 * a)).sum(0),
}
BINARY = {
    "add": torch.add,
    "sub": torch.sub,
    "rsub": lambda a, b: 1.3 - a * b,
    "mul": torch.mul,
    "div": lambda a, b: a / (1.2 + b.square()),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "where": lambda a, b: torch.where(a > b, a.sin(), b * 0.5),
    "atan2": lambda a, b: torch.atan2(a, b.square() + 0.3),
    "remainder": lambda a, b: torch.remainder(a + 0.123, 1.7) * b,
    "lerp": lambda a, b: torch.lerp(a, b, 0.3),
    "hypot": lambda a, b: torch.linalg.vector_norm(torch.stack((a, b, 0 * a + 1), -1), dim=-1),
}
D = 4

LEAVES = st.one_of(
    st.tuples(st.just("x"), st.integers(0, D - 1)),
    st.tuples(st.just("p"), st.integers(0, 1)),
    st.tuples(st.just("t")),
    st.tuples(st.just("constant"), st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, -0.37, 3.0])),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), inner),
        st.tuples(st.sampled_from(sorted(BINARY)), inner, inner),
    ),
    max_leaves=8,
)


def value(tree, t, x, p):
    kind, *rest = tree
    if kind == "x":
        return x[..., rest[0]]
    if kind == "p":
        return p[rest[0]] + 0 * x[..., 0]
    if kind == "t":
        return t + 0 * x[..., 0]
    if kind == "constant":
        return torch.full_like(x[..., 0], rest[0])
    if kind in UNARY:
        return UNARY[kind](value(rest[0], t, x, p))
    return BINARY[kind](*(value(part, t, x, p) for part in rest))


def agrees(native, field, x0, parameters):
    ts = torch.tensor([0.2, 0.5], dtype=torch.float64)
    ours = solved(
        native, takens.backend.FixedStepSolve(field=field, method=EULER, x0=x0, ts=ts)
    )
    assert not isinstance(ours, takens.backend.Unsupported), ours
    theirs = x0 + (ts[1] - ts[0]) * field(ts[0], x0)
    torch.testing.assert_close(ours[:, 1], theirs, rtol=1e-11, atol=1e-11)
    weight = torch.linspace(0.3, 1.7, theirs.numel(), dtype=torch.float64).view_as(theirs)
    exact = torch.autograd.grad(theirs, (x0, *parameters), weight, allow_unused=True)
    mine = torch.autograd.grad(ours[:, 1], (x0, *parameters), weight, allow_unused=True)
    for a, b in zip(mine, exact, strict=True):
        b = torch.zeros_like(a) if b is None else b
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("group", [UNARY, BINARY], ids=["unary", "binary"])
def test_every_operation(native, group):
    d = len(group)
    generator = torch.Generator().manual_seed(3)
    x0 = torch.randn((5, d), generator=generator, dtype=torch.float64, requires_grad=True)

    def field(t, x):
        xs = x.unbind(-1)
        if group is UNARY:
            return torch.stack([f(a) for f, a in zip(group.values(), xs, strict=True)], -1)
        others = (*xs[1:], xs[0])
        return torch.stack(
            [f(a, b) for f, a, b in zip(group.values(), xs, others, strict=True)], -1
        )

    agrees(native, field, x0, ())


@pytest.mark.parametrize("batch", [1, 17])
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(trees=st.lists(TREES, min_size=D, max_size=D))
def test_random_fields(native, batch, trees):
    generator = torch.Generator().manual_seed(batch)
    x0 = torch.randn((batch, D), generator=generator, dtype=torch.float64, requires_grad=True)
    p = torch.tensor([0.7, -1.1], dtype=torch.float64, requires_grad=True)

    def field(t, x):
        return torch.stack([value(tree, t, x, p) for tree in trees], -1)

    agrees(native, field, x0, (p,))
