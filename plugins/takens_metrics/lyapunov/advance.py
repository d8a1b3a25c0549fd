"""States along the orbits of a map."""

import torch
from torch import Tensor

import takens


def advance(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    """Return the states `x: (starts, d)` after ``steps`` steps."""
    if not steps:
        return x
    found = takens.backend.dispatch(
        takens.backend.MapIteration(map=step, x0=x, steps=steps, every=steps)
    )
    if found is not None:
        return found[..., -1, :]
    for _ in range(steps):
        x = step(x)
    return x


def orbit(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    """Return `x: (starts, d)` and the ``steps`` next states: `(starts, 1 + steps, d)`."""
    found = takens.backend.dispatch(takens.backend.MapIteration(map=step, x0=x, steps=steps))
    if found is not None:
        return found
    states = [x]
    for _ in range(steps):
        states.append(step(states[-1]))
    return torch.stack(states, 1)
