"""What every optimiser and every schedule keeps to."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor

from takens._protocols.optimiser import Optimiser
from takens._protocols.schedule import Schedule
from takens.testing.failure import require, require_close, require_instance

_RATE = 0.01


def check_optimiser_protocol(optimiser: Optimiser) -> None:
    """Check that ``make`` gives an optimiser of torch, at the rate that it is given."""
    require_instance(optimiser, Optimiser)
    made = optimiser.make([{"params": _weights()[0], "lr": _RATE}])
    require_instance(made, torch.optim.Optimizer)
    rate = made.param_groups[0].get("lr")
    require(rate == _RATE, f"The learning rate is {rate} and not {_RATE}.")


def check_optimiser_learns(optimiser: Optimiser) -> None:
    """Check that a hundred steps lower a loss, and that a rate of 0 leaves weights alone."""
    weights = _weights()
    made = optimiser.make([{"params": group, "lr": _RATE} for group in weights])
    require(len(made.param_groups) == 2, f"Of two groups it makes {len(made.param_groups)}.")
    losses = [_step(made, weights) for _ in range(100)]
    require(losses[-1] < losses[0], f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}.")
    still = _weights()
    made = optimiser.make([{"params": group, "lr": _RATE} for group in still])
    for group in made.param_groups:
        group["lr"] = 0.0
    _step(made, still)
    for moved, before in zip(_each(still), _each(_weights()), strict=True):
        require_close(moved, before, "A rate of 0 changes weights", rtol=0, atol=0)


def check_optimiser_resumes(optimiser: Optimiser) -> None:
    """Check that its ``state_dict`` is all that it remembers."""
    weights = _weights()
    made = optimiser.make([{"params": group, "lr": _RATE} for group in weights])
    for _ in range(3):
        _step(made, weights)
    others = [[w.detach().clone().requires_grad_() for w in group] for group in weights]
    resumed = optimiser.make([{"params": group, "lr": _RATE} for group in others])
    resumed.load_state_dict(copy.deepcopy(made.state_dict()))
    for _ in range(3):
        _step(made, weights)
        _step(resumed, others)
    for one, other in zip(_each(weights), _each(others), strict=True):
        require_close(other, one, "A resumed optimiser goes another way", rtol=0, atol=0)


def check_schedule(schedule: Schedule) -> None:
    """Check that every rate is finite, not negative and the same when asked again."""
    require_instance(schedule, Schedule)
    for steps in (1, 2, 100):
        for final in (1e-5, 0.02):
            asked: dict[str, Any] = {"steps": steps, "first": 0.02, "final": final}
            for step in range(steps):
                rate = schedule.rate(step, **asked)
                require(
                    math.isfinite(rate) and rate >= 0,
                    f"At update {step} of {steps} the rate is {rate}.",
                )
                again = schedule.rate(step, **asked)
                require(
                    rate == again, f"At update {step} the rate is {rate}, and then {again}."
                )


def _weights() -> list[list[Tensor]]:
    """Return two groups of tensors, those of a layer each."""
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 4), (4,))
    return [
        [torch.randn(shape, generator=generator).requires_grad_() for shape in shapes]
        for _ in range(2)
    ]


def _each(groups: list[list[Tensor]]) -> list[Tensor]:
    return [weight for group in groups for weight in group]


def _step(made: torch.optim.Optimizer, weights: list[list[Tensor]]) -> float:
    made.zero_grad()
    loss = torch.stack([weight.square().sum() for weight in _each(weights)]).sum()
    loss.backward()
    made.step()
    return float(loss.detach())


CHECKS = (check_optimiser_protocol, check_optimiser_learns, check_optimiser_resumes)
SCHEDULE_CHECKS = (check_schedule,)
