"""The kernels of several outputs, side by side."""

from __future__ import annotations

from types import MappingProxyType
from typing import final

import attrs
import torch
from torch import Tensor

from takens_gp.kernel import Kernel


@final
@attrs.frozen
class PerOutput:
    """A kernel for each of q outputs that are independent of each other."""

    kernels: tuple[Kernel, ...]
    bounds = MappingProxyType[str, tuple[float, float]]({})

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (q, ..., n, m)`."""
        return torch.stack([kernel(x, y) for kernel in self.kernels])

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (q, ..., n)`."""
        return torch.stack([kernel.diagonal(x) for kernel in self.kernels])
