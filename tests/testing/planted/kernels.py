"""Kernels with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import torch
from torch import Tensor

from .fault import Fault, faulty


@attrs.frozen
class Kernel:
    """A squared exponential; the faulty ones differ."""

    variance: Any = 1.0
    bounds: ClassVar = {"variance": (1e-3, 1e3)}

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        square = (x.unsqueeze(-2) - y.unsqueeze(-3)).square().sum(-1)
        return self.variance * torch.exp(-square)

    def diagonal(self, x: Tensor, /) -> Tensor:
        return self.variance * torch.ones_like(x[..., 0])


squared = Kernel()


class Quartic(Kernel):
    """Is no covariance: some combinations have a negative variance."""

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        square = (x.unsqueeze(-2) - y.unsqueeze(-3)).square().sum(-1)
        return self.variance * torch.exp(-square.square())


class Transposed(Kernel):
    """Mixes up rows and columns where they are not equally many."""

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        found = super().__call__(y, x)
        return found.reshape(*found.shape[:-2], found.shape[-1], found.shape[-2])


class HalfGradient(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        value = torch.as_tensor(self.variance)
        return attrs.evolve(squared, variance=(value + value.detach()) / 2)(x, y)


class LeaksInTables(Kernel):
    """Scales by the largest of a batch."""

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return super().__call__(x / x.detach().amax(), y / x.detach().amax())


class SingleKernel(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return super().__call__(x.float(), y.float()).to(x.dtype)


class OneDiagonal(Kernel):
    """Gives one variance for a whole batch."""

    def diagonal(self, x: Tensor, /) -> Tensor:
        return super().diagonal(x.reshape(-1, *x.shape[-2:])[0])


class Double(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return super().__call__(x, y).double()


class SingleConstant(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return super().__call__(x, y) * torch.tensor(1.1) / 1.1


class Shifts(Kernel):
    """Centres the points in place."""

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        found = super().__call__(x, y)
        x.detach().sub_(x.detach().mean())
        return found


class Indefinite(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return -super().__call__(x, y)


class WrongDiagonal(Kernel):
    def diagonal(self, x: Tensor, /) -> Tensor:
        return 2 * super().diagonal(x)


class Numb(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return squared(x, y)

    def diagonal(self, x: Tensor, /) -> Tensor:
        return squared.diagonal(x)


GOOD = [squared]
FAULTS = [
    Fault("a hyperparameter is out of its bounds", "kernel_protocol", faulty(squared, bounds={"variance": (2.0, 3.0)})),
    Fault("covariances are always double", "kernel_shape_and_dtype", Double()),
    Fault("a constant is made in single precision", "kernel_precision", SingleConstant()),
    Fault("the points are centred in place", "kernel_leaves_its_input_alone", Shifts()),
    Fault("variances are negative", "kernel_is_a_covariance", Indefinite()),
    Fault("the diagonal is doubled", "kernel_diagonal", WrongDiagonal()),
    Fault("a hyperparameter gets no gradient", "kernel_hyperparameters", Numb()),
    Fault("some combinations of points have a negative variance", "kernel_is_a_covariance", Quartic()),
    Fault("rows and columns are mixed up", "kernel_is_a_covariance", Transposed()),
    Fault("half of the gradient is missing", "kernel_hyperparameters", HalfGradient()),
    Fault("a batch is scaled by its largest point", "kernel_batch_is_pointwise", LeaksInTables()),
    Fault("covariances are computed in single precision", "kernel_is_differentiable", SingleKernel()),
    Fault("a batch has one diagonal", "kernel_diagonal", OneDiagonal()),
]  # fmt: skip
