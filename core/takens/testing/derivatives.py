"""Dynamics of either time, their derivatives, and whether they are computed in double."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import Any, Final, cast

import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from takens._protocols.dynamics import Time
from takens.testing.asking import require_close
from takens.testing.samples import DOUBLE, gradients, numbers

# A field may depend on its time: what is right at time 0 alone is not right.
TIMES: Final = (0.0, 0.7, -2.3)
# Wide enough for the noise of double precision, narrow enough for that of single.
_STEP: Final = 2.0**-20


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


def require_jacobian(dynamics: Any, x: Tensor) -> None:
    """Fail unless ``jacobian`` at `x: (2, 3, d)` is the derivative, at any time."""
    for t in TIMES:
        found = dynamics.jacobian(x.new_tensor(t), x)
        expected = derivative(dynamics, x.reshape(-1, x.shape[-1]), t)
        says = "jacobian() differs from the derivative"
        require_close(found, expected.reshape(*x.shape, x.shape[-1]), says)


def require_tangent(dynamics: Any, x: Tensor) -> None:
    """Fail unless ``tangent`` pushes vectors at `x: (n, d)` by the derivative of the map."""
    v = numbers(*x.shape, 2, seed=1)
    following, pushed = dynamics.tangent(x, v)
    require_close(following, velocity(dynamics, x), "tangent() gives another next state")
    says = "tangent() differs from the derivative"
    require_close(pushed, derivative(dynamics, x) @ v, says)


def require_own_times(dynamics: Any, x: Tensor) -> None:
    """Fail unless ``at_own_times`` at `x: (2, 3, d)` is what each sample gets at its time."""
    t = torch.linspace(-1, 2, 6, dtype=DOUBLE).to(x).reshape(2, 3)
    samples = zip(t.flatten(), x.reshape(6, -1), strict=True)
    alone = torch.stack([dynamics(when, point) for when, point in samples])
    found = dynamics.at_own_times(t, x)
    require_close(found, alone.reshape(x.shape), "at_own_times() differs from one at a time")
    once = dynamics.at_own_times(t[0, 0], x)
    require_close(once, dynamics(t[0, 0], x), "at_own_times() differs at a time for all")
