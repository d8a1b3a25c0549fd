"""Cholesky factors, with jitter only where it is needed, within the memory there is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, cast

import torch
from scipy.linalg import lapack
from torch import Tensor

import takens

# In shares of the mean of the diagonal; beyond the last, the matrix is no covariance.
_JITTERS: Final = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)

_LAPACK: Final[Any] = lapack


def factorise(covariance: Tensor, what: str = "kernel") -> tuple[Tensor, float]:
    """Return the lower factor of `(n, n)`, of which the lower triangle is read, and the jitter.

    Where rounding has made the matrix indefinite, the least jitter of 1e-12, 1e-11, ..., 1e-6
    times the mean of the diagonal that helps is added to the diagonal. The factor is
    differentiable where the covariance is.

    Raises: InputError where the matrix is not positive definite even so.
    """
    diagonal = covariance.detach().diagonal()
    finite = bool(diagonal.isfinite().all())
    if finite:
        factor, info = _attempt(covariance)
        # A matrix with a NaN off the diagonal may pass the check of the pivots.
        if not info and bool(factor.diagonal().isfinite().all()):
            return factor, 0.0
        scale = float(diagonal.mean())
        for share in _JITTERS:
            jittered = covariance.clone()
            jittered.diagonal().add_(share * scale)
            factor, info = _attempt(jittered)
            if not info and bool(factor.diagonal().isfinite().all()):
                return factor, share * scale
    raise takens.InputError(
        f"The covariance of these {len(covariance)} points is not positive definite, not even "
        f"with {_JITTERS[-1]:g} of its diagonal added: raise noise_variance, or correct the "
        f"{what} if it is your own."
    )


def inverse(factor: Tensor) -> Tensor:
    """Return the inverse of the matrix with a lower factor `(n, n)`, in place.

    Only its lower triangle is meant.
    """
    if factor.device.type != "cpu":
        return torch.cholesky_inverse(factor)
    # Rows of torch are columns of LAPACK, so that lower is upper.
    found, _ = _LAPACK.dpotri(factor.numpy().T, lower=0, overwrite_c=1)
    return torch.from_numpy(found.T)


def solve(factor: Tensor, right: Tensor, *, upper: bool = False) -> Tensor:
    """Return `factor^-1 right` of a triangular factor: `(n, n), (n, m) -> (n, m)`."""
    return cast(Tensor, torch.linalg.solve_triangular(factor, right, upper=upper))


def _attempt(covariance: Tensor) -> tuple[Tensor, int]:
    """Return the lower factor, and 0 where there is one."""
    if covariance.device.type != "cpu" or covariance.requires_grad:
        factor, info = cast(tuple[Tensor, Tensor], torch.linalg.cholesky_ex(covariance))
        return factor, int(info)
    # SciPy's LAPACK is as fast as torch's everywhere, and on some machines much faster.
    copy = covariance.numpy().copy(order="C")
    found, info = _LAPACK.dpotrf(copy.T, lower=0, overwrite_a=1, clean=1)
    return torch.from_numpy(found.T), int(info)


def check_memory(n: int) -> None:
    """Refuse exact inference on n points that would not fit in memory.

    Raises: InputError with the numbers.
    """
    needed, free = 3 * 8 * n * n, free_memory()
    if needed > free:
        raise takens.InputError(
            f"Exact inference on {n:,} points needs {needed / 1e9:,.1f} GB (3 n^2 doubles) and "
            f"{free / 1e9:,.1f} GB are free: pass inducing=500, or at most "
            f"{int((free / 24) ** 0.5):,} points."
        )


def free_memory() -> int:
    """Return the memory in bytes that is free, or all there is where that is not known."""
    table = Path("/proc/meminfo")
    if table.exists():
        for line in table.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 2**34
