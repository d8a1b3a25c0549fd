"""Optimisers and learning-rate schedules, as `takens.Training` names them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

import takens


def make_optimiser(
    training: takens.Training, weights: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """Make the optimiser that a training asks for."""
    kind = torch.optim.Adam if training.optimiser == "adam" else torch.optim.RAdam
    return kind(weights, lr=training.first_rate(0), foreach=False)


def share_of_rate(training: takens.Training, step: int) -> float:
    """Give the learning rate at update ``step``, counted from 0, as a share of the first.

    After the last step it stays as it is.
    """
    if training.schedule == "constant":
        return 1.0
    last = training.final_learning_rate / training.first_rate(0)
    progress = min(step / max(training.steps - 1, 1), 1.0)
    if training.schedule == "exponential":
        return last**progress
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * progress))
