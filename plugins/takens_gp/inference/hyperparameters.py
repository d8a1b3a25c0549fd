"""The hyperparameters of a kernel, however deep it is composed, as one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.kernel import Kernel
from takens_gp.kernels.composition import Product, Sum

Ranges = Mapping[str, tuple[float, float]]


@final
@attrs.frozen
class Hyperparameter:
    """One field of a kernel: its name (``lengthscale``, in a sum ``0.lengthscale``), values."""

    name: str
    values: tuple[float, ...]
    is_tuple: bool
    bounds: tuple[float, float]


def hyperparameters_of(kernel: Kernel) -> list[Hyperparameter]:
    """List the fields that can be learned, in the order that ``with_values`` takes."""
    return list(_walk(kernel, ""))


def _walk(kernel: Kernel, prefix: str) -> Iterator[Hyperparameter]:
    if isinstance(kernel, Sum | Product):
        for i, part in enumerate(kernel.kernels):
            yield from _walk(part, f"{prefix}{i}.")
        return
    for field, bounds in kernel.bounds.items():
        value = torch.as_tensor(getattr(kernel, field), dtype=torch.float64).detach()
        values = cast(list[float], value.reshape(-1).tolist())
        yield Hyperparameter(prefix + field, tuple(values), value.ndim > 0, bounds)


def with_values(kernel: Kernel, values: Sequence[Any]) -> Kernel:
    """Return the kernel with other values: a number, tuple or Tensor by hyperparameter."""
    return _replace(kernel, iter(values))


def _replace(kernel: Kernel, values: Iterator[Any]) -> Kernel:
    if isinstance(kernel, Sum | Product):
        return type(kernel)(tuple(_replace(part, values) for part in kernel.kernels))
    changed = {field: next(values) for field in kernel.bounds}
    return cast(Kernel, attrs.evolve(cast(Any, kernel), **changed))


def one_per_dimension(kernel: Kernel, dim: int) -> Kernel:
    """Return each lengthscale that is a single number to every dimension separately.

    Only kernels that measure distances in lengthscales have them; others stay as they are.
    """
    if isinstance(kernel, Sum | Product):
        return type(kernel)(tuple(one_per_dimension(part, dim) for part in kernel.kernels))
    value = getattr(kernel, "lengthscale", None)
    if not isinstance(value, float | int) or "period" in kernel.bounds:
        return kernel
    wide = attrs.evolve(cast(Any, kernel), lengthscale=(float(value),) * dim)
    return cast(Kernel, wide)


@final
@attrs.frozen(eq=False)
class Search:
    """What is searched: logarithms of the hyperparameters that are not held fixed.

    ``noise_variance`` is the last, unless it is 0 or fixed.
    """

    kernel: Kernel
    noise_variance: float
    names: tuple[str, ...]
    free: tuple[bool, ...]
    start: Tensor
    low: Tensor
    high: Tensor
    _sizes: tuple[int, ...]
    _tuples: tuple[bool, ...]

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        noise_variance: float,
        bounds: Ranges,
        fixed: Sequence[str],
    ) -> Search:
        """List what is to be found.

        Raises: InputError for a name that no hyperparameter has, or bounds upside down.
        """
        found = hyperparameters_of(kernel)
        noise = Hyperparameter("noise_variance", (noise_variance,), False, (1e-10, 1e5))
        if noise_variance > 0:
            found.append(noise)
        known = [each.name for each in found] + [each.name.split(".")[-1] for each in found]
        for name in (*bounds, *fixed):
            if name not in known:
                raise takens.InputError(
                    f"There is no hyperparameter {name!r}; there are "
                    f"{', '.join(each.name for each in found)}."
                )
        for name, (least, most) in bounds.items():
            if not 0 < least < most:
                raise takens.InputError(
                    f"Bounds of {name} are positive and the lower one comes first; got "
                    f"({least:g}, {most:g})."
                )
        start: list[float] = []
        low: list[float] = []
        high: list[float] = []
        free: list[bool] = []
        for each in found:
            short = each.name.split(".")[-1]
            limits = bounds.get(each.name, bounds.get(short, each.bounds))
            is_free = each.name not in fixed and short not in fixed
            for value in each.values:
                start.append(value)
                low.append(limits[0])
                high.append(limits[1])
                free.append(is_free)
        logarithms = torch.tensor([start, low, high], dtype=torch.float64).log()
        return cls(
            kernel,
            noise_variance,
            tuple(each.name for each in found),
            tuple(free),
            logarithms[0],
            logarithms[1],
            logarithms[2],
            tuple(len(each.values) for each in found),
            tuple(each.is_tuple for each in found),
        )

    def made(self, logarithms: Tensor) -> tuple[Kernel, Tensor | float]:
        """Return kernel and noise variance, differentiable by `logarithms: (p,)`."""
        parts = self._split(logarithms.exp())
        values = [
            part if is_tuple else part[0]
            for part, is_tuple in zip(parts, self._tuples, strict=True)
        ]
        noise = values.pop() if self.noise_variance > 0 else 0.0
        return with_values(self.kernel, values), noise

    def plain(self, logarithms: Tensor) -> tuple[Kernel, float]:
        """Return kernel and noise variance in plain numbers."""
        kernel, noise = self.made(logarithms)
        values = [each.values for each in hyperparameters_of(kernel)]
        numbers = [
            value if is_tuple else value[0]
            for value, is_tuple in zip(values, self._tuples, strict=False)
        ]
        return with_values(kernel, numbers), float(noise)

    def named(self, entries: Tensor) -> dict[str, float | tuple[float, ...]]:
        """Return `(p,)` numbers by the name of their hyperparameter."""
        parts = self._split(entries)
        return {
            name: tuple(cast(list[float], part.tolist())) if is_tuple else float(part[0])
            for name, part, is_tuple in zip(self.names, parts, self._tuples, strict=True)
        }

    def _split(self, entries: Tensor) -> list[Tensor]:
        return cast(list[Tensor], entries.split(list(self._sizes)))
