"""Windows of a series, in the order in which `takens.fit` draws them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

import attrs
import torch
from torch import Tensor

import takens


@final
@attrs.frozen(eq=False)
class Windows:
    """A batch for one update: standardised `samples: (batch, T, n)`, and their `times`.

    ``times`` count from each window's start, `(T,)` where all are sampled alike, else
    `(batch, T)`; float64, and they stay on the host.
    """

    samples: Tensor
    times: Tensor

    def to(self, device: torch.device, **options: Any) -> Windows:
        """Move the samples to a device."""
        return attrs.evolve(self, samples=self.samples.to(device, **options))


@final
class WindowLoader:
    """Draws windows of standardised `x: (trajectories, T, n)` uniformly with replacement.

    ``t: (T,)`` are its times, spaced by ``dt`` or irregularly where that is None. There are
    ``updates`` batches an epoch, which differ from epoch to epoch. The state is stored in
    Lightning's checkpoints, so that a resumed training sees the windows that follow.

    Raises: InputError where a window is longer than the series.
    """

    def __init__(
        self,
        x: Tensor,
        t: Tensor,
        dt: float | None,
        training: takens.Training,
        *,
        seed: int,
        updates: int,
    ) -> None:
        self._x, self._t, self._dt = x, t, dt
        self._length, self._batch, self._updates = training.window, training.batch, updates
        if self._length > len(t):
            raise takens.InputError(
                f"A window of {self._length} samples is longer than the data, which have "
                f"{len(t)}; shorten training.window or give a longer series."
            )
        self._generator = torch.Generator().manual_seed(seed)
        self._sample = self._bootstrap_sample() if training.bootstrap else None

    def __len__(self) -> int:
        return self._updates

    def __iter__(self) -> Iterator[Windows]:
        for _ in range(self._updates):
            yield self._draw()

    def state_dict(self) -> dict[str, Any]:
        """Return where the draws have arrived."""
        return {"generator": self._generator.get_state()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where they had arrived."""
        self._generator.set_state(state_dict["generator"].cpu())

    @property
    def _starts(self) -> int:
        return self._x.shape[1] - self._length + 1

    def _draw(self) -> Windows:
        numbers = self._below(
            len(self._x) * self._starts if self._sample is None else len(self._sample),
            self._batch,
        )
        if self._sample is not None:
            numbers = self._sample[numbers]
        which, first = numbers // self._starts, numbers % self._starts
        index = first[:, None] + torch.arange(self._length)
        return Windows(self._x[which[:, None], index], self._times(index))

    def _times(self, index: Tensor) -> Tensor:
        if self._dt is not None:
            return torch.arange(self._length, dtype=torch.float64) * self._dt
        times = self._t[index]
        times = times - times[:, :1]
        return times[0] if bool((times == times[0]).all()) else times

    def _bootstrap_sample(self) -> Tensor:
        """Take as many segments of consecutive windows as make up the data, at random."""
        count = len(self._x) * self._starts
        blocks = self._below(max(count // self._length, 1), max(count // self._length, 1))
        index = blocks[:, None] * self._length + torch.arange(self._length)
        return index.flatten().clamp_(max=count - 1)

    def _below(self, count: int, size: int) -> Tensor:
        return torch.randint(count, (size,), generator=self._generator)


@final
@attrs.frozen(eq=False)
class WholeSeries:
    """A series as the only batch of an epoch; Lightning takes a list for several loaders."""

    series: takens.TimeSeries

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[takens.TimeSeries]:
        yield self.series
