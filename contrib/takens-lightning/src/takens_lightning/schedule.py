"""Optimisers and learning rates, as `takens.Training` chooses them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

import takens


def make_optimiser(
    training: takens.Training, weights: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """Make the optimiser that a training asks for."""
    group = {"params": list(weights), "lr": training.first_rate(0)}
    return takens.optimisers.get(training.optimiser).make([group])


def share_of_rate(training: takens.Training, step: int) -> float:
    """Return the learning rate at update ``step``, counted from 0, as a share of the first.

    After the last step it stays as it is.
    """
    first = training.first_rate(0)
    rate = takens.schedules.get(training.schedule).rate(
        min(step, training.steps - 1),
        steps=training.steps,
        first=first,
        final=training.final_learning_rate,
    )
    return rate / first
