"""Windows of a series, which training draws at random."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

from takens._errors import InputError


@final
@attrs.frozen(eq=False)
class Windows:
    """All windows of ``length`` samples of `x: (trajectories, T, n)`.

    Raises: InputError where a window is longer than the data.
    """

    x: Tensor
    length: int

    def __attrs_post_init__(self) -> None:
        if self.length > self.x.shape[1]:
            raise InputError(
                f"A window of {self.length} samples is longer than the data, which have "
                f"{self.x.shape[1]}; shorten training.window or give a longer series."
            )

    def draw(self, batch: int, generator: torch.Generator) -> Tensor:
        """Draw with replacement, uniformly over all starts: `(batch, length, n)`."""
        trajectories, samples, _ = self.x.shape
        starts = samples - self.length + 1
        # Drawn on the host, so that a run takes the same windows on every device.
        pick = torch.randint(trajectories * starts, (batch,), generator=generator)
        which, first = pick // starts, pick % starts
        index = first[:, None] + torch.arange(self.length)
        return self.x[which[:, None].to(self.x.device), index.to(self.x.device)]
