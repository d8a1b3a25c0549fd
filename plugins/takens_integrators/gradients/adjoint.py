"""Gradients by the continuous adjoint equation, solved backward."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, cast, final

import attrs
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

import takens
from takens.plugin import Tableau, VectorField
from takens_integrators.gradients.autograd_leaves import sources_of_gradient
from takens_integrators.runge_kutta import combine, per_state, stage_time
from takens_integrators.under_transforms import is_plain

_AT_ONCE = 2**20


@final
@attrs.frozen(eq=False)
class Steps:
    """Steps that a solver took: `t, dt: (K)` or `(K, ...)`, from states `x: (K, ..., d)`.

    ``next_step`` is the size `(...)` that would have come next, where it is chosen.
    """

    t: Tensor
    dt: Tensor
    x: Tensor
    last: Tensor
    next_step: Tensor | None = None


Solve: TypeAlias = Callable[[VectorField, Tensor, Tensor], Tensor]
Trace: TypeAlias = Callable[[VectorField, Tensor, Tensor, Tensor | None], Steps]
"""Solves from one time to the next, `ts: (2,)` or `(..., 2)`, and keeps the steps.

Is given the size of its first step where one is known."""

Point: TypeAlias = tuple[Tensor, Tensor, Tensor | float]
"""A time, state and adjoint `(..., 2 d)` there, and the weight of the adjoint."""
Quadrature: TypeAlias = Callable[[VectorField, Tensor, Tensor, Tensor], Iterator[Point]]
"""Returns the points whose sum is the integral over a step: `(pair, t, dt, z)`."""


def solve_with_adjoint(
    quadrature: Quadrature,
    solve: Solve,
    trace: Trace,
    f: VectorField,
    x0: Tensor,
    ts: Tensor,
    parameters: Sequence[Tensor] = (),
    joined: int = 0,
) -> Tensor:
    """Return ``solve(f, x0, ts)``, with a gradient from the adjoint equation.

    ``f`` takes a time for each sample, too; the last ``joined`` dimensions of a batch are one
    sample. The pair of state and adjoint
    `a' = -(df/dx)^T a` goes backward through ``trace``, anew from the saved state at each
    saved time. The integral of `a^T df/dp` for the
    parameters is taken along the steps by the method's own ``quadrature``; it takes no
    part in the choice of the steps.

    Source: Chen et al. (2018), Neural ordinary differential equations, appendix B and C;
    Kidger et al. (2021), "Hey, that's not an ODE", section 3, for the error control.
    """
    if not torch.is_grad_enabled():
        return solve(f, x0, ts)
    if not (is_plain(x0) and is_plain(ts) and is_plain(f(ts[..., 0].to(x0.dtype), x0))):
        raise takens.InputError(
            "gradient='adjoint' does not work under torch.func, whose transforms go through "
            "the steps: use gradient='direct' there."
        )
    sources = sources_of_gradient(f, ts[..., 0].to(x0.dtype), x0, parameters)
    return cast(Tensor, _Adjoint.apply(quadrature, solve, trace, f, joined, x0, ts, *sources))  # pyright: ignore[reportUnknownMemberType]


class _Adjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        quadrature, solve, trace, f, joined, x0, ts, *sources = inputs
        with torch.no_grad():
            xs = solve(f, x0, ts)
        ctx.save_for_backward(xs, ts, *sources)
        ctx.method = (quadrature, trace, f, joined)
        return xs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grad_outputs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        (gradient,) = grad_outputs
        xs, ts, *sources = ctx.saved_tensors
        quadrature, trace, f, joined = ctx.method
        sample = tuple(range(-1 - joined, 0))
        d, n = xs.shape[-1], xs.shape[-2]
        pair = _with_adjoint(f, d)
        a = gradient[..., n - 1, :]
        totals = [torch.zeros_like(source) for source in sources]
        step = None
        for j in range(n - 1, 0, -1):
            if bool((ts[..., j] == ts[..., j - 1]).all()):
                a = a + gradient[..., j - 1, :]
                continue
            # The equation is linear in a, and tolerances are meant for numbers near one.
            unit = a.abs().amax(sample, keepdim=True)
            unit = torch.where(unit > 0, unit, 1.0)
            z = torch.cat((xs[..., j, :], a / unit), -1)
            steps = trace(pair, z, ts[..., [j, j - 1]], step)
            step = steps.next_step
            if sources:
                _add_integral(totals, quadrature, f, steps, sources, unit)
            a = steps.last[..., d:] * unit + gradient[..., j - 1, :]
        return (None, None, None, None, None, a, _times(ctx, f, xs, ts, gradient, a), *totals)


def _times(
    ctx: Any, f: VectorField, xs: Tensor, ts: Tensor, gradient: Tensor, a: Tensor
) -> Tensor | None:
    """Return the gradient to the times: each moves its own state, and the first all others."""
    if not ctx.needs_input_grad[6]:
        return None
    times = ts.to(xs.dtype).unbind(-1)
    velocity = torch.stack([f(t, x) for t, x in zip(times, xs.unbind(-2), strict=True)], -2)
    own = (gradient * velocity).sum(-1)
    first = -((a - gradient[..., 0, :]) * velocity[..., 0, :]).sum(-1)
    moved = torch.cat((first.unsqueeze(-1), own[..., 1:]), -1)
    return moved.sum_to_size(ts.shape).to(ts.dtype)


def _with_adjoint(f: VectorField, d: int) -> VectorField:
    """Return the field of state and adjoint together, `(..., 2 d)`."""

    def pair(t: Tensor, z: Tensor, /) -> Tensor:
        x, a = z[..., :d].detach().requires_grad_(), z[..., d:]
        with torch.enable_grad():
            velocity = f(t, x)
        if not velocity.requires_grad:
            return torch.cat((velocity, torch.zeros_like(a)), -1)
        (da,) = torch.autograd.grad(velocity, x, -a, allow_unused=True, materialize_grads=True)
        return torch.cat((velocity.detach(), da), -1)

    return pair


def _add_integral(
    totals: list[Tensor],
    quadrature: Quadrature,
    f: VectorField,
    steps: Steps,
    sources: Sequence[Tensor],
    unit: Tensor,
) -> None:
    """Add the integral of `a^T df/dp` over the steps, which run backward, many at once."""
    chunk = max(1, _AT_ONCE // max(steps.x[0].numel(), 1))
    for start in range(0, len(steps.t), chunk):
        t, dt, z = (part[start : start + chunk] for part in (steps.t, steps.dt, steps.x))
        # Steps of all samples at once: a time for each of them.
        lead = z.shape[:-1]
        t = t.reshape(*t.shape, *([1] * (len(lead) - t.dim()))).expand(lead).to(z.dtype)
        dt = dt.reshape(*dt.shape, *([1] * (len(lead) - dt.dim()))).expand(lead)
        both = _with_adjoint(f, z.shape[-1] // 2)
        for time, y, weight in quadrature(both, t, dt, z):
            x, a = y.chunk(2, -1)
            with torch.enable_grad():
                velocity = f(time, x.detach())
            if velocity.requires_grad:
                gradients: tuple[Tensor | None, ...] = torch.autograd.grad(
                    velocity, sources, -weight * unit * a, allow_unused=True
                )
                for total, gradient in zip(totals, gradients, strict=True):
                    if gradient is not None:  # pyright: ignore[reportUnnecessaryComparison]
                        total += gradient


def by_stages(tableau: Tableau) -> Quadrature:
    """Return the quadrature of a Runge-Kutta method: its stages with their weights."""
    return functools.partial(_stage_points, tableau)


def _stage_points(
    tableau: Tableau, pair: VectorField, t: Tensor, dt: Tensor, z: Tensor
) -> Iterator[Point]:
    h = per_state(dt, z)
    ks: list[Tensor] = []
    for i, weight in enumerate(tableau.b):
        time = stage_time(t, tableau.c[i], dt.to(z.dtype))
        y = combine(z, h, tableau.a[i], ks) if i else z
        if i + 1 < tableau.stages:
            ks.append(pair(time, y))
        if weight:
            yield time, y, weight * h
