"""The same steps in plain torch, against which a kernel is checked when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor

import takens
from takens_native.leaves import Leaves, unpack
from takens_native.refusal import Refusal

Advance: TypeAlias = Callable[
    [Tensor], tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]
]
"""Gives `x: (b, d)` after one step, and what pulls a gradient back to x and parameters."""


def disagreement(
    advance: Advance,
    function: Any,
    method: takens.Tableau | None,
    numbers: Leaves,
    start: tuple[Tensor, Tensor, Tensor],
    gradient: bool,
) -> str | None:
    """Say how a compiled step, or its gradient, differs from eager torch, or None.

    ``start`` is time, step size and state: `(), (), (..., d)`, the state in the shape that
    the function is to take.
    """
    t, h, x = start
    ours, pull = advance(x.reshape(-1, x.shape[-1]))
    with torch.set_grad_enabled(gradient):
        again = x.clone().requires_grad_(gradient)
        theirs = step(function, method, t, again, h)
    ours = ours.view(x.shape)
    reason = difference(ours, theirs.detach())
    if reason or not gradient:
        return reason
    weight = torch.linspace(0.5, 1.5, theirs.numel(), dtype=x.dtype).view_as(theirs)
    wanted = [tensor for tensor in numbers.tensors if tensor.requires_grad]
    grad = cast(Callable[..., tuple[Tensor | None, ...]], torch.autograd.grad)
    exact = grad(theirs, (again, *wanted), weight, allow_unused=True)
    gx, gu = pull(weight.view(-1, x.shape[-1]))
    mine = [gx.view(x.shape), *(part for part in unpack(numbers, gu) if part is not None)]
    for a, b in zip(mine, exact, strict=True):
        reason = difference(a, torch.zeros_like(a) if b is None else b)
        if reason:
            return f"a gradient with {reason}"
    return None


def step(
    function: Any, method: takens.Tableau | None, t: Tensor, x: Tensor, h: Tensor
) -> Tensor:
    """Give the state after one step from `x: (..., d)`, for `t, h: ()`; a map is its own step.

    Raises: Refusal where the function raises: it is for the eager loop to say so.
    """
    try:
        return _step(function, method, t, x, h)
    except Exception as error:
        raise Refusal(f"eager torch gives {type(error).__name__}") from error


def _step(
    function: Any, method: takens.Tableau | None, t: Tensor, x: Tensor, h: Tensor
) -> Tensor:
    if method is None:
        return function(x)
    ks = list[Tensor]()
    for i in range(method.stages):
        y = x
        for a, k in zip(method.a[i], ks, strict=True):
            y = y + h * a * k if a else y
        ks.append(function(t + method.c[i] * h, y))
    for b, k in zip(method.b, ks, strict=True):
        x = x + h * b * k if b else x
    return x


def difference(ours: Tensor, theirs: Tensor) -> str | None:
    """Say how two results differ by more than rounding; None where they do not."""
    if ours.shape != theirs.shape:
        return f"the shape {tuple(ours.shape)} where eager torch gives {tuple(theirs.shape)}"
    if ours.dtype != theirs.dtype:
        return f"{ours.dtype} where eager torch gives {theirs.dtype}"
    tolerance = 2000 * torch.finfo(ours.dtype).eps
    ours, theirs = ours.double(), theirs.double()
    fine = theirs.isfinite()
    if not bool((ours.isfinite() == fine).all()):
        return "numbers that are not finite where those of eager torch are, or the reverse"
    if not bool(fine.any()):
        return None
    gap = float((ours - theirs)[fine].abs().max())
    if gap <= tolerance * max(1e-2, float(theirs[fine].abs().max())):
        return None
    return f"a difference of {gap:.2g} from eager torch"
