"""Copies of the truth that are spoilt on purpose, to find out what a judgement would notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import attrs
import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._judging.surrogates import autoregressive

# What is made of records x: (records, T, n).
SPOILS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "means off by 0.1 sd": lambda x: x + 0.1 * _spread(x),
    "means off by 0.3 sd": lambda x: x + 0.3 * _spread(x),
    "scales x 0.9": lambda x: _mean(x) + 0.9 * (x - _mean(x)),
    "time x 0.95": lambda x: slowed(x, 0.95),
    "time x 0.9": lambda x: slowed(x, 0.9),
    "time reversed": lambda x: x.flip(-2),
    "rest for the last quarter": lambda x: _resting(x, 4),
    "a closed cycle": lambda x: _cycle(x, 3),
    "a linear process": lambda x: _linear(x),
}


def spoilt(records: TimeSeries) -> Mapping[str, TimeSeries]:
    """Return spoilt copies of records, `x: (records, T, n)`, by what was done to them."""
    return {name: attrs.evolve(records, x=way(records.x)) for name, way in SPOILS.items()}


def slowed(x: Tensor, factor: float) -> Tensor:
    """Return records `x: (..., T, n)` whose time is slowed by a factor of at most 1."""
    count = x.shape[-2]
    spline = cast(Any, CubicSpline)(np.arange(count), x.numpy(), axis=-2)
    return torch.from_numpy(np.ascontiguousarray(spline(np.arange(count) * factor)))


def _mean(x: Tensor) -> Tensor:
    return x.mean((0, 1))


def _spread(x: Tensor) -> Tensor:
    return x.reshape(-1, x.shape[-1]).std(0)


def _resting(x: Tensor, part: int) -> Tensor:
    at = x.shape[-2] - x.shape[-2] // part
    return torch.cat((x[:, :at], x[:, at : at + 1].expand(-1, x.shape[-2] - at, -1)), -2)


def _cycle(x: Tensor, part: int) -> Tensor:
    count = x.shape[-2]
    return x[:, torch.arange(count) % (count // part)]


def _linear(x: Tensor) -> Tensor:
    random = np.random.default_rng(0)
    return torch.stack([torch.from_numpy(autoregressive(one.numpy(), random)) for one in x])
