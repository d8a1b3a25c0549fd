"""What functions of tensors keep to, whatever kind of component offers them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Final, TypeAlias, cast

import attrs
import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from takens._protocols.dynamics import SupportsJacobian, SupportsOwnTimes, SupportsTangent, Time
from takens.testing.asking import require, require_close, require_same
from takens.testing.check import Checks
from takens.testing.samples import DOUBLE, gradients, numbers

# Functions by name, each with six points `(6, ...)` and the shape of its result at one.
Functions: TypeAlias = Mapping[str, tuple[Callable[[Tensor], Tensor], Tensor, tuple[int, ...]]]

# A field may depend on its time: what is right at time 0 alone is not right.
TIMES: Final = (0.0, 0.7, -2.3)
# Wide enough for the noise of double precision, narrow enough for that of single.
_STEP: Final = 2.0**-22


def _again(component: Any) -> Any:
    return attrs.evolve(component) if attrs.has(cast(Any, type(component))) else component


def add_functions(
    checks: Checks,
    kind: str,
    functions: Callable[[Any, torch.dtype], Functions],
    own: Callable[[Any, torch.dtype], Any] = lambda component, _: component,
    again: Callable[[Any], Any] = _again,
    shapes: str = "shape_and_dtype",
) -> None:
    """Add the checks of functions that a component, or its ``own`` copy, offers."""

    def its(component: Any, dtype: torch.dtype = DOUBLE) -> Iterable[Any]:
        offered = functions(own(component, dtype), dtype)
        return ((what, *each) for what, each in offered.items())

    def has_shapes(component: Any) -> None:
        for dtype in (torch.float32, torch.float64):
            for what, function, x, size in its(component, dtype):
                for shape in ((), (6,), (2, 3)):
                    found = function(x[0] if shape == () else x.reshape(*shape, *x.shape[1:]))
                    given = f"{what}: {dtype} of {(*shape, *x.shape[1:])} gives {found.dtype}"
                    right = found.shape == (*shape, *size) and found.dtype == dtype
                    require(right, f"{given} {tuple(found.shape)}.")
                    require(bool(found.isfinite().all()), f"{given} that is not finite.")

    def is_pointwise(component: Any) -> None:
        for what, function, x, size in its(component):
            alone = torch.stack([function(point) for point in x])
            for shape in ((6,), (2, 3)):
                found = function(x.reshape(*shape, *x.shape[1:])).reshape(6, *size)
                require_close(found, alone, f"{what}: a batch differs from its members alone")

    def leaves_alone(component: Any) -> None:
        for what, function, x, _ in its(component):
            before, first = x.clone(), function(x)
            kept, _ = first.clone(), function(x.flip(0))
            require_same(x, before, f"{what}: what was given was changed in place")
            require_same(first, kept, f"{what}: what it gave earlier was changed in place")
            require_same(function(x), kept, f"{what}: two answers to one question differ")

    def is_differentiable(component: Any) -> None:
        for what, function, x, _ in its(component):
            require_double(function, x, what)

    def is_double(component: Any) -> None:
        expected = {what: function(x) for what, function, x, _ in its(component)}
        with default_dtype(DOUBLE):
            made = functions(again(component), DOUBLE)
            found = {what: function(x) for what, (function, x, _) in made.items()}
        for what, value in found.items():
            says = f"{what} depends on torch's default dtype: a constant is in single precision"
            require_close(value, expected[what], says, rtol=1e-10, atol=1e-12)

    for name, promise, ask in (
        (shapes, "results have the shape and dtype that they should have", has_shapes),
        ("batch_is_pointwise", "no member of a batch sees another", is_pointwise),
        ("leaves_its_input_alone", "nothing is written to, and answers repeat", leaves_alone),
        ("is_differentiable", "gradients are right, in double precision", is_differentiable),
        ("precision", "what is given in double precision is computed in it", is_double),
    ):
        checks.table(f"{kind}_{name}", promise, ask)


def add_derivatives(
    checks: Checks, kind: str, own: Callable[[Any], Any], points: Callable[[Any], Tensor]
) -> None:
    """Add the checks of what dynamics know of themselves, at `points: (6, d)`."""

    def jacobian(component: Any) -> None:
        dynamics, x = own(component), points(component)
        for t in TIMES:
            found = dynamics.jacobian(x.new_tensor(t), x.reshape(2, 3, -1)).flatten(0, 1)
            says = "jacobian() differs from the derivative"
            require_close(found, derivative(dynamics, x, t), says)

    def tangent(component: Any) -> None:
        dynamics, x = own(component), points(component)
        v = numbers(*x.shape, 2, seed=1)
        following, pushed = dynamics.tangent(x, v)
        require_close(following, velocity(dynamics, x), "tangent() gives another next state")
        says = "tangent() differs from the derivative"
        require_close(pushed, derivative(dynamics, x) @ v, says)

    def own_times(component: Any) -> None:
        dynamics, x = own(component), points(component)
        t = torch.linspace(-1, 2, 6, dtype=DOUBLE)
        alone = torch.stack([dynamics(when, one) for when, one in zip(t, x, strict=True)])
        found = dynamics.at_own_times(t.reshape(2, 3), x.reshape(2, 3, -1)).flatten(0, 1)
        require_close(found, alone, "at_own_times() differs from one at a time")
        once = dynamics.at_own_times(t[0], x)
        require_close(once, dynamics(t[0], x), "at_own_times() differs at a time for all")

    for where, promise, ask in (
        (SupportsJacobian, "the Jacobian is the derivative, at any time", jacobian),
        (SupportsTangent, "vectors are pushed by the derivative of the map", tangent),
        (SupportsOwnTimes, "samples with times of their own get them", own_times),
    ):
        checks.table(f"{kind}{ask.__name__}", promise, ask, where)


def velocity(dynamics: Any, x: Tensor, t: float = 0.0) -> Tensor:
    """Apply a field at a time, or a map, as ``time`` says."""
    if dynamics.time is Time.CONTINUOUS:
        return dynamics(x.new_tensor(t), x)
    return dynamics(x)


def derivative(dynamics: Any, x: Tensor, t: float = 0.0) -> Tensor:
    """Differentiate a field or a map at every point `x: (n, d)`: `(n, d, d)`."""

    def at(point: Tensor) -> Tensor:
        return velocity(dynamics, point, t)

    return cast(Tensor, vmap(jacfwd(at))(x))


@contextlib.contextmanager
def default_dtype(dtype: torch.dtype) -> Generator[None]:
    """Let torch make new tensors in another precision inside."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def require_double(function: Callable[[Tensor], Tensor], x: Tensor, what: str) -> None:
    """Fail unless a function of `x`, in float64, is smooth at the scale of float64.

    What is rounded to single precision on the way moves in jumps; what is cut off from `x`
    has no gradient.
    """
    x = x.detach().requires_grad_()
    v, value = (1 + x.detach().abs()) * numbers(*x.shape, seed=5), function(x)
    w = numbers(*value.shape, seed=6)
    with torch.no_grad():
        ahead, behind = (function(x + sign * _STEP * v) for sign in (1, -1))
    moved = (w * (ahead - behind)).sum() / (2 * _STEP)
    (gradient,) = gradients((w * value).sum(), x) if value.requires_grad else (None,)
    slope = torch.zeros_like(moved) if gradient is None else (gradient * v).sum()
    size = float((w * value.detach()).abs().max() + slope.abs())
    says = f"{what} is cut off from what it depends on, or rounded to single precision"
    require_close(slope, moved, says, rtol=2e-3, atol=2e-3 * size)


def require_reached(value: Tensor, weights: Mapping[str, Tensor]) -> None:
    """Fail unless a number depends on every weight, by a finite gradient."""
    require(value.requires_grad, "Nothing has a gradient.")
    found = gradients(value, *weights.values())
    for name, gradient in zip(weights, found, strict=True):
        reached = gradient is not None and bool(gradient.isfinite().all() and gradient.any())
        require(reached, f"No gradient reaches {name}, or none that is finite.")
