"""What every system keeps to."""

from __future__ import annotations

import copy
import math
from typing import Any, cast

import attrs
import torch
from torch import Tensor

from takens._dynamics.flow_map import FlowMap, jvp
from takens._dynamics.orbit import orbit
from takens._dynamics.simulate import simulate
from takens._plugins.registry import integrators
from takens._protocols.dynamics import SupportsKinks, Time
from takens._protocols.integrator import Stepper
from takens._protocols.system import System
from takens.testing.asking import require, require_close, require_instance
from takens.testing.check import Checks
from takens.testing.functions import (
    TIMES,
    Functions,
    add_derivatives,
    add_functions,
    derivative,
    require_double,
    velocity,
)
from takens.testing.making import real_settings
from takens.testing.samples import DOUBLE, numbers

CHECKS = Checks(System)


def _points(system: System, *shape: int) -> Tensor:
    """Draw states around the start, `(*shape, d)`."""
    start = torch.tensor(system.initial(), dtype=DOUBLE)
    return start + 0.01 * (1 + start.abs()) * numbers(*shape, system.dim)


def _is_field(system: System) -> bool:
    return system.time is Time.CONTINUOUS


def _knows_exponents(system: System) -> bool:
    return system.facts().lyapunov_spectrum is not None


def _knows_all_exponents(system: System) -> bool:
    return len(system.facts().lyapunov_spectrum or ()) == system.dim


def _has_numbers(system: Any) -> bool:
    return bool(real_settings(system))


@CHECKS.add
def check_system_protocol(system: System) -> None:
    """Check that every member is there, and says what it should."""
    require_instance(system, System)
    require(callable(system), f"{type(system).__name__} cannot be called.")
    require(type(system.dim) is int and system.dim > 0, f"dim is {system.dim!r}.")
    require_instance(system.time, Time)
    start = system.initial()
    require(len(start) == system.dim, f"initial() has {len(start)} of {system.dim} numbers.")
    require(bool(torch.tensor(start).isfinite().all()), f"initial() is {start}.")


def _functions(system: System, dtype: torch.dtype) -> Functions:
    x = _points(system, 6).to(dtype)
    return {"the result": (lambda x: velocity(system, x, TIMES[1]), x, (system.dim,))}


add_functions(CHECKS, "system", _functions)
add_derivatives(CHECKS, "", lambda system: system, lambda system: _points(system, 6))


@CHECKS.add
def check_system_transforms(system: System) -> None:
    """Check that ``torch.func.vmap`` and ``jacfwd`` work, as exponents need them."""
    found, d = derivative(system, _points(system, 5)), system.dim
    require(found.shape == (5, d, d), f"vmap(jacfwd) of (5, {d}) gives {tuple(found.shape)}.")


@CHECKS.where(_is_field)
def check_system_takes_times(system: Any) -> None:
    """Check that times in double precision are not rounded."""
    x, t = _points(system, 5), torch.tensor([TIMES[1]], dtype=DOUBLE)
    require_double(lambda s: system(s.squeeze(), x), t, "The time")


@CHECKS.add
def check_system_is_a_value(system: System) -> None:
    """Check that it is an attrs class, and equal to its copy."""
    require(attrs.has(type(system)), f"{type(system).__name__} is no attrs class.")
    require(system == copy.copy(system), "It is not equal to its copy.")


@CHECKS.where(_has_numbers)
def check_system_parameters(system: System) -> None:
    """Check that a Tensor may stand for any number, and is learned."""
    x = _points(system, 3)
    expected, weight = velocity(system, x), numbers(3, system.dim, seed=1)
    for name, value in real_settings(system).items():
        given = torch.tensor(value, dtype=DOUBLE, requires_grad=True)
        other = attrs.evolve(cast(Any, system), **{name: given})
        # A Tensor may stand for any number, and so bring in a state that it drives.
        if other.dim != system.dim:
            continue
        found = velocity(other, x)
        require_close(found, expected, f"The result changes where {name} is a Tensor")
        change = _change(system, name, value, x)
        if change is None or not bool(change.any()):
            continue
        require(found.requires_grad, f"No gradient reaches {name}.")
        (gradient,) = torch.autograd.grad((found * weight).sum(), given)
        says = f"The gradient to {name} is wrong"
        require_close(gradient, (change * weight).sum(), says, rtol=1e-3, atol=1e-6)


