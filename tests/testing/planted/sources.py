"""Sources of known data with one fault each."""

# pyright: basic

from __future__ import annotations

from typing import Any

import torch

import takens

from .fault import Fault


class Drawn:
    """Normal numbers."""

    def recordings(self, seed: int, /) -> Any:
        draw = torch.Generator().manual_seed(seed)
        return takens.Recordings.of(torch.randn(20, 2, generator=draw))


class Nameless:
    """Has no recordings."""


class NoRecordings:
    def recordings(self, seed: int, /) -> Any:
        return torch.zeros(20, 2)


class Forgetful(Drawn):
    def __init__(self) -> None:
        self._calls = 0

    def recordings(self, seed: int, /) -> Any:
        self._calls += 1
        return super().recordings(seed + self._calls)


class SeedsTorch:
    def recordings(self, seed: int, /) -> Any:
        torch.manual_seed(seed)
        return takens.Recordings.of(torch.randn(20, 2))


GOOD = (Drawn(),)
FAULTS = (
    Fault("there are no recordings()", "source_protocol", Nameless()),
    Fault("an array is given", "source_protocol", NoRecordings()),
    Fault("the same seed gives other numbers", "source_repeats", Forgetful()),
    Fault("torch's generator is seeded", "source_repeats", SeedsTorch()),
)
