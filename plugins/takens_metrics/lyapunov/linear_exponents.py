"""Lyapunov exponents of linear dynamics, from their eigenvalues."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.records import Array

# Jacobians are compared at a start, at its opposite, and this many times nearer and farther.
_SCALES = (1.0, -1.0, 1e3, -1e3, 1e-3)
_ROUNDING = 1e-9


def linear_exponents(step: takens.plugin.Map, x: Tensor, dt: float) -> Array | None:
    """Return all exponents of affine dynamics, descending; None where others are given.

    `x: (starts, d)` are states to look at. Those of a field are the real parts of its
    eigenvalues, whatever steps do; those of a map, as of a model, log |eigenvalue| / dt.

    Source: Adrianova (1995), Introduction to linear systems of differential equations, AMS,
    chapter 3.
    """
    field = step.field if isinstance(step, takens.plugin.FlowMap) else None
    if field is None or isinstance(field, takens.plugin.Model):
        jacobian = _constant_jacobian(step, x)
        if jacobian is None:
            return None
        sizes = np.abs(np.linalg.eigvals(jacobian))
        with np.errstate(divide="ignore"):
            rates = np.log(sizes) / dt
    else:
        zero = x.new_zeros(())
        jacobian = _constant_jacobian(lambda at: field(zero, at), x)
        if jacobian is None:
            return None
        rates = np.linalg.eigvals(jacobian).real
    return np.asarray(np.sort(rates)[::-1], dtype=np.float64)


def _constant_jacobian(function: Callable[[Tensor], Tensor], x: Tensor) -> Array | None:
    x = x[x.isfinite().all(-1)]
    at = torch.cat([scale * x for scale in _SCALES] + [torch.zeros_like(x[:1])])
    axes = torch.eye(x.shape[-1], dtype=x.dtype).expand(len(at), -1, -1)
    found = takens.plugin.jvp(function, at, axes)[1]
    if not found.isfinite().all():
        return None
    same = (found - found[-1]).abs().amax() <= _ROUNDING * found[-1].abs().amax()
    return found[-1].detach().cpu().numpy() if same else None
