"""Zero crossings of a function along a solution, as for Poincare sections."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens.backend import Crossings
from takens.plugin import VectorField
from takens_integrators.adaptive.dense import interpolate
from takens_integrators.step_method import StepMethod, StepResult
from takens_integrators.under_transforms import all_of, any_of, largest_of


class EventFunction(Protocol):
    """Any callable that returns `g: (...)` at `t: (...)` and `x: (..., d)`, one per sample."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the value whose zeros are looked for."""
        ...


def _known_direction(_: object, __: Any, value: int) -> None:
    if value not in (-1, 0, 1):
        raise takens.InputError(
            f"An event's direction is 1 (rising), -1 (falling) or 0 (either); got {value!r}."
        )


@final
@attrs.frozen(eq=False)
class Event:
    """Looks for zeros of `function(t, x) -> (...)` where it rises (1), falls (-1) or both (0).

    A ``terminal`` event ends the solve of its sample. Two crossings within one step cancel
    out unseen; ``max_step`` of the integrator is the cure. A solution that starts at zero has
    no crossing there.
    """

    function: EventFunction
    direction: Literal[-1, 0, 1] = attrs.field(default=0, validator=_known_direction)
    terminal: bool = False


def known_events(events: Any) -> None:
    """Refuse what is not a sequence of events.

    Raises: InputError.
    """
    wrong = type(events).__name__
    if isinstance(events, (list, tuple)):
        others = [e for e in cast(Sequence[Any], events) if not isinstance(e, Event)]
        if not others:
            return
        wrong = f"a list with {type(others[0]).__name__}"
    raise takens.InputError(
        f"events are a list, as in [Event(lambda t, x: x[..., 0])]; got {wrong}."
    )


