"""Windows of data, as torch's loaders take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor
from torch.utils.data import Dataset

from takens.errors import DataError


@final
class WindowSet(Dataset[Tensor]):
    """Windows of ``length`` samples, `(length, n)` each, ``every`` so many samples.

    They are taken from records `(T, n)`, one after the other; none reaches from one into the
    next. It is a ``torch.utils.data.Dataset``, for a ``DataLoader``.

    Raises: DataError where no record is as long as a window.
    """

    def __init__(self, records: Sequence[Tensor], length: int, every: int = 1) -> None:
        if length < 1 or every < 1:
            raise DataError(
                "Windows have a sample or more, every sample or more; got "
                f"{length} and {every}."
            )
        self.records, self.length = tuple(records), length
        self._places = [
            (number, start)
            for number, x in enumerate(self.records)
            for start in range(0, len(x) - length + 1, every)
        ]
        if not self._places:
            raise DataError(
                f"A window of {length} samples is longer than the data, which have "
                f"{max(map(len, self.records))}."
            )

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Tensor:
        which, start = self._places[number]
        return self.records[which][start : start + self.length]


def windows_of(x: Tensor, length: int | None, every: int) -> WindowSet:
    """Return windows of `x: (..., T, n)`, by default whole trajectories."""
    records = x.reshape(-1, *x.shape[-2:]).to(torch.get_default_dtype()).unbind(0)
    return WindowSet(records, length or x.shape[-2], every)
