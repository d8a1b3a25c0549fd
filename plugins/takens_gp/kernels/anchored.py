"""Kernels whose functions start from somewhere, put where the data are."""

from __future__ import annotations

from types import MappingProxyType
from typing import final

import attrs
from torch import Tensor

from takens_gp.kernel import Kernel


@final
@attrs.frozen(eq=False)
class Anchored:
    """`k(x - origin, y - origin) + level`, for an `origin: (d,)` and the variance of a level.

    Lines and Brownian motion are 0 at the origin; from an origin of the data, and with a level
    of their own, they say the same in whatever units and from whatever 0 the data are measured.
    """

    kernel: Kernel
    origin: Tensor
    level: float
    bounds = MappingProxyType[str, tuple[float, float]]({})

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        return self.kernel(x - self.origin, y - self.origin) + self.level

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return self.kernel.diagonal(x - self.origin) + self.level
