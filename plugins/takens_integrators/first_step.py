"""The first step of an adaptive loop."""

import torch
from torch import Tensor

import takens
from takens_integrators.attempt import Method


def root_mean_square(x: Tensor) -> Tensor:
    """Give the norm in which errors are measured: `(..., d) -> (...)`."""
    return x.square().mean(-1).sqrt()


def first_step(
    method: Method,
    f: takens.VectorField,
    t: Tensor,
    x: Tensor,
    slope: Tensor,
    span: Tensor,
    rtol: float,
    atol: float,
) -> Tensor:
    """Give a step of which the error is about what is tolerated, for `t: (...)`.

    Source: Hairer, Norsett and Wanner (1993), section II.4, page 169.
    """
    scale = atol + rtol * x.abs()
    d0, d1 = (
        root_mean_square(x / scale).to(t.dtype),
        root_mean_square(slope / scale).to(t.dtype),
    )
    h = torch.where((d0 < 1e-5) | (d1 < 1e-5), 1e-6, 0.01 * d0 / d1)
    h = torch.minimum(torch.nan_to_num(h, nan=1e-6), span.abs())
    direction = torch.sign(span)
    signed = (direction * h).to(x.dtype)
    ahead = f((t + direction * h).to(x.dtype), x + signed.unsqueeze(-1) * slope)
    d2 = root_mean_square((ahead - slope) / scale).to(t.dtype) / h
    steepest = torch.maximum(d1, d2)
    flat = (1e-3 * h).clamp_min(1e-6)
    h1 = torch.where(steepest <= 1e-15, flat, (0.01 / steepest) ** (1 / method.order))
    h1 = torch.nan_to_num(h1, nan=1e-6).clamp_min(1e-12)
    return direction * torch.minimum(torch.minimum(100 * h, h1), span.abs())
