"""Points of the plane in two classes, for neural ordinary differential equations to part."""

import math
from typing import Any, final

import attrs
import torch
from torch import Tensor

import takens


@final
@attrs.frozen(eq=False)
class Points:
    """Points `x: (p, 2)` in random order, and their classes `y: (p,)`, 0 or 1."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, which: Any) -> tuple[Tensor, Tensor]:
        """Return points and their classes; torch's ``DataLoader`` takes them so."""
        return self.x[which], self.y[which]

    def part(self, start: float, stop: float) -> "Points":
        """Cut out a share of the points, from a fraction of them to another.

        Raises: InputError where none is left.
        """
        a, b = round(start * len(self)), round(stop * len(self))
        if not 0 <= a < b <= len(self):
            raise takens.errors.InputError(
                f"A part goes from one fraction to a larger one; got {start:g} to {stop:g}."
            )
        return Points(self.x[a:b], self.y[a:b])

    def split(self) -> tuple["Points", "Points", "Points"]:
        """Cut into 80 % to train, 10 % to validate and 10 % to test."""
        return self.part(0, 0.8), self.part(0.8, 0.9), self.part(0.9, 1)


def half_moons(count: int = 1000, *, noise: float = 0.1, seed: int = 0) -> Points:
    """Draw two interleaving half circles of radius 1 with normal noise.

    Raises: InputError for fewer than two points.
    """
    generator, y = _beginning(count, seed)
    angle = math.pi * torch.rand(count, generator=generator)
    side = 1.0 - 2.0 * y
    x = torch.stack((angle.cos() * side + y, angle.sin() * side + 0.5 * y), -1)
    return _mixed(x, y, noise, generator)


def circles(
    count: int = 1000,
    *,
    noise: float = 0.05,
    inner: float = 0.5,
    outer: float = 1.0,
    seed: int = 0,
) -> Points:
    """Draw two concentric circles with normal noise.

    Raises: InputError for fewer than two points.
    """
    generator, y = _beginning(count, seed)
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    radius = outer + (inner - outer) * y
    x = torch.stack((radius * angle.cos(), radius * angle.sin()), -1)
    return _mixed(x, y, noise, generator)


def _beginning(count: int, seed: int) -> tuple[torch.Generator, Tensor]:
    if count < 2:
        raise takens.errors.InputError(f"Two classes have two points or more; got {count}.")
    return torch.Generator().manual_seed(seed), torch.arange(count) % 2


def _mixed(x: Tensor, y: Tensor, noise: float, generator: torch.Generator) -> Points:
    x = x + noise * torch.randn(x.shape, generator=generator)
    order = torch.randperm(len(x), generator=generator)
    return Points(x[order], y[order])
