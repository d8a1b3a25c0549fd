"""Random numbers, of its own for each problem."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor


@final
@attrs.frozen(eq=False)
class Draws:
    """One stream for each problem, so that a problem comes out the same in any batch."""

    generators: tuple[torch.Generator, ...]

    @classmethod
    def seeded(cls, seed: int, problems: int) -> Draws:
        """Seed problem i with ``seed + i``."""
        return cls(tuple(torch.Generator().manual_seed(seed + i) for i in range(problems)))

    def normal(self, *shape: int) -> Tensor:
        """Draw from the standard normal distribution: `(problems, *shape)`."""
        return torch.stack(
            [torch.randn(shape, generator=g, dtype=torch.float64) for g in self.generators]
        )

    def whole(self, below: int, *shape: int) -> Tensor:
        """Draw whole numbers from 0 to ``below - 1``: `(problems, *shape)`."""
        return torch.stack([torch.randint(below, shape, generator=g) for g in self.generators])
