"""Simulation of known systems."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import torch
from torch import Tensor

from takens._arguments import arguments
from takens._data.entrance import as_series
from takens._data.time_series import TimeSeries
from takens._dynamics.derivatives import fields_of, followed, is_mapped, recording
from takens._dynamics.driven_orbit import driven_orbit
from takens._dynamics.field_system import FieldSystem
from takens._dynamics.inputs import drive_of, refuse_undriven
from takens._dynamics.orbit import orbit
from takens._dynamics.sampling import integrator_of, interval_of
from takens._dynamics.stepper import as_stepper
from takens._dynamics.system_model import SystemModel
from takens._given import given as shown
from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import integrators, systems
from takens._protocols.dynamics import Time
from takens._protocols.integrator import Integrator
from takens._protocols.model import Model
from takens._protocols.system import System
from takens._threads import threads_for
from takens.errors import InputError, TakensError

# More samples or trajectories than any machine holds.
_MOST: Final = 1_000_000_000_000


@arguments(system=systems.get, integrator=integrators.get)
@isolated
def simulate(
    system: System | Callable[..., Tensor] | str | Mapping[str, Any] | Component,
    *,
    dt: float | None = None,
    steps: int | None = None,
    times: Any = None,
    noise: float = 0.0,
    noise_deviation: float = 0.0,
    seed: int = 0,
    trajectories: int | None = None,
    initial: Any = None,
    spread: float | None = None,
    transient: int | None = None,
    integrator: Integrator | str | Mapping[str, Any] | Component | None = None,
    inputs: Any = None,
) -> TimeSeries:
    """Sample a system on its attractor: `x: (steps, d)`, or `(trajectories, steps, d)`.

    A system and an integrator may be given by name, or as tables with ``name`` and parameters.
    Any function or module `(t, x)`, or `(x)`, is a field, too: it takes ``initial``.

    ``dt`` is the sampling interval in the system's time unit (maps take one step a sample);
    where none is given, the one that the system names, or 1. In place of both, `times: (T,)`
    are those of the samples, the first of which is the start.
    ``noise`` is added afterwards, normally distributed, as a fraction of each variable's
    standard deviation; ``noise_deviation`` is its own, in the system's units. Starts are drawn
    around ``system.initial()``, or given as `initial: (d,)` or `(trajectories, d)`;
    ``transient`` samples are dropped first, by default 1,000 for drawn starts and none for
    given ones. ``spread`` draws starts normally about either, with this standard deviation, and
    nothing is dropped. ``integrator`` is the one that the system names,
    or rk4 with a step from sample to sample, where none is given. Works in float64.

    ``inputs`` are what acts on a system that takes inputs, `(transient + steps, k)` or one for
    each trajectory; by default those before the last ``steps`` are the transient.

    Raises: InputError where a number makes no sense, or inputs end before the series;
    ComponentError for an unknown name; TakensError where the trajectory leaves the finite
    numbers, naming the sample.
    """
    known = _known(system, initial)
    integrator = cast("Integrator | None", integrator)
    at = None if times is None else _given_times(known, times, dt, steps, transient, inputs)
    steps = _counted(steps) if at is None else len(at)
    dt = interval_of(known, 1.0) if dt is None else dt
    _refuse_numbers(dt, noise, noise_deviation, spread, trajectories)
    u = _inputs(known, inputs, steps, transient)
    if u is not None:
        transient = u.shape[-2] - steps if transient is None else transient
        u = u[..., : transient + steps, :]
    generator = torch.Generator().manual_seed(seed)
    if initial is None and spread is None and at is None:
        transient = 1000 if transient is None else transient
    transient = transient or 0
    if not 0 <= transient <= _MOST:
        raise InputError(f"transient is a number of samples, 0 to {_MOST}; got {transient}.")
    x0, one = _starts(known, initial, trajectories, spread, generator)
    continuous = known.time is Time.CONTINUOUS
    velocity = followed(lambda: known(x0.new_zeros(()), x0) if continuous else known(x0))  # pyright: ignore[reportCallIssue, reportUnknownLambdaType, reportUnknownArgumentType] - callable as its time says
    with recording((x0, *fields_of(known)), velocity), threads_for(x0.numel()):
        x = _orbit(known, x0, dt, transient + steps, integrator, u, at)
        # A sum is finite where all terms are, up to overflow: one quick look, as a rule.
        whole = torch.func.debug_unwrap(x.detach())
        finite = math.isfinite(float(whole.sum()))
        bad = None if finite else (~whole.isfinite()).any(-1).flatten(0, -2).any(0).nonzero()
        if bad is not None and len(bad):
            first = int(bad[0])
            when = first * dt if at is None else float(at[first])
            raise TakensError(
                f"The simulation left the finite numbers at sample {first} "
                f"(t = {when:g}); check the parameters, the start and dt = {dt:g}."
            )
        x = x[:, transient:]
        if (noise or noise_deviation) and is_mapped((x,)):
            raise InputError(
                "Noise is drawn for all trajectories at once, which torch.func.vmap does not "
                "do: give the starts as initial=(trajectories, d), or add noise afterwards."
            )
        if noise or noise_deviation:
            size = x.std(-2, keepdim=True) * noise if noise else noise_deviation
            x = x + size * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        if one:
            x = x[0]
        u = None if u is None else u[..., transient:, :]
        if at is None:
            step = 1.0 if known.time is Time.DISCRETE else dt
            at = torch.arange(steps, dtype=torch.float64) * step
        return TimeSeries(at, x, inputs=u)


def _known(given: Any, initial: Any) -> System:
    """Return a system, or the field that is given in place of one.

    Raises: InputError.
    """
    if isinstance(given, System):
        return given
    if isinstance(given, (Model, type)) or not callable(given):
        raise InputError(_no_system(given))
    if initial is None:
        name = getattr(given, "__name__", type(given).__name__)
        raise InputError(
            f"{name} is a field that does not say where it begins: give states, as in "
            "initial=(1.0, 0.0)."
        )
    start = torch.as_tensor(initial, dtype=torch.float64)
    start = torch.func.debug_unwrap(start.detach())
    first = start.reshape(-1, start.shape[-1] if start.ndim else 1)[0]
    return FieldSystem(cast(Any, given), tuple(map(float, first)))


def _counted(steps: int | None) -> int:
    if steps is None:
        raise InputError("A simulation has steps=..., or times=... of its own; give one.")
    if not 2 <= steps <= _MOST:
        bound = "at least 2 steps" if steps < 2 else f"at most {_MOST:,} steps"
        raise InputError(f"A simulation has {bound}; got {steps}.")
    return steps


def _given_times(
    system: System,
    times: Any,
    dt: float | None,
    steps: int | None,
    transient: int | None,
    inputs: Any,
) -> Tensor:
    """Return the times that samples are asked for, `(T,)`.

    Raises: InputError where something else says when they are, or they do not increase.
    """
    others = {"dt": dt, "steps": steps, "transient": transient or None, "inputs": inputs}
    for name, value in others.items():
        if value is not None:
            raise InputError(f"times say when samples are, and {name} says so, too; give one.")
    if system.time is Time.DISCRETE:
        raise InputError("A map has one sample a step and no times; give steps in their place.")
    at = torch.as_tensor(times, dtype=torch.float64)
    if at.ndim != 1 or len(at) < 2 or not bool((at.diff() > 0).all() and at.isfinite().all()):
        raise InputError(
            f"times are two or more finite numbers that increase, (T,); got {shown(times)}."
        )
    return at


def _refuse_numbers(
    dt: float,
    noise: float,
    noise_deviation: float,
    spread: float | None,
    trajectories: int | None,
) -> None:
    if not 0 < dt < math.inf:
        raise InputError(f"dt is a positive sampling interval in time units; got {dt}.")
    if not 0 <= noise < math.inf:
        raise InputError(f"noise is a fraction of each standard deviation; got {noise}.")
    for name, value in (("noise_deviation", noise_deviation), ("spread", spread or 0.0)):
        if not 0 <= value < math.inf:
            raise InputError(f"{name} is a standard deviation, 0 or more; got {value}.")
    if noise and noise_deviation:
        raise InputError("noise and noise_deviation are two ways to say one thing; give one.")
    if trajectories is not None and not 1 <= trajectories <= _MOST:
        bound = "at least 1" if trajectories < 1 else f"at most {_MOST:,}"
        raise InputError(f"trajectories is {bound}; got {trajectories}.")


def _starts(
    system: System,
    initial: Any,
    trajectories: int | None,
    spread: float | None,
    generator: torch.Generator,
) -> tuple[Tensor, bool]:
    """Return where to begin, `(trajectories, d)`, and whether there is one trajectory alone."""
    given = system.initial() if initial is None else initial
    x0 = torch.as_tensor(given, dtype=torch.float64)
    if x0.shape[-1:] != (system.dim,):
        raise InputError(
            f"An initial state of this system has {system.dim} numbers; got "
            f"{x0.shape[-1] if x0.ndim else 1}."
        )
    one = trajectories is None and x0.ndim < 2
    x0 = x0.expand(trajectories or 1, system.dim) if x0.ndim < 2 else x0
    if initial is None and spread is None:
        size = 1e-2 * x0.abs().clamp(min=1e-2)
        x0 = x0 + size * torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    elif spread:
        x0 = x0 + spread * torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    return x0, one


def _inputs(system: System, inputs: Any, steps: int, transient: int | None) -> Tensor | None:
    """Return what acts from the first sample of the transient on, `(..., T, k)`."""
    u = None
    if inputs is not None:
        u = inputs if isinstance(inputs, Tensor) else as_series(inputs, "A drive").x
        u = u.unsqueeze(-1).double() if u.ndim == 1 else u.double()
    refuse_undriven(system, u)
    if u is not None and u.shape[-2] < (transient or 0) + steps:
        raise InputError(
            f"Inputs last as long as the simulation, {steps} samples and {transient or 0} of "
            f"the transient before; these end after {u.shape[-2]}."
        )
    return u


def _no_system(thing: object) -> str:
    name = getattr(thing, "__name__", type(thing).__name__)
    if isinstance(thing, Model):
        return (
            f"{name} is a model: let it run by takens.generate(model, context=..., steps=...)."
        )
    return (
        "A simulation takes a system, which has dim, time, initial() and facts() and is called "
        f"as (t, x), or as (x) where it is a map; or any function or module (t, x), with "
        f"initial=...; got {name}."
    )


def _orbit(
    system: System,
    x0: Tensor,
    dt: float,
    samples: int,
    integrator: Integrator | None,
    u: Tensor | None,
    at: Tensor | None,
) -> Tensor:
    """Return `(trajectories, samples, d)`, the first of which is `x0: (trajectories, d)`."""
    if u is not None:
        integrator = integrator_of(system) if integrator is None else integrator
        model = SystemModel(system, as_stepper(integrator))
        acting = drive_of(model, u.expand(len(x0), *u.shape[-2:]))
        return driven_orbit(model, dt, x0, samples - 1, acting)
    if system.time is Time.CONTINUOUS:
        integrator = integrator_of(system) if integrator is None else integrator
        ts = torch.arange(samples, dtype=torch.float64) * dt if at is None else at
        return integrator.solve(system, x0, ts)  # pyright: ignore[reportArgumentType] - time says it is a field
    return orbit(system, x0, samples - 1)  # pyright: ignore[reportArgumentType] - time says it is a map
