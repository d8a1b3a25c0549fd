"""Runs that data force: the heart of every teacher-forcing scheme."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

import torch
from torch import Tensor

from takens._backends.asking import accelerated_solve
from takens._dynamics.ensemble import Ensemble
from takens._dynamics.latent_map import latent_map
from takens._errors import InputError
from takens._protocols.backend import ForcedIterate
from takens._protocols.dynamics import Map
from takens._protocols.model import Model, SupportsForcingSignal

# Makes states agree with the data at a step: `(z, i) -> z`.
_Forcing: TypeAlias = Callable[[Tensor, int], Tensor]


def forced_run(
    model: Model, windows: Tensor, *, dt: float, strength: Tensor, skip: int = 0
) -> Tensor:
    """Give the latent states that predict `windows: (..., b, T, n)` after the context.

    The state starts from the first `c = context_length` samples, and each of the `T - c` that
    follow is predicted by one step of ``dt``. Before step i the state becomes
    `z + strength[i] (force(z, x) - z)` with the observation x that belongs to it, where
    `strength: (..., T - c)` is on the host; 0 leaves the state alone, 1 forces it wholly. No
    gradient flows through what forcing replaces. The answer is `(..., b, T - c - skip, m)`,
    without the first ``skip`` predictions.

    Where the model says what forcing writes (``SupportsForcingSignal``), the run is compiled
    by whichever backend offers it; where that is the whole state, the stretches between two
    full forcings are independent of each other and run as one batch.

    Raises: InputError where windows and strengths do not fit.
    """
    c = model.context_length
    count = windows.shape[-2] - c
    if strength.shape[-1] != count or not 0 <= skip < count:
        raise InputError(
            f"Windows of {windows.shape[-2]} samples leave {count} to predict after a context "
            f"of {c}; got {strength.shape[-1]} strengths of forcing, and {skip} to skip."
        )
    z = model.encode(windows[..., :c, :])
    seen = windows[..., c - 1 : -1, :]
    one = model.members[0] if isinstance(model, Ensemble) else model
    if isinstance(one, SupportsForcingSignal):
        with torch.no_grad():
            signal = cast(SupportsForcingSignal, model).forcing_signal(seen)
        if signal.shape[-1] == model.latent_dim and _all_or_nothing(strength):
            return _in_segments(model, z, signal, dt, strength, skip)
        states = _iterate(model, z, signal, dt, strength)
    else:
        step, rows = latent_map(model, dt), _rows(strength, z)
        states = _loop(step, z, rows, lambda z, i: model.force(z, seen[..., i, :]))
    return states[..., skip:, :]


def _iterate(model: Model, z: Tensor, signal: Tensor, dt: float, strength: Tensor) -> Tensor:
    """Ask the backends for the states after each step, `(..., b, T, m)`; else loop."""

    def eager() -> Tensor:
        k = signal.shape[-1]
        return _loop(
            latent_map(model, dt),
            z,
            _rows(strength, z),
            lambda z, i: torch.cat((signal[..., i, :], z[..., k:]), -1),
        )

    members = model.members if isinstance(model, Ensemble) else (model,)
    runs = z.shape[:-1].numel() // len(members)
    leading = (len(members), runs)
    answer: Tensor | None = accelerated_solve(
        ForcedIterate(
            maps=tuple(latent_map(member, dt) for member in members),
            x0=z.reshape(*leading, z.shape[-1]),
            signal=signal.reshape(*leading, *signal.shape[-2:]),
            strength=strength.expand(len(members), -1),
            eager=lambda: eager().reshape(*leading, *signal.shape[-2:-1], z.shape[-1]),
        )
    )
    return eager() if answer is None else answer.view(*z.shape[:-1], -1, z.shape[-1])


def _loop(step: Map, z: Tensor, rows: list[float | Tensor], force: _Forcing) -> Tensor:
    states: list[Tensor] = []
    for i, share in enumerate(rows):
        if isinstance(share, Tensor):
            z = z + share * (force(z, i) - z)
        elif share == 1:
            z = force(z, i)
        elif share:
            z = torch.lerp(z, force(z, i), share)
        z = step(z)
        states.append(z)
    return torch.stack(states, -2)


def _rows(strength: Tensor, z: Tensor) -> list[float | Tensor]:
    """Give the strength before each step: a number where all members share it."""
    if strength.ndim == 1:
        return cast(list[float | Tensor], strength.tolist())
    columns = strength.unbind(-1)
    return [
        float(column[0])
        if bool((column == column[0]).all())
        else column.to(z).view(-1, *[1] * (z.ndim - 1))
        for column in columns
    ]


def _all_or_nothing(strength: Tensor) -> bool:
    same = strength.ndim == 1 or bool((strength == strength[:1]).all())
    return same and bool(((strength == 0) | (strength == 1)).all())


def _in_segments(
    model: Model, z: Tensor, signal: Tensor, dt: float, strength: Tensor, skip: int
) -> Tensor:
    """Run from every full forcing on at once; the state is wholly known there."""
    row = strength.reshape(-1, strength.shape[-1])[0]
    forced = cast(list[float], row.tolist())
    count = len(forced)
    starts = [i for i, share in enumerate(forced) if share == 1 or i == 0]
    ends = [*starts[1:], count]
    wanted = [(s, e) for s, e in zip(starts, ends, strict=True) if e > skip]
    first = [z if s == 0 and forced[0] == 0 else signal[..., s, :] for s, _ in wanted]
    z0 = torch.stack(first, -2)
    length = max(e - s for s, e in wanted)
    free = torch.zeros(length, dtype=torch.float64)
    nothing = z0.new_empty(*z0.shape[:-1], length, 0)
    runs = _iterate(model, z0, nothing, dt, free)
    # Of (..., b, segments, length, m), the steps up to the next forcing, in order.
    flat = [
        k * length + i
        for k, (s, e) in enumerate(wanted)
        for i in range(max(skip - s, 0), e - s)
    ]
    together = runs.flatten(-3, -2)
    if flat == list(range(together.shape[-2])):
        return together
    return together[..., flat, :]
