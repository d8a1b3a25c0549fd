"""The gradient of crossings, by the implicit function theorem."""

from typing import cast

import torch
from torch import Tensor

import takens
from takens_integrators.events import Event
from takens_integrators.solution import Crossings


def moving(
    event: Event, f: takens.VectorField, t: Tensor, x: Tensor, count: Tensor
) -> Crossings:
    """Give crossings that move with everything that their function and states depend on.

    One step of Newton from the zero changes no value, and has the gradient that the implicit
    function theorem gives.
    """
    times = t.to(x.dtype)
    lead = x.shape[:-1]
    # Samples first, as everywhere: one crossing of all samples after the other.
    moved, states = list[Tensor](), list[Tensor]()
    for i in range(lead[-1]):
        time, state = times[..., i], x[..., i, :]
        point = (time.detach(), state.detach())
        slope = f(*point).detach()
        along = (torch.ones_like(time), slope)
        rate = cast(Tensor, torch.func.jvp(event.function, point, along)[1]).detach()
        value = event.function(time, state)
        there = (i < count) & (rate != 0)
        shift = torch.where(
            there, (value.detach() - value) / torch.where(there, rate, 1.0), 0.0
        )
        moved.append(t[..., i] + shift)
        states.append(state + slope * shift.unsqueeze(-1))
    if not moved:
        return Crossings(t, x, count)
    return Crossings(torch.stack(moved, -1), torch.stack(states, -2), count)
