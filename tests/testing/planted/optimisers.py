"""Optimisers and schedules with one fault each."""

# pyright: basic

from __future__ import annotations

import itertools
from typing import Any

import torch

from .fault import Fault


class Adam:
    def make(self, groups: list[dict[str, Any]], /) -> Any:
        return torch.optim.Adam(groups)


class OwnRate(Adam):
    def make(self, groups: list[dict[str, Any]], /) -> Any:
        return torch.optim.Adam([{"params": group["params"]} for group in groups], lr=0.1)


class OneGroup(Adam):
    def make(self, groups: list[dict[str, Any]], /) -> Any:
        return super().make(groups[:1])


class Climbs(Adam):
    def make(self, groups: list[dict[str, Any]], /) -> Any:
        return torch.optim.SGD(groups, maximize=True)


class Forgets(Adam):
    """Remembers beside what it stores."""

    def make(self, groups: list[dict[str, Any]], /) -> Any:
        made, count = torch.optim.Adam(groups), itertools.count(1)
        made.register_step_pre_hook(lambda own, *_: own.param_groups[0].update(eps=next(count)))
        return made


class Constant:
    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        return first


class BelowZero(Constant):
    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        return first - 2 * (first - final) * step / steps


class Counts(Constant):
    """Falls with every call."""

    def __init__(self) -> None:
        self.count = itertools.count(1)

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        return first / next(self.count)


GOOD = [Adam()]
FAULTS = [
    Fault("the rate is another than the one given", "optimiser_protocol", OwnRate()),
    Fault("a group of weights is left out", "optimiser_learns", OneGroup()),
    Fault("the loss rises", "optimiser_learns", Climbs()),
    Fault("something is remembered and not stored", "optimiser_resumes", Forgets()),
]
SCHEDULE_GOOD = [Constant()]
SCHEDULE_FAULTS = [
    Fault("a rate is below zero", "schedule", BelowZero()),
    Fault("a rate depends on how often it was asked for", "schedule", Counts()),
]
