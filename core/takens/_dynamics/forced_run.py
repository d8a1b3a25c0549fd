"""Runs that data force: the heart of every teacher-forcing scheme."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeAlias, cast, final

import attrs
import torch
from torch import Tensor

from takens._backends.dispatch import dispatch
from takens._dynamics.coupled import are_coupled
from takens._dynamics.ensemble import Ensemble
from takens._dynamics.flow_map import latent_map
from takens._dynamics.gaps import filled, force_where_known, has_gaps
from takens._dynamics.inputs import (
    HeldMap,
    Step,
    driven_map,
    encode,
    input_dim,
    refuse_undriven,
    step_at,
)
from takens._dynamics.unequal_steps import unequal_steps
from takens._protocols.inputs import DrivenMap
from takens._protocols.model import Model, SupportsForcingSignal
from takens._protocols.requests import ForcedIteration
from takens.errors import InputError

# Makes states agree with the data at a step: `(z, i) -> z`.
_Forcing: TypeAlias = Callable[[Tensor, int], Tensor]


def forced_run(
    model: Model,
    windows: Tensor,
    *,
    dt: float | Tensor,
    strength: Tensor,
    skip: int = 0,
    drive: Tensor | None = None,
) -> Tensor:
    """Return the latent states that predict `windows: (..., b, T, n)` after the context.

    The state starts from the first `c = context_length` samples, and each of the `T - c` that
    follow is predicted by one step of ``dt``. Before step i the state becomes
    `z + strength[i] (force(z, x) - z)` with the observation x that belongs to it, where
    `strength: (..., T - c)` is on the host; 0 leaves the state alone, 1 forces it wholly. No
    gradient flows through what forcing replaces. The answer is `(..., b, T - c - skip, m)`,
    without the first ``skip`` predictions.

    What is missing is NaN: it forces nothing, variable by variable, so that the state runs
    through a gap freely. A gap in the context is filled by a line before the state starts.
    ``drive`` is what acts on a model that takes inputs from each sample to the next, `(..., b,
    T, w)`, see ``takens.plugin.drive``.

    A model that is continuous in time also takes steps that differ, `dt: (T - 1,)` or
    `(..., b, T - 1)`, from each sample to the next; such runs are not compiled.

    Where the model says what forcing writes (``SupportsForcingSignal``), the run is compiled
    by whichever backend offers it; where that is the whole state, the segments between two
    full forcings are independent of each other and run as one batch.

    Raises: InputError where windows and strengths do not fit, or a drive is missing.
    """
    c = model.context_length
    count = windows.shape[-2] - c
    if strength.shape[-1] != count or not 0 <= skip < count:
        raise InputError(
            f"Windows of {windows.shape[-2]} samples leave {count} to predict after a context "
            f"of {c}; got {strength.shape[-1]} strengths of forcing, and {skip} to skip."
        )
    gaps = has_gaps(windows)
    context = windows[..., :c, :]
    if gaps and has_gaps(context):
        context = filled(windows)[..., :c, :]
    k = input_dim(model)
    refuse_undriven(model, None if drive is None else drive[..., :k] if k else drive)
    z = encode(model, context, None if drive is None else drive[..., :c, :])
    seen = windows[..., c - 1 : -1, :]
    if drive is not None:
        drive = drive[..., c - 1 : -1, :]
    one = model.members[0] if isinstance(model, Ensemble) else model
    signal = None
    if isinstance(dt, Tensor):
        step = unequal_steps(model, dt[..., c - 1 :], drive)
    else:
        step = step_at(model, dt, drive)
        if isinstance(one, SupportsForcingSignal):
            with torch.no_grad():
                signal = cast(SupportsForcingSignal, model).forcing_signal(seen)
    if isinstance(dt, Tensor) or signal is None or (gaps and _is_lost(seen, signal)):
        rows = _rows(strength, z)
        force = functools.partial(force_where_known, model) if gaps else model.force
        states = _loop(step, z, rows, lambda z, i: force(z, seen[..., i, :]))
        return states[..., skip:, :]
    # What a gap leaves of the state is known from the past alone, so that nothing is cut there.
    whole = signal.shape[-1] == model.latent_dim and not gaps and _all_or_nothing(strength)
    # Segments are other rows than windows: with statistics of a batch that matters.
    if whole and not are_coupled(model, lambda z: step(z, 0), z):
        return _in_segments(model, z, signal, dt, strength, skip, drive)
    return iterate_forced(model, z, signal, dt, strength, drive, gaps=gaps)[..., skip:, :]


def _is_lost(seen: Tensor, signal: Tensor) -> bool:
    """Return whether some observation is known in part and, mixed, writes nothing at all."""
    return bool((~seen.isnan()).any(-1).logical_and(signal.isnan().all(-1)).any())


def iterate_forced(
    model: Model,
    z: Tensor,
    signal: Tensor,
    dt: float,
    strength: Tensor,
    drive: Tensor | None,
    *,
    gaps: bool = False,
) -> Tensor:
    """Return the states after each step, `(..., b, T, m)`, by backends, else by a loop.

    `signal: (..., b, T, k)` is written into the first units as `strength: (..., T)` says, under
    `drive: (..., b, T, w)` where there are inputs.
    """

    def force(z: Tensor, i: int) -> Tensor:
        x, k = signal[..., i, :], signal.shape[-1]
        if gaps:
            x = torch.where(x.isnan(), z[..., :k], x)
        return torch.cat((x, z[..., k:]), -1)

    def eager() -> Tensor:
        return _loop(step_at(model, dt, drive), z, _rows(strength, z), force)

    if drive is not None and drive.requires_grad:
        return eager()
    members = model.members if isinstance(model, Ensemble) else (model,)
    runs = z.shape[:-1].numel() // len(members)
    leading = (len(members), runs)
    request = ForcedIteration(
        maps=tuple(latent_map(member, dt) for member in members) if drive is None else (),
        x0=z.reshape(*leading, z.shape[-1]),
        signal=signal.reshape(*leading, *signal.shape[-2:]),
        strength=strength.expand(len(members), -1),
        eager=lambda: eager().reshape(*leading, *signal.shape[-2:-1], z.shape[-1]),
    )
    if drive is not None:
        maps = [driven_map(member, dt) for member in members]
        request = _held(request, maps, drive.reshape(*leading, *drive.shape[-2:]))
    answer = dispatch(request)
    if answer is None:
        return eager()
    return answer[..., -z.shape[-1] :].reshape(*z.shape[:-1], -1, z.shape[-1])


def _held(
    request: ForcedIteration, maps: Sequence[DrivenMap], drive: Tensor
) -> ForcedIteration:
    """Write what acts, `(members, b, T, w)`, before each step into the first units.

    One strength is for all units of a step: what acts is divided by it, since it is zero
    before, and where nothing else is forced the strength is 1, and the rest missing.
    """
    width, free = drive.shape[-1], request.strength == 0
    strength = request.strength.masked_fill(free, 1.0)
    share, gap = (each.unsqueeze(1).unsqueeze(-1) for each in (strength, free))
    acting = drive / share.to(drive)
    signal = request.signal.masked_fill(gap.to(drive.device), torch.nan)
    eager = cast(Callable[[], Tensor], request.eager)

    def both() -> Tensor:
        states = eager()
        return torch.cat((states.new_zeros(*states.shape[:-1], width), states), -1)

    nothing = request.x0.new_zeros(*request.x0.shape[:-1], width)
    return ForcedIteration(
        maps=tuple(HeldMap(step, width) for step in maps),
        x0=torch.cat((nothing, request.x0), -1),
        signal=torch.cat((acting, signal), -1),
        strength=strength,
        eager=both,
    )


def _loop(step: Step, z: Tensor, rows: list[float | Tensor], force: _Forcing) -> Tensor:
    states: list[Tensor] = []
    for i, share in enumerate(rows):
        if isinstance(share, Tensor):
            z = z + share * (force(z, i) - z)
        elif share == 1:
            z = force(z, i)
        elif share:
            z = torch.lerp(z, force(z, i), share)
        z = step(z, i)
        states.append(z)
    return torch.stack(states, -2)


def _rows(strength: Tensor, z: Tensor) -> list[float | Tensor]:
    """Return the strength before each step: a number where all members share it."""
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
    model: Model,
    z: Tensor,
    signal: Tensor,
    dt: float,
    strength: Tensor,
    skip: int,
    drive: Tensor | None,
) -> Tensor:
    """Run from every full forcing on at once; the state is wholly known there."""
    row = strength.reshape(-1, strength.shape[-1])[0]
    cut = _segments(tuple(cast(list[float], row.tolist())), skip)
    z0 = signal[..., cut.starts, :]
    if cut.from_context:
        z0 = torch.cat((z.unsqueeze(-2), z0[..., 1:, :]), -2)
    free = torch.zeros(cut.length, dtype=torch.float64)
    nothing = z0.new_empty(*z0.shape[:-1], cut.length, 0)
    if drive is not None:
        starts = torch.arange(row.shape[-1])[cut.starts]
        steps = (starts.unsqueeze(-1) + torch.arange(cut.length)).clamp(max=len(row) - 1)
        drive = drive[..., steps, :]
    runs = iterate_forced(model, z0, nothing, dt, free, drive)
    return runs.flatten(-3, -2)[..., cut.wanted, :]


@final
@attrs.frozen
class _Segments:
    """Where the segments between two forcings begin, and how long the longest is.

    ``from_context`` says that the first begins with the encoded context. Of all their steps in
    order, `segments * length`, ``wanted`` are those up to the next forcing.
    """

    starts: list[int] | slice
    length: int
    from_context: bool
    wanted: list[int] | slice


@functools.lru_cache(maxsize=64)
def _segments(forced: tuple[float, ...], skip: int) -> _Segments:
    starts = [i for i, share in enumerate(forced) if share == 1 or i == 0]
    ends = [*starts[1:], len(forced)]
    kept = [(s, e) for s, e in zip(starts, ends, strict=True) if e > skip]
    length = max(e - s for s, e in kept)
    wanted = [
        k * length + i for k, (s, e) in enumerate(kept) for i in range(max(skip - s, 0), e - s)
    ]
    from_context = kept[0][0] == 0 and forced[0] == 0
    return _Segments(_slice([s for s, _ in kept]), length, from_context, _slice(wanted))


def _slice(numbers: list[int]) -> list[int] | slice:
    """Return equally spaced numbers as a slice, which is taken and differentiated faster."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    even = range(numbers[0], numbers[-1] + 1, step)
    return slice(even.start, even.stop, step) if numbers == list(even) else numbers
