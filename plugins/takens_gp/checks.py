"""What every kernel keeps to."""

from __future__ import annotations

from typing import Any, cast

import attrs
import torch
from torch import Tensor

from takens.testing import Checks, require, require_close, require_instance
from takens.testing.derivatives import default_dtype, require_double
from takens.testing.samples import DOUBLE, gradients
from takens_gp.kernel import Kernel

CHECKS = Checks(Kernel)


def _is_learned(kernel: Kernel) -> bool:
    return bool(kernel.bounds)


@CHECKS.add
def check_kernel_protocol(kernel: Kernel) -> None:
    """Check that every hyperparameter is a field within its bounds."""
    require_instance(kernel, Kernel)
    for name, (low, high) in kernel.bounds.items():
        values = torch.as_tensor(getattr(kernel, name), dtype=DOUBLE)
        inside = bool(((values >= low) & (values <= high)).all())
        require(0 < low < high and inside, f"{name} is {values.tolist()} in ({low}, {high}).")


@CHECKS.add
def check_kernel_shape_and_dtype(kernel: Kernel) -> None:
    """Check that covariances are `(..., n, m)`, in the dtype of the points."""
    for dtype in (torch.float32, torch.float64):
        x, y = _points(5).to(dtype).expand(2, 5, 1), _points(3).to(dtype).expand(2, 3, 1)
        for what, found, shape in (
            ("points", kernel(x, y), (2, 5, 3)),
            ("points on the diagonal", kernel.diagonal(x), (2, 5)),
        ):
            says = f"{dtype} {what} give {found.dtype} {tuple(found.shape)}."
            require(found.shape == shape and found.dtype == dtype, says)


@CHECKS.add
def check_kernel_is_a_covariance(kernel: Kernel) -> None:
    """Check that matrices are symmetric and have no negative eigenvalue."""
    x, y = _points(8), _points(3)
    matrix, turned = kernel(x, x), kernel(y, x).mT
    require_close(matrix, matrix.mT, "The matrix is not symmetric")
    require_close(kernel(x, y), turned, "The covariance of two is not that of them exchanged")
    lowest = float(cast(Tensor, torch.linalg.eigvalsh(matrix)).min())
    largest = float(matrix.abs().max())
    require(lowest > -1e-9 * max(1.0, largest), f"It has the eigenvalue {lowest:.3g}.")


@CHECKS.add
def check_kernel_batch_is_pointwise(kernel: Kernel) -> None:
    """Check that a covariance depends on its two points only."""
    x, y = _points(5), _points(3) + 0.05
    alone = torch.stack([torch.cat([kernel(a[None], b[None])[0] for b in y]) for a in x])
    says = "A covariance depends on other points"
    require_close(kernel(x, y), alone, says)
    batch = torch.stack((x, 1.5 * x))
    each = torch.stack([kernel(one, y) for one in batch])
    require_close(kernel(batch, y.expand(2, 3, 1)), each, says)


@CHECKS.add
def check_kernel_diagonal(kernel: Kernel) -> None:
    """Check that ``diagonal`` is the diagonal, in a batch too."""
    x = torch.stack((_points(6), 1.5 * _points(6)))
    found = torch.stack([kernel(one, one).diagonal() for one in x])
    require_close(kernel.diagonal(x), found, "diagonal() is not the matrix's diagonal")


@CHECKS.add
def check_kernel_precision(kernel: Kernel) -> None:
    """Check that points in double precision have covariances in it."""
    x, y = _points(5), _points(3) + 0.05
    require_double(lambda z: kernel(z, y), x, "The covariance")
    with default_dtype(DOUBLE):
        found = attrs.evolve(cast(Any, kernel))(x, y)
    says = "The covariance depends on torch's default dtype"
    require_close(kernel(x, y), found, says, rtol=1e-12, atol=1e-13)


@CHECKS.where(_is_learned)
def check_kernel_is_differentiable(kernel: Kernel) -> None:
    """Check that the derivative to every hyperparameter is right."""
    x = _points(6)
    for name in kernel.bounds:
        value = torch.as_tensor(getattr(kernel, name), dtype=DOUBLE)
        weights = torch.linspace(1, 2, value.numel(), dtype=DOUBLE).reshape(value.shape)

        def size(value: Tensor, name: str = name) -> Tensor:
            own: Any = attrs.evolve(cast(Any, kernel), **{name: value})
            return (own(x, x) + own.diagonal(x).diag()).square().sum()

        given = value.clone().requires_grad_()
        total = size(given)
        require(total.requires_grad, f"No gradient reaches {name}.")
        (gradient,) = gradients(total, given)
        require(gradient is not None, f"No gradient reaches {name}.")
        by = 1e-6 * value * weights
        expected = (size(value + by) - size(value - by)) / 2
        found = (cast(Tensor, gradient) * by).sum()
        says = f"The gradient to {name} is wrong"
        require_close(found, expected, says, rtol=1e-4, atol=1e-11)


def _points(count: int) -> Tensor:
    # One dimension, above zero: where kernels over times are defined, too.
    return torch.linspace(0.3, 2.0, count, dtype=DOUBLE).unsqueeze(-1)
