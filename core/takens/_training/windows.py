"""Windows of a series, which training draws at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import attrs
import torch
from torch import Tensor

from takens.errors import InputError


@final
@attrs.frozen(eq=False)
class Windows:
    """All windows of ``length`` samples of `x: (trajectories, T, n)` at times `t: (T,)`.

    The samples are spaced by ``dt``, or irregularly where it is None.

    Raises: InputError where a window is longer than the data.
    """

    x: Tensor
    length: int
    t: Tensor
    dt: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.length > self.x.shape[1]:
            raise InputError(
                f"A window of {self.length} samples is longer than the data, which have "
                f"{self.x.shape[1]}; shorten training.window or give a longer series."
            )

    @property
    def count(self) -> int:
        """How many windows there are."""
        return self.x.shape[0] * (self.x.shape[1] - self.length + 1)

    def at(self, numbers: Tensor) -> Tensor:
        """Return windows by their number, on the host: `(...) -> (..., length, n)`."""
        starts = self.x.shape[1] - self.length + 1
        which, first = numbers // starts, numbers % starts
        across, along, variable = self.x.stride()
        windows = self.x.as_strided(
            (self.x.shape[0], starts, self.length, self.x.shape[2]),
            (across, along, along, variable),
            self.x.storage_offset(),
        )
        return windows[which.to(self.x.device), first.to(self.x.device)]

    def times(self, numbers: Tensor) -> Tensor:
        """Return times from the start, `(length,)`; where windows differ, `(..., length)`."""
        if self.dt is not None:
            return torch.arange(self.length, dtype=torch.float64) * self.dt
        first = numbers % (self.x.shape[1] - self.length + 1)
        times = self.t[first[..., None] + torch.arange(self.length)]
        times = times - times[..., :1]
        same = bool((times == times.reshape(-1, self.length)[0]).all())
        return times.reshape(-1, self.length)[0] if same else times


@final
class Draws:
    """Draws windows with replacement for each member, by a generator of its own.

    With ``bootstrap`` a member draws from a sample of the data of its own: as many segments
    of ``length`` consecutive windows as make up the data, taken with replacement, so that the
    members' spread shows what another record of the same system might have taught.
    """

    def __init__(self, windows: Windows, seeds: Sequence[int], *, bootstrap: bool) -> None:
        self.windows = windows
        # On the host, so that a run takes the same windows on every device.
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._samples = [
            _bootstrap_sample(windows, generator) if bootstrap else None
            for generator in self.generators
        ]

    def __call__(self, batch: int) -> Tensor:
        """Draw numbers of windows, `(members, batch)`."""
        drawn = [
            torch.randint(self.windows.count, (batch,), generator=generator)
            if sample is None
            else sample[torch.randint(len(sample), (batch,), generator=generator)]
            for generator, sample in zip(self.generators, self._samples, strict=True)
        ]
        return torch.stack(drawn)


def _bootstrap_sample(windows: Windows, generator: torch.Generator) -> Tensor:
    count, length = windows.count, windows.length
    fit = max(count // length, 1)
    blocks = torch.randint(fit, (fit,), generator=generator)
    return (blocks[:, None] * length + torch.arange(length)).flatten().clamp_(max=count - 1)
