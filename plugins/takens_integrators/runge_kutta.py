"""One step of an explicit Runge-Kutta method, whatever its tableau."""

from collections.abc import Sequence

import torch
from torch import Tensor

import takens


def combine(x: Tensor, h: Tensor | float, weights: Sequence[float], ks: list[Tensor]) -> Tensor:
    """Give `x + h sum_i w_i k_i` for `x, k_i: (..., d)` and `h` that broadcasts with them."""
    terms = [(weight, k) for weight, k in zip(weights, ks, strict=False) if weight]
    if not isinstance(h, Tensor):
        for weight, k in terms:
            x = torch.add(x, k, alpha=weight * h)
        return x
    if len(terms) > 3:
        # One product in place of many sums: small tensors cost by the operation.
        stacked = torch.stack([k for _, k in terms]).view(len(terms), -1)
        total = torch.mv(stacked.t(), stacked.new_tensor([weight for weight, _ in terms]))
        return torch.addcmul(x, total.view(x.shape), h)
    total = terms[0][1] if terms[0][0] == 1.0 else terms[0][1] * terms[0][0]
    for weight, k in terms[1:]:
        total = torch.add(total, k, alpha=weight)
    return torch.addcmul(x, total, h)


def runge_kutta_stages(
    tableau: takens.Tableau,
    f: takens.VectorField,
    t: Tensor,
    x: Tensor,
    dt: Tensor | float,
    first: Tensor | None = None,
) -> tuple[list[Tensor], Tensor]:
    """Evaluate the stages, and give them with the state that the last one was evaluated at.

    `t` and `dt` are `()`, or `(...)` where every sample of `x: (..., d)` has its own.
    ``first`` is `f(t, x)` where it is known already.
    """
    h = per_state(dt, x)
    ks = [f(t, x) if first is None else first]
    y = x
    for i in range(1, tableau.stages):
        y = combine(x, h, tableau.a[i], ks)
        ks.append(f(stage_time(t, tableau.c[i], dt), y))
    return ks, y


def runge_kutta_step(
    tableau: takens.Tableau, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor | float
) -> Tensor:
    """Advance `x: (..., d)` by `dt`; shapes as for the stages."""
    ks, _ = runge_kutta_stages(tableau, f, t, x, dt)
    return combine(x, per_state(dt, x), tableau.b, ks)


def per_state(dt: Tensor | float, x: Tensor) -> Tensor | float:
    """Give a step size in the dtype of the state, and in a shape that broadcasts with it."""
    if not isinstance(dt, Tensor):
        return dt
    dt = dt.to(x.dtype)
    return dt.unsqueeze(-1) if dt.dim() else dt


def stage_time(t: Tensor, c: float, dt: Tensor | float) -> Tensor:
    """Give `t + c dt`."""
    if not c:
        return t
    return torch.add(t, dt, alpha=c) if isinstance(dt, Tensor) else t + c * dt
