"""Variances of many points at once, where the kernel is smooth."""

from __future__ import annotations

from typing import cast, final

import attrs
import torch
from torch import Tensor

from takens_gp.inference.pivoted_cholesky import select
from takens_gp.kernel import Kernel

# In shares of the prior variance: what may be missed of what data explain.
TOLERANCE = 1e-9
# Below this size, and above this share of columns, nothing is gained.
_LEAST = 1000
_SHARE = 5


@final
@attrs.frozen(eq=False)
class Compression:
    """A few directions `basis: (n, r)` that hold the covariances of n points with any other.

    For covariances `c = basis h + e`, what the data explain, `c^T K^-1 c`, is
    `2 c^T solved h - h^T inner h` and at most `|e|^2 / noise` more, with `solved = K^-1 basis`
    and `inner = basis^T solved`.
    """

    basis: Tensor
    solved: Tensor
    inner: Tensor
    noise: float

    def explain(self, cross: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the data explain from below, and by how much at most it is more.

        Of covariances `cross: (m, n)`: `(m,)` each.
        """
        within, solved = cross @ self.basis, cross @ self.solved
        twice = solved.mul_(2).sub_(within @ self.inner)
        missed = cross.square().sum(-1) - within.square().sum(-1)
        return (twice * within).sum(-1), missed.clamp(min=0) / self.noise


def compress(kernel: Kernel, x: Tensor, factor: Tensor, noise: float) -> Compression | None:
    """Compress the covariances with `x: (n, d)`, or give None where that takes too many.

    ``factor`` is that of the covariance of x with noise, of which the least is ``noise``.
    """
    n = len(x)
    if n < _LEAST or not noise > 0:
        return None
    with torch.no_grad():
        # What is missed is the product of what x and what the other point have left.
        left = 0.25 * (n * TOLERANCE * noise * float(kernel.diagonal(x).mean())) ** 0.5
        chosen = select(kernel, x, n // _SHARE, left)
        if chosen.residual > left:
            return None
        basis = cast(Tensor, torch.linalg.qr(kernel(x, x[chosen.indices])).Q)
        solved = torch.cholesky_solve(basis, factor)
        return Compression(basis, solved, basis.mT @ solved, noise)
