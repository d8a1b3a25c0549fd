"""What is asked of a kernel."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Kernel(Protocol):
    """A covariance function, concretely a frozen attrs class.

    ``bounds`` names the fields that can be learned, all of them positive, and the range of
    each. Such a field is a number, a tuple of numbers or a Tensor; the kernel is written in
    operations of torch, so that it can be differentiated by them.
    """

    @property
    def bounds(self) -> Mapping[str, tuple[float, float]]:
        """The least and the largest value of each hyperparameter, by field."""
        ...

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances of `x: (..., n, d)` and `y: (..., m, d)`: `(..., n, m)`."""
        ...

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances at `x: (..., n, d)`: `(..., n)`."""
        ...
