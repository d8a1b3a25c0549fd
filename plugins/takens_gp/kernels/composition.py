"""Sums and products of kernels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add, mul
from types import MappingProxyType
from typing import Any, cast, final

import attrs
from torch import Generator, Tensor

import takens
from takens_gp.kernel import Kernel
from takens_gp.kernels.spectrum import SupportsSpectrum
from takens_gp.kernels.values import Number

_NONE: Mapping[str, tuple[float, float]] = MappingProxyType({})


class Composable:
    """Returns ``+`` and ``*`` with other kernels; kernels of third parties may inherit it."""

    __slots__ = ()

    def __add__(self, other: Kernel) -> Sum:
        return Sum((*_parts(Sum, self), *_parts(Sum, other)))

    def __radd__(self, other: Kernel) -> Sum:
        return Sum((*_parts(Sum, other), *_parts(Sum, self)))

    def __mul__(self, other: Kernel) -> Product:
        return Product((*_parts(Product, self), *_parts(Product, other)))

    def __rmul__(self, other: Kernel) -> Product:
        return Product((*_parts(Product, other), *_parts(Product, self)))


def _parts(kind: type[Sum] | type[Product], kernel: object) -> tuple[Kernel, ...]:
    if not isinstance(kernel, Kernel):
        raise takens.InputError(
            f"Kernels are added to and multiplied with kernels; got {kernel!r}. "
            "A constant is Constant(variance=...)."
        )
    return kernel.kernels if isinstance(kernel, kind) else (kernel,)


def _kernels(value: Iterable[Kernel]) -> tuple[Kernel, ...]:
    kernels = tuple(value)
    if not kernels:
        raise takens.errors.ComponentError(
            "A sum or product of kernels has at least one; got none."
        )
    return kernels


@final
@attrs.frozen
class Sum(Composable):
    """The covariance of a sum of independent functions: `k = k_1 + k_2 + ...`.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, 4.2.4.
    """

    kernels: tuple[Kernel, ...] = attrs.field(converter=_kernels)
    bounds = _NONE

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        return reduce(add, (kernel(x, y) for kernel in self.kernels))

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return reduce(add, (kernel.diagonal(x) for kernel in self.kernels))


@final
@attrs.frozen
class Product(Composable):
    """The product of covariances, `k = k_1 k_2 ...`, which is one too.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, 4.2.4.
    """

    kernels: tuple[Kernel, ...] = attrs.field(converter=_kernels)
    bounds = _NONE

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        """Return the covariances: `(..., n, d), (..., m, d) -> (..., n, m)`."""
        return reduce(mul, (kernel(x, y) for kernel in self.kernels))

    def diagonal(self, x: Tensor, /) -> Tensor:
        """Return the variances: `(..., n, d) -> (..., n)`."""
        return reduce(mul, (kernel.diagonal(x) for kernel in self.kernels))

    @property
    def variance(self) -> Number:
        """The product of the variances, where every kernel has a spectrum."""
        return cast(Number, math.prod(cast(Any, k.variance) for k in self._spectral()))

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw from the spectrum, a convolution: the sum of draws, `(count, dim)`.

        Raises: InputError where one of the kernels has no spectrum.
        """
        return reduce(
            add, (kernel.frequencies(dim, count, generator) for kernel in self._spectral())
        )

    def _spectral(self) -> list[SupportsSpectrum]:
        for kernel in self.kernels:
            if not isinstance(kernel, SupportsSpectrum):
                raise takens.InputError(
                    f"{type(kernel).__name__} has no spectrum, so functions of its product "
                    "cannot be drawn; use sample, which needs none."
                )
        return cast(list[SupportsSpectrum], list(self.kernels))
