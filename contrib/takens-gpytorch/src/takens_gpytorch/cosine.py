"""GPyTorch's cosine kernel."""

# GPyTorch leaves most of its types open.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from typing import final

import gpytorch
import torch
from torch import Tensor

from takens_gpytorch.settings import CosineSettings


@final
class Cosine(CosineSettings):
    """`k = variance cos(2 pi |x - y| / period)`, computed by GPyTorch, in one dimension.

    ``variance`` is in squared units of y, ``period`` in units of x.
    """

    bounds = {"variance": (1e-5, 1e5), "period": (1e-5, 1e5)}  # noqa: RUF012

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, 1), (..., m, 1) -> (..., n, m)`."""
        kernel = gpytorch.kernels.CosineKernel().to(x).requires_grad_(False)
        unit = kernel.period_length.reshape(())
        # Its own period length is half of what is usually called a period.
        half = torch.as_tensor(self.period).to(x) / 2 / unit
        return self.variance * kernel(x / half, y / half).to_dense().clone()

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, 1) -> (..., n)`."""
        return self.variance * torch.ones_like(x[..., 0])
