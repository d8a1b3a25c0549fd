"""Free runs of a model."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import attrs
import torch
from torch import Tensor

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_series, context_of
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._dynamics.checkpoint import load_model
from takens._dynamics.derivatives import is_mapped, recording
from takens._dynamics.driven_orbit import driven_orbit
from takens._dynamics.flow_map import latent_map
from takens._dynamics.free_run import FreeRun
from takens._dynamics.inputs import (
    drive_in_units,
    encode,
    refuse_undriven,
    step_at,
)
from takens._dynamics.orbit import orbit
from takens._dynamics.trained_model import TrainedModel
from takens._plugins.isolation import isolated
from takens._preparing.preparations import Preparations
from takens._protocols.model import Model, SupportsLikelihood, has_likelihood
from takens._threads import threads_for
from takens.errors import InputError

_CHUNK = 500
_BOUND = 1e6
# Gives the states of `length` steps from step `done` on: `(z, length, done)`.
_Orbits: TypeAlias = Callable[[Tensor, int, int], Tensor]


@arguments(model=load_model)
@isolated
def generate(
    model: Model | str | Path,
    *,
    context: SeriesLike,
    steps: int,
    dt: float | None = None,
    keep_every: int = 1,
    with_start: bool = False,
    inputs: Any = None,
    draw: int | None = None,
) -> FreeRun:
    """Let a model run freely from `context: (..., c, n)`, the last of which is time zero.

    The context may be a tensor, a series, or an array or frame of samples.

    ``model`` may also be the path of a run or of its checkpoint.

    The context beyond what the model encodes warms it up: each later sample is forced. The
    run has ``steps`` samples after the context, of which every ``keep_every``-th is kept; no
    memory is used for the others. ``dt`` defaults to the interval that the model was trained
    at. ``with_start`` puts the context's last sample before the others, at time zero.

    ``inputs`` are what acts on a model that takes inputs, `(..., c + steps, k)` or a series of
    them, in the units of the data: from the first sample of the context on, and at the end of
    the run or later. A context with inputs of its own needs only those after it.

    Of a model with a likelihood the run is what is expected, such as rates; with ``draw``, a
    seed, it is observations drawn of that, such as counts.

    Where the data were prepared before the model was trained, the context is data as they
    were, a series of them where preparations look at its times, and so is the run; ``steps``
    and ``dt`` are those of the data as they became.

    A run has diverged where a latent variable is not finite, or a million times beyond 1 and
    the largest at the start; see ``FreeRun``.

    Raises: InputError for a context that does not fit the model or is not finite, or an
    interval it has not, or inputs that end before the run.
    """
    if draw is not None and not has_likelihood(model):
        raise InputError(
            "draw = ... draws observations of a law, and this model has none; leave it out, or "
            "train one with a likelihood."
        )
    model = cast(Model, model)
    trained = model if isinstance(model, TrainedModel) else None
    if trained and trained.preparations:
        made = _prepared(
            trained, trained.preparations, context, steps, dt, keep_every, inputs, draw
        )
        return _with_start(made, context) if with_start else made
    given = _inputs(context, inputs)
    context = context_of(context)
    if dt is None:
        dt = trained.dt if trained else 1.0
    elif trained:
        trained.refuse_interval(dt)
    if steps < 2 or keep_every < 1 or steps // keep_every < 2:
        raise InputError(
            "A free run keeps at least 2 samples; "
            f"got steps = {steps} and keep_every = {keep_every}."
        )
    drive = _drive(model, given, context, steps)
    made = run_freely(model, context, steps, dt, keep_every=keep_every, drive=drive, draw=draw)
    return _with_start(made, context) if with_start else made


def _with_start(run: FreeRun, context: SeriesLike) -> FreeRun:
    """Put the last sample of the context before a run, at time zero."""
    first = context_of(context)[..., -1:, :].to(run.x)
    series = run.series
    t, x = torch.cat((torch.zeros(1).to(series.t), series.t)), torch.cat((first, series.x), -2)
    return FreeRun(attrs.evolve(series, t=t, x=x), run.diverged_at)


def run_freely(
    model: Model,
    context: Tensor,
    steps: int,
    dt: float,
    *,
    keep_every: int = 1,
    drive: Tensor | None = None,
    draw: int | None = None,
) -> FreeRun:
    """Let a model run from `context: (..., c, n)` under `drive: (..., c + steps, w)`.

    See ``generate``.
    """
    trained = model if isinstance(model, TrainedModel) else None
    weight = next(iter(model.parameters()), context)
    with recording((context, drive), model.parameters()):
        # A trained model keeps the units of its data exact until they are standardised.
        context = context.to(weight.device) if trained else context.to(weight)
        drive = None if drive is None else drive.to(weight)
        if is_mapped((context, *model.parameters())):
            raise InputError(
                "A free run looks at its states, which torch.func.vmap does not allow: give "
                "all contexts at once, (..., c, n), or train an ensemble."
            )
        _refuse_lost(context)
        runs = math.prod(context.shape[:-2])
        weights = sum(parameter.numel() for parameter in model.parameters())
        with threads_for(runs * (weights + model.latent_dim)):
            z = warm_up(model, dt, context, drive)
            leading = z.shape[:-1]
            z = z.reshape(-1, z.shape[-1])
            ahead = _orbits(
                model, dt, None if drive is None else drive[..., context.shape[-2] - 1 :, :]
            )
            diverged_at, kept = _run(ahead, z, steps, keep_every, _observed(model, draw), model)
        x = kept.reshape(*leading, -1, model.obs_dim)
    count = x.shape[-2]
    t = torch.arange(1, count + 1, dtype=torch.float64) * (dt * keep_every)
    series = TimeSeries(
        t,
        x.cpu(),
        trained.columns if trained else (),
        time_unit=trained.time_unit if trained else "",
    )
    return FreeRun(series, diverged_at)


def _prepared(
    model: TrainedModel,
    preparations: Preparations,
    context: SeriesLike,
    steps: int,
    dt: float | None,
    keep_every: int,
    inputs: Any,
    draw: int | None,
) -> FreeRun:
    """Prepare the context, run, and bring the run into the units of the data."""
    if isinstance(context, Recordings):
        context = context.series[0] if len(context) == 1 else context.stacked()
    if isinstance(context, TimeSeries):
        before = context
    else:
        before = preparations.context(context_of(context))
    if before.dim == len(preparations.columns):
        before = attrs.evolve(before, columns=preparations.columns)
    ready = preparations.forward(before)
    if inputs is not None and len(ready) != len(before):
        raise InputError(
            "Inputs have a row for each sample of the context, and preparations made "
            f"{len(ready)} of {len(before)}; prepare the data first, and give the prepared "
            "context to model.unprepared()."
        )
    run = generate(
        model.unprepared(), context=ready, steps=steps, dt=dt, inputs=inputs, draw=draw
    )
    made = preparations.inverse(run.series, before)
    kept = slice(keep_every - 1, None, keep_every)
    made = attrs.evolve(made, t=made.t[kept], x=made.x[..., kept, :])
    return FreeRun(made, run.diverged_at)


def _refuse_lost(context: Tensor) -> None:
    """Refuse a context `(..., c, n)` with a number that is not finite."""
    lost = torch.func.debug_unwrap(~context.isfinite())
    if bool(lost.any()):
        *_, row, column = (int(i) for i in lost.nonzero()[0])
        raise InputError(
            f"A context has finite numbers; variable {column} of sample {row} "
            f"({row - lost.shape[-2]} from the end) has none. Leave out or fill the samples "
            "that were lost."
        )


def _inputs(context: SeriesLike, inputs: Any) -> Tensor | None:
    """Return what is given, `(..., T, k)` from the first sample of the context on."""
    before = None
    if isinstance(context, Recordings):
        context = context.stacked()
    if isinstance(context, TimeSeries) and context.inputs is not None:
        before = context.inputs.x.double()
    if inputs is None:
        return before
    after = inputs if isinstance(inputs, Tensor) else as_series(inputs, "A drive").x
    after = after.unsqueeze(-1).double() if after.ndim == 1 else after.double()
    return after if before is None else torch.cat((before, after), -2)


def _drive(model: Model, u: Tensor | None, context: Tensor, steps: int) -> Tensor | None:
    """Return what acts on a model from sample to sample, `(..., c + steps, w)`.

    Raises: InputError for inputs that end before the run, or that the model has not.
    """
    refuse_undriven(model, u)
    if u is None:
        return None
    needed = context.shape[-2] + steps
    if u.shape[-2] < needed:
        raise InputError(
            f"Inputs last as long as the context and the run, {context.shape[-2]} and {steps} "
            f"samples; these end after {u.shape[-2]}. Give {needed}, or run fewer steps."
        )
    if not bool(torch.func.debug_unwrap(u).isfinite().all()):
        raise InputError("Inputs have finite numbers; fill the samples that were lost.")
    u = u[..., :needed, :].expand(*context.shape[:-2], needed, u.shape[-1])
    return drive_in_units(model, u.to(context) if context.is_floating_point() else u)


def warm_up(model: Model, dt: float, context: Tensor, drive: Tensor | None = None) -> Tensor:
    """Return the latent state at the end of `context: (..., c, n)`: `(..., m)`.

    ``drive``, `(..., c or more, w)`, is what acts on it from its first sample on.

    Raises: InputError where the context is too short or of another dimension.
    """
    need, n = model.context_length, model.obs_dim
    if context.ndim < 2 or context.shape[-1] != n or context.shape[-2] < need:
        raise InputError(
            f"This model starts from (..., {need} or more, {n}) observations; "
            f"got a context of shape {tuple(context.shape)}."
        )
    z = encode(model, context[..., :need, :], None if drive is None else drive[..., :need, :])
    step = step_at(model, dt, None if drive is None else drive[..., need - 1 :, :])
    for i, x in enumerate(context[..., need:, :].unbind(-2)):
        z = model.force(step(z, i), x)
    return z


def _orbits(model: Model, dt: float, drive: Tensor | None) -> _Orbits:
    """Return what follows a state, itself first, in so many steps from a step on.

    It gives `(length + 1, runs, m)` for `z: (runs, m)`.
    """
    if drive is None:
        free = latent_map(model, dt)
        return lambda z, length, done: orbit(free, z, length, separate=True).transpose(0, 1)
    acting = drive.reshape(-1, *drive.shape[-2:])

    def driven(z: Tensor, length: int, done: int) -> Tensor:
        part = acting[:, done : done + length]
        return driven_orbit(model, dt, z, length, part).transpose(0, 1)

    return driven


def _observed(model: Model, draw: int | None) -> Callable[[Tensor], Tensor]:
    """Return what is seen of states `(..., m)`: what is expected, or what is drawn of it."""
    if draw is None:
        return model.observe
    generator, likely = torch.Generator().manual_seed(draw), cast(SupportsLikelihood, model)
    return lambda z: likely.draw_observations(z, generator)


def _run(
    ahead: _Orbits,
    z: Tensor,
    steps: int,
    keep_every: int,
    observed: Callable[[Tensor], Tensor],
    model: Model,
) -> tuple[tuple[int | None, ...], Tensor]:
    """Run `z: (runs, m)`; give where runs diverged, and the kept samples `(runs, kept, n)`."""
    runs = z.shape[0]
    kept = model.observe(z).new_empty(runs, steps // keep_every, model.obs_dim)
    diverged_at: list[int | None] = [None] * runs
    # A warm-up may have exploded already, which must not move the bound.
    finite = z.detach().abs().nan_to_num(0.0, 0.0, 0.0)
    bound = _BOUND * max(1.0, min(float(finite.max()), _BOUND))
    for done in range(0, steps, _CHUNK):
        length = min(_CHUNK, steps - done)
        states = ahead(z, length, done)
        if torch.is_grad_enabled():
            # What is replaced below is still needed for derivatives.
            states = states.clone()
        stopped = [run for run, at in enumerate(diverged_at) if at is not None]
        if stopped:
            states[1:, stopped] = states[0, stopped]
        # Looked at once a chunk: a look at every step would stop a GPU's queue.
        bad = ~(states.abs() <= bound).all(-1)
        for run in map(int, bad.any(0).nonzero()):
            first = max(int(bad[:, run].nonzero()[0]), 1)
            diverged_at[run] = done + first
            last_good = states[first - 1, run].nan_to_num(0.0).clamp(-bound, bound)
            states[first:, run] = last_good
        z = states[-1]
        chosen = list(range(-done % keep_every or keep_every, length + 1, keep_every))
        first_kept = done // keep_every
        seen = observed(states[chosen]).transpose(0, 1)
        kept[:, first_kept : first_kept + len(chosen)] = seen
    return tuple(diverged_at), kept
