"""What every optimiser keeps to."""

from __future__ import annotations

import copy
from typing import Any, Final

import torch
from torch import Tensor

from takens._protocols.optimiser import Optimiser
from takens.testing.asking import require, require_instance, require_same
from takens.testing.check import Checks
from takens.testing.samples import numbers

CHECKS = Checks(Optimiser)

_RATE: Final = 0.01


@CHECKS.add
def check_optimiser_protocol(optimiser: Optimiser) -> None:
    """Check that ``make`` gives an optimiser of torch, at the rate that it is given."""
    require_instance(optimiser, Optimiser)
    made = _made(optimiser, _weights()[:1])
    require_instance(made, torch.optim.Optimizer)
    rate = made.param_groups[0].get("lr")
    require(rate == _RATE, f"The learning rate is {rate} and not {_RATE}.")


@CHECKS.add
def check_optimiser_learns(optimiser: Optimiser) -> None:
    """Check that a hundred steps lower a loss, and that a rate of 0 leaves weights alone."""
    weights, still = _weights(), _weights()
    made = _made(optimiser, weights)
    require(len(made.param_groups) == 2, f"Of two groups it makes {len(made.param_groups)}.")
    losses = [_step(made, weights) for _ in range(100)]
    require(losses[-1] < losses[0], f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}.")
    made = _made(optimiser, still)
    for group in made.param_groups:
        group["lr"] = 0.0
    _step(made, still)
    _same(still, _weights(), "A rate of 0 changes weights")


@CHECKS.add
def check_optimiser_resumes(optimiser: Optimiser) -> None:
    """Check that its ``state_dict`` is all that it remembers."""
    weights = _weights()
    made = _made(optimiser, weights)
    for _ in range(3):
        _step(made, weights)
    others = [[w.detach().clone().requires_grad_() for w in group] for group in weights]
    resumed = _made(optimiser, others)
    resumed.load_state_dict(copy.deepcopy(made.state_dict()))
    for _ in range(3):
        _step(made, weights)
        _step(resumed, others)
    _same(others, weights, "A resumed optimiser goes another way")


def _made(optimiser: Optimiser, weights: list[list[Tensor]]) -> Any:
    return optimiser.make([{"params": group, "lr": _RATE} for group in weights])


def _weights() -> list[list[Tensor]]:
    """Return two groups of tensors, those of a layer each."""
    shapes = ((3, 4), (4,))
    return [
        [numbers(*shape, seed=seed).float().requires_grad_() for shape in shapes]
        for seed in (0, 1)
    ]


def _same(found: list[list[Tensor]], expected: list[list[Tensor]], says: str) -> None:
    for group, others in zip(found, expected, strict=True):
        for one, other in zip(group, others, strict=True):
            require_same(one, other, says)


def _step(made: torch.optim.Optimizer, weights: list[list[Tensor]]) -> float:
    made.zero_grad()
    loss = torch.stack([weight.square().sum() for group in weights for weight in group]).sum()
    loss.backward()
    made.step()
    return float(loss.detach())