@final
class EventFinder:
    """Finds the crossings of all events while the loop runs, and keeps them."""

    def __init__(
        self,
        method: StepMethod,
        f: VectorField,
        events: Sequence[Event],
        t: Tensor,
        x: Tensor,
        joined: int = 0,
    ) -> None:
        self.method, self.f, self.events, self.joined = method, f, events, joined
        self.values = [_value(event, t, x, joined) for event in events]
        self.found: list[list[tuple[Tensor, Tensor, Tensor]]] = [[] for _ in events]

    def look(
        self,
        t: Tensor,
        dt: Tensor,
        x: Tensor,
        trial: StepResult,
        arrived: Tensor,
        accepted: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Look at one round; return which samples ended, and times and states after it."""
        crossed = list[Tensor]()
        for i, event in enumerate(self.events):
            old, new = self.values[i], _value(event, arrived, trial.x, self.joined)
            rising, falling = (old < 0) & (new >= 0), (old > 0) & (new <= 0)
            either = (rising, rising | falling, falling)[1 - event.direction]
            crossed.append(either & accepted)
            self.values[i] = torch.where(accepted, new, old)
        state = trial.x
        hit = torch.zeros_like(accepted)
        if not any(any_of(c) for c in crossed):
            return hit, arrived, state
        pieces = self.method.increments(self.f, t, x, dt, trial.stages)
        weights = x.new_tensor(self.method.dense)

        def at(theta: Tensor) -> Tensor:
            return interpolate(x, pieces, weights, theta)

        first = torch.full_like(t, 2.0)
        fractions = list[Tensor]()
        for event, mask in zip(self.events, crossed, strict=True):

            def value(s: Tensor, event: Event = event) -> Tensor:
                return _value(event, t + s * dt, at(s), self.joined)

            theta = _roots(value, t, mask, self.joined)
            fractions.append(theta)
            if event.terminal:
                first = torch.where(mask, torch.minimum(first, theta), first)
        if self.joined:
            # What belongs together ends together.
            rows = tuple(range(-self.joined, 0))
            first = first.amin(rows, keepdim=True).expand(first.shape)
        for i, (mask, theta) in enumerate(zip(crossed, fractions, strict=True)):
            # What comes after the end of a sample never happened.
            keep = mask & (theta <= first)
            if any_of(keep):
                self.found[i].append((keep, t + theta * dt, at(theta)))
        hit = first <= 1
        end = torch.where(hit, first, 1.0)
        arrived = torch.where(hit, t + end * dt, arrived).detach()
        return hit, arrived, torch.where(hit.unsqueeze(-1), at(end), state).detach()

    def crossings(self, t: Tensor, x: Tensor) -> tuple[Crossings, ...]:
        """Return what was found for each event; `t` and `x` fill up after the last."""
        found = [[(m, s.detach(), y.detach()) for m, s, y in event] for event in self.found]
        return tuple(_gather(event, t, x) for event in found)


def differentiable_crossings(
    event: Event, f: VectorField, t: Tensor, x: Tensor, count: Tensor, joined: int = 0
) -> Crossings:
    """Return crossings that move with everything that their function and states depend on.

    One step of Newton from the zero changes no value, and has the gradient that the implicit
    function theorem gives.

    Raises: InputError where rows that act on one another cross at times of their own.
    """
    if joined:
        whole = t.detach().flatten(-1 - joined, -2)
        if any_of(whole != whole[..., :1, :]):
            raise takens.InputError(
                "Rows that act on one another have crossings at times of their own, which have "
                "no gradient: let the event's function give one number for all rows of a "
                "sample, or solve under torch.no_grad()."
            )
    times = t.to(x.dtype)
    lead = x.shape[:-1]
    # Samples first, as everywhere: one crossing of all samples after the other.
    moved, states = list[Tensor](), list[Tensor]()
    for i in range(lead[-1]):
        time, state = times[..., i], x[..., i, :]
        point = (time.detach(), state.detach())
        slope = f(*point).detach()
        along = (torch.ones_like(time), slope)

        def values(t: Tensor, x: Tensor) -> Tensor:
            return _value(event, t, x, joined)

        rate = cast(Tensor, torch.func.jvp(values, point, along)[1]).detach()
        value = values(time, state)
        there = (i < count) & (rate != 0)
        shift = torch.where(
            there, (value.detach() - value) / torch.where(there, rate, 1.0), 0.0
        )
        moved.append(t[..., i] + shift)
        states.append(state + slope * shift.unsqueeze(-1))
    if not moved:
        return Crossings(t, x, count)
    return Crossings(torch.stack(moved, -1), torch.stack(states, -2), count)


def _value(event: Event, t: Tensor, x: Tensor, joined: int) -> Tensor:
    value = event.function(t, x)
    lead = x.shape[:-1]
    if joined and value.shape == lead[: len(lead) - joined]:
        value = value[(..., *[None] * joined)].expand(lead)
    if value.shape != lead:
        raise takens.InputError(
            f"An event's function gives one number for each sample, {tuple(x.shape[:-1])}; got "
            f"{tuple(value.shape)}. Index the state as in x[..., 0]."
        )
    return value.to(t.dtype)


def _roots(g: Callable[[Tensor], Tensor], like: Tensor, mask: Tensor, joined: int) -> Tensor:
    """Find zeros as ``_root`` does, all rows of a sample being looked at together for each."""
    if not joined:
        return _root(g, like, mask)
    rows, wanted = like.flatten(-joined), mask.flatten(-joined)
    found = list[Tensor]()
    for row in range(rows.shape[-1]):

        def one(s: Tensor, row: int = row) -> Tensor:
            whole = s.unsqueeze(-1).expand(rows.shape).reshape(like.shape)
            return g(whole).flatten(-joined)[..., row]

        crossed = wanted[..., row]
        none = torch.ones_like(rows[..., row])
        found.append(_root(one, rows[..., row], crossed) if any_of(crossed) else none)
    return torch.stack(found, -1).reshape(like.shape)


def _root(g: Callable[[Tensor], Tensor], like: Tensor, mask: Tensor) -> Tensor:
    """Find a zero of `g(theta): (...)` on the unit interval by the Illinois method."""
    low, high = torch.zeros_like(like), torch.ones_like(like)
    g_low, g_high = g(low), g(high)
    eps = 4 * torch.finfo(like.dtype).eps
    middle = high
    for _ in range(100):
        share = torch.nan_to_num(g_low / (g_low - g_high), nan=0.5).clamp(0, 1)
        middle = low + (high - low) * share
        value = g(middle)
        done = (value == 0) | (high - low <= eps) | (middle <= low) | (middle >= high)
        if all_of(done | ~mask):
            break
        same = torch.sign(value) == torch.sign(g_low)
        g_low, g_high = (
            torch.where(same, value, g_low / 2),
            torch.where(same, g_high / 2, value),
        )
        low, high = torch.where(same, middle, low), torch.where(same, high, middle)
    return torch.where(mask, middle, 1.0)


def _gather(found: list[tuple[Tensor, Tensor, Tensor]], t: Tensor, x: Tensor) -> Crossings:
    if not found:
        count = torch.zeros_like(t, dtype=torch.int64)
        return Crossings(t.unsqueeze(-1)[..., :0], x.unsqueeze(-2)[..., :0, :], count)
    mask, times, states = (torch.stack(part) for part in zip(*found, strict=True))
    count = mask.sum(0)
    order = (~mask).to(torch.int8).argsort(stable=True, dim=0)[: largest_of(count)]
    there = torch.arange(len(order), device=t.device).reshape(-1, *[1] * t.dim()) < count
    times = torch.where(there, times.gather(0, order), t)
    rows = order.unsqueeze(-1).expand(*order.shape, x.shape[-1])
    states = torch.where(there.unsqueeze(-1), states.gather(0, rows), x)
    return Crossings(times.movedim(0, -1), states.movedim(0, -2), count)
