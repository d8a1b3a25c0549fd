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
    """Draws windows as `takens.fit` does, in ``updates`` batches an epoch, which differ.

    The state is stored in Lightning's checkpoints, so that a resumed training sees the windows
    that follow.
    """

    def __init__(
        self,
        windows: takens.plugin.Windows,
        training: takens.Training,
        *,
        seed: int,
        updates: int,
    ) -> None:
        self._draws = takens.plugin.WindowDraws(windows, [seed], bootstrap=training.bootstrap)
        self._batch, self._updates = training.batch, updates

    def __len__(self) -> int:
        return self._updates

    def __iter__(self) -> Iterator[Windows]:
        windows = self._draws.windows
        for _ in range(self._updates):
            (numbers,) = self._draws(self._batch)
            yield Windows(windows.at(numbers), windows.times(numbers))

    def state_dict(self) -> dict[str, Any]:
        """Return where the draws have arrived."""
        return {"generator": self._draws.generators[0].get_state()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where they had arrived."""
        self._draws.generators[0].set_state(state_dict["generator"].cpu())


@final
@attrs.frozen(eq=False)
class WholeSeries:
    """A series as the only batch of an epoch; Lightning takes a list for several loaders."""

    series: takens.TimeSeries

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[takens.TimeSeries]:
        yield self.series
