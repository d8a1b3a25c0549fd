"""Simulation of known systems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, cast

import torch
from torch import Tensor

from takens._arguments import arguments
from takens._data.entrance import as_series
from takens._data.time_series import TimeSeries
from takens._dynamics.derivatives import fields_of, followed, is_mapped, recording
from takens._dynamics.driven_orbit import driven_orbit
from takens._dynamics.inputs import drive_of, refuse_undriven
from takens._dynamics.orbit import orbit
from takens._dynamics.sampling import integrator_of, interval_of
from takens._dynamics.stepper import as_stepper
from takens._dynamics.system_model import SystemModel
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
    system: System | str | Mapping[str, Any] | Component,
    *,
    dt: float | None = None,
    steps: int,
    noise: float = 0.0,
    seed: int = 0,
    trajectories: int | None = None,
    initial: Tensor | None = None,
    transient: int | None = None,
    integrator: Integrator | str | Mapping[str, Any] | Component | None = None,
    inputs: Any = None,
) -> TimeSeries:
    """Sample a system on its attractor: `x: (steps, d)`, or `(trajectories, steps, d)`.

    A system and an integrator may be given by name, or as tables with ``name`` and parameters.

    ``dt`` is the sampling interval in the system's time unit (maps take one step a sample);
    where none is given, the one that the system names, or 1.
    ``noise`` is added afterwards, normally distributed, as a fraction of each variable's
    standard deviation. Starts are drawn around ``system.initial()``, or given as `initial:
    (d,)` or `(trajectories, d)`; ``transient`` samples are dropped first, by default 1,000
    for drawn starts and none for given ones. ``integrator`` is the one that the system names,
    or rk4 with a step of ``dt``, where none is given. Works in float64.

    ``inputs`` are what acts on a system that takes inputs, `(transient + steps, k)` or one for
    each trajectory; by default those before the last ``steps`` are the transient.

    Raises: InputError where a number makes no sense, or inputs end before the series;
    ComponentError for an unknown name; TakensError where the trajectory leaves the finite
    numbers, naming the sample.
    """
    system, integrator = cast(System, system), cast("Integrator | None", integrator)
    if not isinstance(system, System):  # pyright: ignore[reportUnnecessaryIsInstance] - given from outside
        raise InputError(_no_system(system))
    dt = interval_of(system, 1.0) if dt is None else dt
    if not 2 <= steps <= _MOST:
        bound = "at least 2 steps" if steps < 2 else f"at most {_MOST:,} steps"
        raise InputError(f"A simulation has {bound}; got {steps}.")
    if not 0 < dt < math.inf:
        raise InputError(f"dt is a positive sampling interval in time units; got {dt}.")
    if not 0 <= noise < math.inf:
        raise InputError(f"noise is a fraction of each standard deviation; got {noise}.")
    if trajectories is not None and not 1 <= trajectories <= _MOST:
        bound = "at least 1" if trajectories < 1 else f"at most {_MOST:,}"
        raise InputError(f"trajectories is {bound}; got {trajectories}.")
    u = _inputs(system, inputs, steps, transient)
    if u is not None:
        transient = u.shape[-2] - steps if transient is None else transient
        u = u[..., : transient + steps, :]
    generator = torch.Generator().manual_seed(seed)
    if initial is None:
        transient = 1000 if transient is None else transient
        x0 = torch.tensor(system.initial(), dtype=torch.float64).expand(
            trajectories or 1, system.dim
        )
        spread = 1e-2 * x0.abs().clamp(min=1e-2)
        x0 = x0 + spread * torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    else:
        transient = transient or 0
        x0 = initial.to(torch.float64)
        if x0.shape[-1] != system.dim:
            raise InputError(
                f"An initial state of this system has {system.dim} numbers; got {x0.shape[-1]}."
            )
        x0 = x0.expand(trajectories or 1, system.dim) if x0.ndim < 2 else x0
    if not 0 <= transient <= _MOST:
        raise InputError(f"transient is a number of samples, 0 to {_MOST}; got {transient}.")
    continuous = system.time is Time.CONTINUOUS
    velocity = followed(lambda: system(x0.new_zeros(()), x0) if continuous else system(x0))  # pyright: ignore[reportCallIssue, reportUnknownLambdaType, reportUnknownArgumentType] - callable as its time says
    with recording((x0, *fields_of(system)), velocity), threads_for(x0.numel()):
        x = _orbit(system, x0, dt, transient + steps, integrator, u)
        # A sum is finite where all terms are, up to overflow: one quick look, as a rule.
        whole = torch.func.debug_unwrap(x.detach())
        finite = math.isfinite(float(whole.sum()))
        bad = None if finite else (~whole.isfinite()).any(-1).flatten(0, -2).any(0).nonzero()
        if bad is not None and len(bad):
            first = int(bad[0])
            raise TakensError(
                f"The simulation left the finite numbers at sample {first} "
                f"(t = {first * dt:g}); check the parameters, the start and dt = {dt:g}."
            )
        x = x[:, transient:]
        if noise and is_mapped((x,)):
            raise InputError(
                "Noise is drawn for all trajectories at once, which torch.func.vmap does not "
                "do: give the starts as initial=(trajectories, d), or add noise afterwards."
            )
        if noise:
            spread = x.std(-2, keepdim=True) * noise
            x = x + spread * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        if trajectories is None and (initial is None or initial.ndim < 2):
            x = x[0]
        u = None if u is None else u[..., transient:, :]
        step = 1.0 if system.time is Time.DISCRETE else dt
        return TimeSeries(torch.arange(steps, dtype=torch.float64) * step, x, inputs=u)


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
        f"as (t, x), or as (x) where it is a map; got {name}. A field (t, x) without these is "
        'solved by takens.integrators.create("dopri5").solve(field, x0, ts).'
    )


def _orbit(
    system: System,
    x0: Tensor,
    dt: float,
    samples: int,
    integrator: Integrator | None,
    u: Tensor | None,
) -> Tensor:
    """Return `(trajectories, samples, d)`, the first of which is `x0: (trajectories, d)`."""
    if u is not None:
        integrator = integrator_of(system) if integrator is None else integrator
        model = SystemModel(system, as_stepper(integrator))
        acting = drive_of(model, u.expand(len(x0), *u.shape[-2:]))
        return driven_orbit(model, dt, x0, samples - 1, acting)
    if system.time is Time.CONTINUOUS:
        integrator = integrator_of(system) if integrator is None else integrator
        ts = torch.arange(samples, dtype=torch.float64) * dt
        return integrator.solve(system, x0, ts)  # pyright: ignore[reportArgumentType] - time says it is a field
    return orbit(system, x0, samples - 1)  # pyright: ignore[reportArgumentType] - time says it is a map
