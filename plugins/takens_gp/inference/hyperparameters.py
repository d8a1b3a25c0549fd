"""The hyperparameters of a kernel, however deep it is composed, as one list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.inference.data_scale import (
    MUCH_NOISE,
    SHORTER,
    START_NOISE,
    DataScale,
    exponents_of,
)
from takens_gp.kernel import Kernel
from takens_gp.kernels.anchored import Anchored
from takens_gp.kernels.composition import Product, Sum

Objective = Callable[[Tensor], tuple[float, Tensor]]
_BEYOND: Final = {"lower": "smaller", "upper": "larger"}
Ranges = Mapping[str, tuple[float, float]]


@final
@attrs.frozen
class Hyperparameter:
    """One field of a kernel: its name (``lengthscale``, in a sum ``0.lengthscale``), values.

    ``within_product`` are those of all factors but the first, whose unit is not that of y.
    """

    name: str
    values: tuple[float, ...]
    is_tuple: bool
    bounds: tuple[float, float]
    unit: str = ""
    default: float | None = None
    within_product: bool = False


def hyperparameters_of(kernel: Kernel) -> list[Hyperparameter]:
    """List the fields that can be learned, in the order that ``with_values`` takes."""
    return list(_walk(kernel, "", within_product=False))


def _walk(kernel: Kernel, prefix: str, *, within_product: bool) -> Iterator[Hyperparameter]:
    if isinstance(kernel, Sum | Product):
        for i, part in enumerate(kernel.kernels):
            within = within_product or (isinstance(kernel, Product) and i > 0)
            yield from _walk(part, f"{prefix}{i}.", within_product=within)
        return
    about = _fields(type(kernel))
    for field, bounds in kernel.bounds.items():
        value = torch.as_tensor(getattr(kernel, field), dtype=torch.float64).detach()
        values = tuple(cast(list[float], value.reshape(-1).tolist()))
        unit, default = about.get(field, ("", None))
        yield Hyperparameter(
            prefix + field, values, value.ndim > 0, bounds, unit, default, within_product
        )


def _fields(kernel: type[Any]) -> Mapping[str, tuple[str, float | None]]:
    """Return the unit and the default of each field that a kernel describes."""
    fields = attrs.fields(kernel) if attrs.has(kernel) else ()
    return {field.name: (field.metadata.get("unit", ""), field.default) for field in fields}


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

    ``noise_variance`` is the last, unless it is 0. Bounds are those of the kernel, in the
    ``units`` of the data, `(p,)`, or those that a user gave, as they are. ``other`` is a
    second start. Where there is an ``anchor``, it is put around every kernel that is made.
    """

    kernel: Kernel
    noise_variance: float
    names: tuple[str, ...]
    free: tuple[bool, ...]
    start: Tensor
    low: Tensor
    high: Tensor
    units: Tensor
    other: Tensor | None
    fields: tuple[Hyperparameter, ...]
    _sizes: tuple[int, ...]
    _tuples: tuple[bool, ...]
    anchor: Anchored | None = None

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        noise_variance: float,
        bounds: Ranges,
        fixed: Sequence[str],
        scale: DataScale | None = None,
    ) -> Search:
        """List what is to be found, in data of that ``scale``.

        Raises: InputError for a name that no hyperparameter has, or bounds upside down.
        """
        found = hyperparameters_of(kernel)
        noise = Hyperparameter("noise_variance", (noise_variance,), False, (1e-10, 1e5), "y^2")
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
        units: list[Tensor] = []
        for each in found:
            short = each.name.split(".")[-1]
            given = bounds.get(each.name, bounds.get(short))
            unit = torch.zeros(len(each.values), dtype=torch.float64)
            if scale is not None:
                within = each.within_product
                unit = scale.logarithms(each.unit, len(each.values), within_product=within)
            units.append(unit)
            is_free = each.name not in fixed and short not in fixed
            factors = cast(list[float], unit.exp().tolist())
            for value, factor in zip(each.values, factors, strict=True):
                least, most = given or (each.bounds[0] * factor, each.bounds[1] * factor)
                start.append(value)
                low.append(least)
                high.append(most)
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
            torch.cat(units) if units else torch.zeros(0, dtype=torch.float64),
            None,
            tuple(found),
            tuple(len(each.values) for each in found),
            tuple(each.is_tuple for each in found),
        )

    def from_the_best(self, scale: DataScale, objective: Objective) -> Search:
        """Start from where the objective is largest, of what was said and data suggest.

        Where it is defined nowhere, the start stays as it is.
        """
        best, start = -math.inf, self.start
        suggested = list(self.suggested(scale))
        for candidate in (*([self.start] if self._is_said() else []), *suggested):
            inside = self.inside(candidate)
            try:
                value, _ = objective(inside)
            except takens.InputError:
                continue
            if value > best:
                best, start = value, inside
        # What is smooth and has much noise often explains the same data.
        other = suggested[0].clone()
        if self.noise_variance > 0:
            other[-1] += math.log(MUCH_NOISE / START_NOISE)
        return attrs.evolve(self, start=start, other=self.inside(other))

    def inside(self, logarithms: Tensor) -> Tensor:
        """Return logarithms `(p,)` within the bounds, and those that are fixed as they are."""
        free = torch.tensor(self.free, dtype=torch.bool)
        return torch.where(free, logarithms.clamp(self.low, self.high), self.start)

    def suggested(self, scale: DataScale) -> Iterator[Tensor]:
        """Give the starts `(p,)` that data of this ``scale`` suggest, the smoothest first."""
        shorter: list[bool] = []
        periods: list[bool] = []
        base = self.start.clone()
        for i, each in enumerate(own for own in self.fields for _ in own.values):
            name = each.name.split(".")[-1]
            moved = self.free[i] and exponents_of(each.unit) not in (None, (0.0, 0.0))
            periods.append(moved and name == "period")
            shorter.append(moved and each.unit == "x" and name != "period")
            if moved:
                base[i] = self.units[i]
                if each.name == "noise_variance":
                    base[i] += math.log(START_NOISE)
        is_period, is_length = torch.tensor([periods, shorter], dtype=torch.bool)
        for factor in SHORTER if any(shorter) else (1.0,):
            for period in scale.periods if any(periods) else (1.0,):
                start = base.clone()
                start[is_length] += math.log(factor)
                start[is_period] = math.log(period)
                yield start

    def _is_said(self) -> bool:
        """Whether any value of the kernel is another than what it has where nothing is said."""
        said = [each.values != (each.default,) * len(each.values) for each in self.fields]
        return any(said[: len(said) - (self.noise_variance > 0)])

    def reached(self, logarithms: Tensor) -> list[str]:
        """Say which bounds were reached at `logarithms: (p,)`."""
        found: list[str] = []
        at = 0
        for each in self.fields:
            for i in range(len(each.values)):
                name = f"{each.name}[{i}]" if len(each.values) > 1 else each.name
                for side, bound in (("lower", self.low), ("upper", self.high)):
                    limit = float(bound[at])
                    if self.free[at] and abs(float(logarithms[at]) - limit) < 1e-3:
                        found.append(
                            f"{name} reached its {side} bound, {math.exp(limit):.3g}: "
                            f"the data do not tell it from {_BEYOND[side]} values."
                        )
                at += 1
        return found

    def made(self, logarithms: Tensor) -> tuple[Kernel, Tensor | float]:
        """Return kernel and noise variance, differentiable by `logarithms: (p,)`."""
        kernel, noise = self._bare(logarithms)
        return self.anchored(kernel), noise

    def anchored(self, kernel: Kernel) -> Kernel:
        """Put the anchor around a kernel, where there is one."""
        return kernel if self.anchor is None else attrs.evolve(self.anchor, kernel=kernel)

    def _bare(self, logarithms: Tensor) -> tuple[Kernel, Tensor | float]:
        parts = self._split(logarithms.exp())
        values = [
            part if is_tuple else part[0]
            for part, is_tuple in zip(parts, self._tuples, strict=True)
        ]
        noise = values.pop() if self.noise_variance > 0 else 0.0
        return with_values(self.kernel, values), noise

    def plain(self, logarithms: Tensor) -> tuple[Kernel, float]:
        """Return kernel, without an anchor, and noise variance in plain numbers."""
        kernel, noise = self._bare(logarithms)
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
