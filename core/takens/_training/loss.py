"""The loss of a scheme, called in one way whatever its signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor

from takens._protocols.scheme import StochasticScheme, TrainingScheme

LossFunction: TypeAlias = Callable[..., Tensor]


def draws_random_numbers(scheme: TrainingScheme[Any] | StochasticScheme[Any]) -> bool:
    """Return whether the loss of a scheme takes a ``generator``."""
    return "generator" in inspect.signature(scheme.loss).parameters


def loss_function(scheme: TrainingScheme[Any] | StochasticScheme[Any]) -> LossFunction:
    """Return the loss of a scheme as a function that always takes a ``generator``.

    It is called as `loss(model, windows, times=..., step=..., generator=...)`, with `drive=...`
    where inputs act; a scheme whose own signature has no ``generator`` is called without.
    """
    own: LossFunction = scheme.loss
    if draws_random_numbers(scheme):
        return own

    def loss(
        model: Any,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        generator: torch.Generator,
        **drive: Tensor,
    ) -> Tensor:
        return own(model, windows, times=times, step=step, **drive)

    return loss


def takes_a_drive(method: Callable[..., Any]) -> bool:
    """Return whether a loss, or what solves for weights, takes a ``drive``."""
    return "drive" in inspect.signature(method).parameters


def scheme_generator(seed: int) -> torch.Generator:
    """Return the generator that a scheme draws from; windows are drawn by one of their own."""
    first = torch.randint(2**63 - 1, (), generator=torch.Generator().manual_seed(seed))
    return torch.Generator().manual_seed(int(first))
