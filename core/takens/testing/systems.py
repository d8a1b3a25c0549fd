"""What every system keeps to."""

from __future__ import annotations

import copy
from typing import Any, cast

import attrs
import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from takens._dynamics.flow_map import FlowMap, push_tangents
from takens._dynamics.orbit import orbit
from takens._dynamics.simulate import simulate
from takens._plugins.registry import integrators
from takens._protocols.dynamics import SupportsJacobian, SupportsTangent, Time
from takens._protocols.integrator import Stepper
from takens._protocols.system import System
from takens.testing.failure import require, require_close, require_instance, slow
from takens.testing.samples import DOUBLE, numbers


def velocity(dynamics: Any, x: Tensor) -> Tensor:
    """Apply a field (at time zero) or a map, as ``time`` says."""
    if dynamics.time is Time.CONTINUOUS:
        return dynamics(x.new_zeros(()), x)
    return dynamics(x)


def derivative(dynamics: Any, x: Tensor) -> Tensor:
    """Differentiate a field or a map at every point `x: (n, d)`: `(n, d, d)`."""

    def at(point: Tensor) -> Tensor:
        return velocity(dynamics, point)

    return cast(Tensor, vmap(jacfwd(at))(x))


def _points(system: System, *shape: int) -> Tensor:
    """Draw states around the start, `(*shape, d)`."""
    start = torch.tensor(system.initial(), dtype=DOUBLE)
    return start + 0.01 * (1 + start.abs()) * numbers(*shape, system.dim)


def check_system_protocol(system: System) -> None:
    """Check that every member is there, and says what it should."""
    require_instance(system, System)
    require(callable(system), f"{type(system).__name__} cannot be called.")
    require(type(system.dim) is int and system.dim > 0, f"dim is {system.dim!r}.")
    require_instance(system.time, Time)
    start = system.initial()
    require(len(start) == system.dim, f"initial() has {len(start)} of {system.dim} numbers.")
    require(bool(torch.tensor(start).isfinite().all()), f"initial() is {start}.")


def check_system_shape_and_dtype(system: System) -> None:
    """Check that the result has the state's shape and dtype, on any leading dimensions."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((), (5,), (2, 3)):
            x = _points(system, *shape).to(dtype)
            found = velocity(system, x)
            require(
                found.shape == x.shape and found.dtype == dtype,
                f"{dtype} {tuple(x.shape)} gives {found.dtype} {tuple(found.shape)}.",
            )
            require(bool(found.isfinite().all()), f"the result at {x.tolist()} is not finite.")


def check_system_batch_is_pointwise(system: System) -> None:
    """Check that no member of a batch sees another."""
    x = _points(system, 5)
    alone = torch.stack([velocity(system, point) for point in x])
    require_close(velocity(system, x), alone, "A batch differs from its members alone")


def check_system_leaves_its_input_alone(system: System) -> None:
    """Check that the state is not written to."""
    x = _points(system, 5)
    before = x.clone()
    velocity(system, x)
    require_close(x, before, "The state was changed in place", rtol=0, atol=0)


def check_system_transforms(system: System) -> None:
    """Check that ``torch.func.vmap`` and ``jacfwd`` work, as exponents need them."""
    x = _points(system, 5)
    jacobians = derivative(system, x)
    require(
        jacobians.shape == (5, system.dim, system.dim),
        f"vmap(jacfwd) of {tuple(x.shape)} gives {tuple(jacobians.shape)}.",
    )


def check_system_is_a_value(system: System) -> None:
    """Check that it is an attrs class: equal to its copy, with numbers or Tensors in it."""
    require(attrs.has(type(system)), f"{type(system).__name__} is no attrs class.")
    require(system == copy.copy(system), "It is not equal to its copy.")
    x = _points(system, 3)
    for field in attrs.fields(type(system)):
        value = getattr(system, field.name)
        if field.init and isinstance(value, float):
            named = {field.alias or field.name: torch.tensor(value, dtype=DOUBLE)}
            other = attrs.evolve(cast(Any, system), **named)
            # A Tensor may stand for any number, and so bring in a state that it drives.
            if other.dim != system.dim:
                continue
            require_close(
                velocity(other, x),
                velocity(system, x),
                f"The result changes where {field.name} is a Tensor",
            )


def check_system_can_be_simulated(system: System) -> None:
    """Check that from around its start it stays finite."""
    series = simulate(system, dt=0.01, steps=50, transient=50, trajectories=2)
    require(series.x.shape == (2, 50, system.dim), f"got {tuple(series.x.shape)}.")


def check_system_facts(system: System) -> None:
    """Check that exponents are descending, no more than dimensions, and name their source."""
    facts = system.facts()
    spectrum = facts.lyapunov_spectrum
    if spectrum is None:
        return
    require(facts.source != "", "The facts name no source.")
    require(
        len(spectrum) <= system.dim, f"{len(spectrum)} exponents in {system.dim} dimensions."
    )
    require(list(spectrum) == sorted(spectrum, reverse=True), f"{spectrum} is not descending.")


@slow
def check_system_facts_hold(system: System) -> None:
    """Check that the largest stated exponent is that of a long orbit, within 5 %."""
    spectrum = system.facts().lyapunov_spectrum
    if spectrum is None:
        return
    found, error = _largest_exponent(system)
    allowed = max(0.05 * abs(spectrum[0]), 4 * error, 0.01)
    require(
        abs(found - spectrum[0]) <= allowed,
        f"The largest exponent is stated as {spectrum[0]:g} and found as {found:.4g}.",
    )


def check_jacobian(system: SupportsJacobian) -> None:
    """Check that the Jacobian is the derivative of the field."""
    x = _points(cast(Any, system), 5)
    found = system.jacobian(x.new_zeros(()), x)
    expected = derivative(system, x)
    require_close(found, expected, "jacobian() differs from the derivative")


def check_tangent(system: SupportsTangent) -> None:
    """Check that the pushed vectors are the derivative of the map, times the vectors."""
    given = cast(Any, system)
    x, v = _points(given, 5), numbers(5, given.dim, 2, seed=1)
    following, pushed = system.tangent(x, v)
    require_close(following, velocity(system, x), "tangent() gives another next state")
    require_close(pushed, derivative(system, x) @ v, "tangent() differs from the derivative")


def _largest_exponent(system: System) -> tuple[float, float]:
    """Give the largest exponent over 16 orbits, and its standard error."""
    dt = 1.0
    step: Any = system
    if system.time is Time.CONTINUOUS:
        dt = 0.01
        step = FlowMap(cast(Any, system), cast(Stepper, integrators.create("rk4")), dt)
    with torch.no_grad():
        x = orbit(step, _points(system, 16), 2000)[-1]
        v = numbers(16, system.dim, 1, seed=1)
        growth = x.new_zeros(16)
        steps, discarded = 12_000, 1000
        for i in range(steps):
            x, v = push_tangents(step, x, v)
            length = v.square().sum(-2, keepdim=True).sqrt()
            v = v / length
            if i >= discarded:
                growth += length.squeeze().log()
    each = growth / (steps - discarded) / dt
    return float(each.mean()), float(each.std()) / 4


CHECKS = (
    check_system_protocol,
    check_system_shape_and_dtype,
    check_system_batch_is_pointwise,
    check_system_leaves_its_input_alone,
    check_system_transforms,
    check_system_is_a_value,
    check_system_can_be_simulated,
    check_system_facts,
    check_system_facts_hold,
)
