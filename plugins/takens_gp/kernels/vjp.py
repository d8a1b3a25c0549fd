"""The derivative of a weighted covariance by the hyperparameters of any kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast, runtime_checkable

import attrs
import torch
from torch import Tensor

from takens_gp.kernel import Kernel
from takens_gp.kernels.anchored import Anchored
from takens_gp.kernels.composition import Product, Sum


@runtime_checkable
class SupportsPullBack(Protocol):
    """A kernel that knows its derivatives; others are differentiated automatically."""

    def vjp(self, x: Tensor, y: Tensor, weight: Tensor, /) -> tuple[Tensor, ...]:
        """Return the derivatives of `sum(weight * k(x, y))` by the fields named in ``bounds``.

        `x: (n, d)`, `y: (m, d)`, `weight: (n, m)`.
        """
        ...


def vjp(kernel: Kernel, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Return the derivatives of `sum(weight * k(x, y))` by all hyperparameters, `(p,)`.

    `x: (n, d)`, `y: (m, d)`, `weight: (n, m)`; in the order of ``hyperparameters_of``.
    """
    found = [each.reshape(-1) for each in _walk(kernel, x, y, weight)]
    return torch.cat(found) if found else x.new_zeros(0)


def _walk(kernel: Kernel, x: Tensor, y: Tensor, weight: Tensor) -> Iterator[Tensor]:
    if isinstance(kernel, Sum):
        for part in kernel.kernels:
            yield from _walk(part, x, y, weight)
    elif isinstance(kernel, Anchored):
        yield from _walk(kernel.kernel, x - kernel.origin, y - kernel.origin, weight)
    elif isinstance(kernel, Product):
        for i, part in enumerate(kernel.kernels):
            share = weight
            for other in (*kernel.kernels[:i], *kernel.kernels[i + 1 :]):
                share = share * other(x, y)
            yield from _walk(part, x, y, share)
    elif isinstance(kernel, SupportsPullBack):
        yield from kernel.vjp(x, y, weight)
    else:
        yield from _automatic(kernel, x, y, weight)


def _automatic(kernel: Kernel, x: Tensor, y: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
    leaves = {
        field: torch.as_tensor(getattr(kernel, field)).detach().to(x).requires_grad_()
        for field in kernel.bounds
    }
    if not leaves:
        return ()
    with torch.enable_grad():
        covariance = cast(Kernel, attrs.evolve(cast(Any, kernel), **leaves))(x, y)
        if not covariance.requires_grad:
            return tuple(map(torch.zeros_like, leaves.values()))
        return torch.autograd.grad(
            covariance, list(leaves.values()), weight, materialize_grads=True
        )
