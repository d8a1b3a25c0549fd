"""What every kernel keeps to."""

from __future__ import annotations

from typing import Any, cast

import attrs
import torch
from torch import Tensor

from takens._protocols.kernel import Kernel
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import DOUBLE, gradients


def check_kernel_protocol(kernel: Kernel) -> None:
    """Check that every hyperparameter is a field within its bounds."""
    require_instance(kernel, Kernel)
    for name, (low, high) in kernel.bounds.items():
        values = torch.as_tensor(getattr(kernel, name), dtype=DOUBLE)
        inside = bool(((values >= low) & (values <= high)).all())
        require(0 < low < high and inside, f"{name} is {values.tolist()} in ({low}, {high}).")


def check_kernel_shape_and_dtype(kernel: Kernel) -> None:
    """Check that covariances are `(..., n, m)`, in the dtype of the points."""
    for dtype in (torch.float32, torch.float64):
        x, y = _points(5).to(dtype).expand(2, 5, 1), _points(3).to(dtype).expand(2, 3, 1)
        found = kernel(x, y)
        require(
            found.shape == (2, 5, 3) and found.dtype == dtype,
            f"{dtype} points give {found.dtype} {tuple(found.shape)}.",
        )


def check_kernel_is_a_covariance(kernel: Kernel) -> None:
    """Check that matrices are symmetric and have no negative eigenvalue."""
    matrix = kernel(_points(8), _points(8))
    require_close(matrix, matrix.mT, "The matrix is not symmetric")
    lowest = float(cast(Tensor, torch.linalg.eigvalsh(matrix)).min())
    largest = float(matrix.abs().max())
    require(lowest > -1e-9 * max(1.0, largest), f"It has the eigenvalue {lowest:.3g}.")


def check_kernel_diagonal(kernel: Kernel) -> None:
    """Check that ``diagonal`` is the diagonal."""
    x = _points(6)
    found = kernel(x, x).diagonal(dim1=-2, dim2=-1)
    require_close(kernel.diagonal(x), found, "diagonal() is not the matrix's diagonal")


def check_kernel_is_differentiable(kernel: Kernel) -> None:
    """Check that a gradient reaches every hyperparameter."""
    x = _points(6)
    for name in kernel.bounds:
        value = torch.as_tensor(getattr(kernel, name), dtype=DOUBLE).clone().requires_grad_()
        own = attrs.evolve(cast(Any, kernel), **{name: value})
        matrix = cast(Tensor, own(x, x)) + cast(Tensor, own.diagonal(x)).diag()
        require(matrix.requires_grad, f"No gradient reaches {name}.")
        (gradient,) = gradients(matrix.square().sum(), value)
        require(gradient is not None, f"No gradient reaches {name}.")


def _points(count: int) -> Tensor:
    # One dimension, above zero: where kernels over times are defined, too.
    return torch.linspace(0.3, 2.0, count, dtype=DOUBLE).unsqueeze(-1)


CHECKS = (
    check_kernel_protocol,
    check_kernel_shape_and_dtype,
    check_kernel_is_a_covariance,
    check_kernel_diagonal,
    check_kernel_is_differentiable,
)
