"""Orbits of maps."""

from __future__ import annotations

from torch import Tensor

from takens._backends.dispatch import dispatch
from takens._dynamics.coupled import refuse_coupled
from takens._protocols.dynamics import Map
from takens._protocols.requests import MapIteration


def orbit(
    step: Map, x: Tensor, steps: int, every: int = 1, *, separate: bool = False
) -> Tensor:
    """Return `x: (..., d)` and every ``every``-th state that follows: `(..., n, d)`.

    There are `n = 1 + steps / every`, computed by a backend where one offers to. States that
    are not finite stay so. Where samples are to be ``separate``, a map that has them act on one
    another is refused.

    Raises: InputError.
    """
    found = dispatch(MapIteration(map=step, x0=x, steps=steps, every=every))
    if found is not None:
        return found
    if separate:
        refuse_coupled(step, x)
    states = x.new_empty(1 + steps // every, *x.shape)
    # A map that writes into its state writes into a copy of what it was given.
    x = x.clone()
    states[0] = x
    for i in range(1, steps + 1):
        x = step(x)
        if i % every == 0:
            states[i // every] = x
    return states.movedim(0, -2)
