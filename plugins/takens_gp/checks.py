"""What every kernel keeps to."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, cast

import attrs
import torch
from torch import Tensor

from takens.testing import Checks, require, require_close, require_instance
from takens.testing.functions import Functions, add_functions
from takens.testing.samples import DOUBLE, gradients
from takens_gp.kernel import Kernel

CHECKS = Checks(Kernel)


@CHECKS.add
def check_kernel_protocol(kernel: Kernel) -> None:
    """Check that every hyperparameter is a field within its bounds."""
    require_instance(kernel, Kernel)
    for name, (low, high) in kernel.bounds.items():
        values = torch.as_tensor(getattr(kernel, name), dtype=DOUBLE)
        inside = bool(((values >= low) & (values <= high)).all())
        require(0 < low < high and inside, f"{name} is {values.tolist()} in ({low}, {high}).")


def _functions(kernel: Kernel, dtype: torch.dtype) -> Functions:
    x = (torch.linspace(0.5, 1.5, 6, dtype=DOUBLE)[:, None, None] * _points(5)).to(dtype)
    return {
        "the covariance": (lambda x: kernel(x, 0.9 * x[..., :3, :]), x, (5, 3)),
        "the diagonal": (kernel.diagonal, x, (5,)),
    }


add_functions(CHECKS, "kernel", _functions)


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
def check_kernel_diagonal(kernel: Kernel) -> None:
    """Check that ``diagonal`` is the diagonal, in a batch too."""
    x = torch.stack((_points(6), 1.5 * _points(6)))
    found = torch.stack([kernel(one, one).diagonal() for one in x])
    require_close(kernel.diagonal(x), found, "diagonal() is not the matrix's diagonal")


@CHECKS.where(attrgetter("bounds"))
def check_kernel_hyperparameters(kernel: Kernel) -> None:
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
