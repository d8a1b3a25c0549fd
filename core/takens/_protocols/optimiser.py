"""Optimisers: what changes the weights by their gradients."""

from typing import Any, Protocol, runtime_checkable

import torch


@runtime_checkable
class Optimiser(Protocol):
    """Makes the optimiser of a training."""

    def make(self, groups: list[dict[str, Any]], /) -> torch.optim.Optimizer:
        """Return the optimiser of groups of parameters, ``{"params": [...], "lr": ...}`` each.

        The ``lr`` of its groups is set before every step, by the schedule.
        """
        ...


@runtime_checkable
class SupportsElementwise(Protocol):
    """An optimiser that says whether it treats every weight on its own.

    Then it is given all weights in one tensor, in which each of its operations is done at
    once; else those of each layer, in the layer's shape.
    """

    elementwise: bool