@CHECKS.add
def check_system_can_be_simulated(system: System) -> None:
    """Check that from around its start it stays finite."""
    series = simulate(system, dt=0.01, steps=50, transient=50, trajectories=2)
    require(series.x.shape == (2, 50, system.dim), f"got {tuple(series.x.shape)}.")


@CHECKS.where(_knows_exponents)
def check_system_facts(system: System) -> None:
    """Check that exponents are descending, no more than dimensions, and name their source."""
    facts = system.facts()
    spectrum = facts.lyapunov_spectrum or ()
    require(facts.source != "", "The facts name no source.")
    require(all(map(math.isfinite, spectrum)), f"{spectrum} is not finite.")
    says = f"{len(spectrum)} exponents in {system.dim} dimensions."
    require(len(spectrum) <= system.dim, says)
    require(list(spectrum) == sorted(spectrum, reverse=True), f"{spectrum} is not descending.")


@CHECKS.where(_knows_all_exponents)
def check_system_facts_sum(system: System) -> None:
    """Check that all exponents together are the mean divergence along an orbit, within 5 %."""
    spectrum = system.facts().lyapunov_spectrum or ()
    flow = system.time is Time.CONTINUOUS
    dt = 0.01 if flow else 1.0
    x = simulate(system, dt=dt, steps=4000, transient=1000, trajectories=4).x[:, ::4]
    slopes = derivative(system, x.reshape(-1, system.dim))
    each = slopes.diagonal(dim1=-2, dim2=-1).sum(-1) if flow else slopes.det().abs().log()
    means = each.reshape(4, -1).mean(-1)
    found, stated = float(means.mean()), sum(spectrum)
    allowed = max(0.05 * max(map(abs, spectrum)), 2 * float(means.std()))
    says = f"The exponents sum to {stated:.4g}, and the mean divergence is {found:.4g}."
    require(abs(found - stated) <= allowed, says)


@CHECKS.where(_knows_exponents, slow=True)
def check_system_facts_hold(system: System) -> None:
    """Check that the largest stated exponent is that of a long orbit, within 5 %."""
    largest = (system.facts().lyapunov_spectrum or (0.0,))[0]
    found, error = _largest_exponent(system)
    says = f"The largest exponent is stated as {largest:g} and found as {found:.4g}."
    require(abs(found - largest) <= max(0.05 * abs(largest), 4 * error, 0.01), says)


@CHECKS.where(SupportsKinks)
def check_kinks(system: SupportsKinks) -> None:
    """Check that the times of kinks are finite, and in a row."""
    times = system.kinks()
    finite = times.ndim == 1 and bool(times.isfinite().all())
    require(finite, f"kinks() gives {times.tolist()}.")


def _change(system: System, name: str, value: float, x: Tensor) -> Tensor | None:
    """Return the change with a number, by a difference on whichever side there is one."""
    by = 1e-6 * (abs(value) or 1.0)
    for step in (by, -by):
        try:
            moved = attrs.evolve(cast(Any, system), **{name: value + step})
        except Exception:
            continue
        if moved.dim == system.dim:
            return (velocity(moved, x) - velocity(system, x)) / step
    return None


def _largest_exponent(system: System) -> tuple[float, float]:
    """Return the largest exponent over 16 orbits, and its standard error."""
    dt, step, steps, discarded = 1.0, cast(Any, system), 12_000, 1000
    if system.time is Time.CONTINUOUS:
        dt = 0.01
        step = FlowMap(step, cast(Stepper, integrators.create("rk4")), dt)
    with torch.no_grad():
        x, v = orbit(step, _points(system, 16), 2000)[:, -1], numbers(16, system.dim, 1, seed=1)
        growth = x.new_zeros(16)
        for i in range(steps):
            x, v = jvp(step, x, v)
            length = v.square().sum(-2, keepdim=True).sqrt()
            v = v / length
            growth += length.squeeze().log() if i >= discarded else 0
    each = growth / (steps - discarded) / dt
    return float(each.mean()), float(each.std()) / 4
