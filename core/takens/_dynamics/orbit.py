"""Orbits of maps."""

from __future__ import annotations

from torch import Tensor

from takens._backends.dispatch import dispatch
from takens._protocols.dynamics import Map
from takens._protocols.requests import MapIteration


def orbit(step: Map, x: Tensor, steps: int) -> Tensor:
    """Return `x: (runs, d)` and the ``steps`` states that follow: `(1 + steps, runs, d)`.

    They are computed by a backend where one offers to. States that are not finite stay so.
    """
    states = dispatch(MapIteration(map=step, x0=x, steps=steps))
    if states is not None:
        return states.transpose(0, 1)
    states = x.new_empty(1 + steps, *x.shape)
    # A map that writes into its state writes into a copy of what it was given.
    x = x.clone()
    states[0] = x
    for i in range(steps):
        x = step(x)
        states[i + 1] = x
    return states
