"""The log evidence of data under a Gaussian process, and its gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, cast, final

import torch
from torch import Tensor

from takens_gp.inference.cholesky import factorise, inverse
from takens_gp.inference.hyperparameters import Search
from takens_gp.kernel import Kernel
from takens_gp.kernels.vjp import vjp

# Strips of this many entries stay in the cache through all operations of a kernel.
_STRIP = 1 << 16


def log_evidence(covariance: Tensor, y: Tensor) -> Tensor:
    """Return `log p(y)` of `y: (n,)` or `(n, q)` under `covariance: (n, n)`, noise included.

    It is differentiable once, by one inverse of the factor.

    Raises: InputError where the covariance is not positive definite.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eqs. 5.8
    and 5.9.
    """
    return cast(Tensor, cast(Any, _LogEvidence).apply(covariance, y))


@final
class _LogEvidence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, covariance: Tensor, y: Tensor) -> Tensor:
        columns = y.unsqueeze(-1) if y.ndim == 1 else y
        factor, _ = factorise(covariance)
        weights = torch.cholesky_solve(columns, factor)
        ctx.save_for_backward(factor, weights)
        ctx.shape = y.shape
        return value_of(factor, weights, columns)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        factor, weights = ctx.saved_tensors
        by_covariance = slope(factor, weights)
        return gradients[0] * by_covariance, -gradients[0] * weights.view(ctx.shape)


def value_of(factor: Tensor, weights: Tensor, y: Tensor) -> Tensor:
    """Return the log evidence from a factor and `weights = K^-1 y`, all columns together."""
    n, q = y.shape
    determinant = factor.diagonal().log().sum()
    return -0.5 * (weights * y).sum() - q * (determinant + 0.5 * n * math.log(2 * math.pi))


def slope(factor: Tensor, weights: Tensor) -> Tensor:
    """Return the derivative by the covariance, `(w w^T - q K^-1) / 2`: `(n, n)`."""
    lower = inverse(factor.clone())
    whole = lower.tril_() + lower.tril(-1).mT
    return whole.addmm_(weights, weights.mT, beta=-0.5 * weights.shape[1], alpha=0.5)


def covariance_of(kernel: Kernel, x: Tensor, noise: Tensor | float) -> Tensor:
    """Return the covariance of measurements, its lower triangle only: `(n, n)`.

    `noise: (n,)` or () are the variances of the measurements.
    """
    n = len(x)
    covariance = x.new_zeros(n, n)
    for rows in _strips(n):
        covariance[rows, : rows.stop] = kernel(x[rows], x[: rows.stop])
    covariance.diagonal().add_(noise)
    return covariance


def evidence_and_gradient(
    search: Search, logarithms: Tensor, x: Tensor, y: Tensor, point_noise: Tensor | float
) -> tuple[float, Tensor]:
    """Return the log evidence and its gradient by `logarithms: (p,)`.

    The kernel is differentiated strip by strip, weighted by the derivative of the evidence by
    the covariance, so that no more than two matrices are held.
    """
    with torch.no_grad():
        kernel, noise = search.made(logarithms)
        factor, _ = factorise(covariance_of(kernel, x, noise + point_noise))
        weights = torch.cholesky_solve(y, factor)
        value = float(value_of(factor, weights, y))
        known = inverse(factor)
        gradient = torch.zeros_like(logarithms)
        by_kernel = gradient[:-1] if search.noise_variance > 0 else gradient
        for rows in _strips(len(x)):
            # What lies below the diagonal stands for what lies above it, too.
            share = weights[rows] @ weights[: rows.stop].mT
            share.sub_(known[rows, : rows.stop], alpha=y.shape[1])
            share[:, rows.start :].tril_().diagonal().mul_(0.5)
            by_kernel += vjp(kernel, x[rows], x[: rows.stop], share)
        if search.noise_variance > 0:
            trace = known.diagonal().sum()
            gradient[-1] = 0.5 * (weights.square().sum() - y.shape[1] * trace)
    return value, gradient * logarithms.exp()


def _strips(n: int) -> Iterator[slice]:
    """Cut n rows, of which row i has i + 1 entries, into strips of similar area."""
    start = 0
    while start < n:
        rows = max(8, int((math.sqrt(start * start + 4 * _STRIP) - start) / 2))
        yield slice(start, min(start + rows, n))
        start += rows
