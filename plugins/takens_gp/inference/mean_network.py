"""The mean of a posterior as a network, which backends compile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, final, runtime_checkable

from torch import Tensor, nn

from takens_gp.kernel import Kernel
from takens_gp.kernels.composition import Sum
from takens_gp.kernels.linear import Constant, Linear
from takens_gp.kernels.values import Number, Numbers, like


@runtime_checkable
class SupportsProfile(Protocol):
    """A kernel of the distance in lengthscales, `variance profile(r^2)`."""

    variance: Number
    lengthscale: Numbers

    def profile(self, squared: Tensor, /) -> Tensor:
        """Return the correlation at a squared distance."""
        ...


def is_network(kernel: Kernel) -> bool:
    """Whether the mean under this kernel can be written as a network."""
    return all(isinstance(part, SupportsProfile | Linear | Constant) for part in _parts(kernel))


@final
class MeanNetwork(nn.Module):
    """The mean `k(x, centres) weights` of a posterior, `(..., d) -> (..., 1)`.

    Radial basis functions around `centres: (c, d)`, a line and a constant: the same numbers,
    from matrix products.
    """

    slopes: Tensor
    constant: Tensor

    def __init__(self, kernel: Kernel, centres: Tensor, weights: Tensor) -> None:
        super().__init__()
        slopes = centres.new_zeros(1, centres.shape[-1])
        constant = centres.new_zeros(())
        bumps: list[nn.Module] = []
        for part in _parts(kernel):
            if isinstance(part, Linear):
                slopes = slopes + like(part.variance, slopes) * (weights @ centres)
            elif isinstance(part, Constant):
                constant = constant + like(part.variance, constant) * weights.sum()
            elif isinstance(part, SupportsProfile):
                bumps.append(_Bumps(part, centres, weights))
        self.bumps = nn.ModuleList(bumps)
        self.register_buffer("slopes", slopes, persistent=False)
        self.register_buffer("constant", constant.reshape(1), persistent=False)

    def forward(self, x: Tensor, /) -> Tensor:
        """Evaluate: `(..., d) -> (..., 1)`."""
        total = nn.functional.linear(x, self.slopes, self.constant)
        for bumps in self.bumps:
            total = total + bumps(x)
        return total

    if TYPE_CHECKING:

        def __call__(self, x: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any


@final
class _Bumps(nn.Module):
    lengthscale: Tensor
    doubled: Tensor
    squares: Tensor
    weights: Tensor

    def __init__(self, kernel: SupportsProfile, centres: Tensor, weights: Tensor) -> None:
        super().__init__()
        self.profile = kernel.profile
        lengthscale = like(kernel.lengthscale, centres).expand(centres.shape[-1])
        centres = centres / lengthscale
        self.register_buffer("lengthscale", lengthscale.clone(), persistent=False)
        self.register_buffer("doubled", -2 * centres, persistent=False)
        self.register_buffer("squares", centres.square().sum(-1), persistent=False)
        weights = (weights * like(kernel.variance, weights)).unsqueeze(0)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, x: Tensor, /) -> Tensor:
        x = x / self.lengthscale
        squared = nn.functional.linear(x, self.doubled, self.squares)
        squared = squared + x.square().sum(-1, keepdim=True)
        return nn.functional.linear(self.profile(squared), self.weights)


def _parts(kernel: Kernel) -> Iterator[Kernel]:
    if isinstance(kernel, Sum):
        for part in kernel.kernels:
            yield from _parts(part)
    else:
        yield kernel
