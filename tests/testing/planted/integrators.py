"""Integrators with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import attrs
import torch
from torch import Tensor

from takens_integrators import RK4, Euler, Heun

from .fault import Fault, faulty

rk4, heun, euler = RK4(backend="eager"), Heun(backend="eager"), Euler(backend="eager")


@attrs.frozen
class Plain:
    """The classical method in its plainest form; times may differ from sample to sample."""

    order = 4
    gradient: str = "direct"

    def step(self, f: Any, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        return rk4.step(f, t, x, dt)

    def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
        return rk4.solve(f, x0, ts)


good = Plain()


def late(f: Any, t: Tensor, x: Tensor, dt: Tensor) -> Tensor:
    """Evaluate all stages at the time of the first."""
    return rk4.step(lambda _, y: f(t, y), t, x, dt)


def late_throughout(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    xs = [x0]
    rk4.solve(f, x0, ts)
    for t, dt in zip(ts[..., :-1].unbind(-1), ts.diff().unbind(-1), strict=True):
        if ts.ndim > 1:
            return rk4.solve(f, x0, ts)
        xs.append(late(f, t.to(x0), xs[-1], dt.to(x0)))
    return torch.stack(xs, -2)


def evenly(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Take the mean step throughout."""
    part = torch.linspace(0, 1, ts.shape[-1], dtype=ts.dtype)
    mean = ts[..., :1] + part * (ts[..., -1:] - ts[..., :1])
    return rk4.solve(f, x0, mean if (ts.diff() > 0).all() or (ts.diff() < 0).all() else ts)


def mirrored(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Go back by a field that is turned round, and forget to turn its time round."""
    if ts.ndim > 1 or ts[-1] > ts[0]:
        return rk4.solve(f, x0, ts)
    start = ts[0].to(x0)
    return rk4.solve(lambda t, x: -f(t, x), x0, start + (start - ts))


def first_times(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Take the times of the first sample for all."""
    return rk4.solve(f, x0, ts.reshape(-1, ts.shape[-1])[0])


def first_gradient(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Let a gradient through to the first of a batch only."""
    if x0.ndim > 1:
        x0 = torch.cat((x0[:1], x0[1:].detach()))
    return rk4.solve(f, x0, ts)


@attrs.frozen
class TimelessAdjoint(Plain):
    """Differentiates by an adjoint equation that forgets the time."""

    def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
        found = rk4.solve(f, x0, ts)
        if self.gradient == "direct":
            return found
        frozen = rk4.solve(lambda t, x: f(torch.zeros_like(t), x), x0, ts)
        return frozen + (found - frozen).detach()


@attrs.frozen
class Tires(Plain):
    """Takes another method from its second solve on."""

    count: Any = attrs.field(factory=list, eq=False)

    def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
        self.count.append(1)
        return (rk4 if len(self.count) % 2 else heun).solve(f, x0, ts)


@attrs.frozen
class LowOrder(Plain):
    """Claims order 4 where the field depends on time, and has 2."""

    def step(self, f: Any, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        return rk4.step(lambda s, y: f(t + dt / 2, y), t, x, dt)

    def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
        xs = [rk4.solve(f, x0, ts)[..., 0, :]]
        if ts.ndim > 1:
            return rk4.solve(f, x0, ts)
        for t, dt in zip(ts[:-1].to(x0), ts.diff().to(x0), strict=True):
            xs.append(self.step(f, t, xs[-1], dt))
        return torch.stack(xs, -2)


def backward_only_forward(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Integrate with the size of steps, whatever their sign."""
    return rk4.solve(f, x0, ts[..., :1] + (ts - ts[..., :1]).abs())


def leaks(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Let the mean of a batch into each of its members."""
    return rk4.solve(f, x0, ts) + 1e-6 * (x0.mean() if x0.ndim > 1 else 0)


def writes(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    found = rk4.solve(f, x0, ts)
    x0.zero_()
    return found


def detached(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    with torch.no_grad():
        return rk4.solve(f, x0, ts)


def looped(f: Any, t: Tensor, x: Tensor, dt: Tensor) -> Tensor:
    """A step that vmap refuses: it writes into a fresh tensor."""
    out = torch.empty(x.shape, dtype=x.dtype)
    out[..., :] = rk4.step(f, t, x, dt)
    return out


@attrs.frozen
class WrongAdjoint(Plain):
    """An integrator whose adjoint has the wrong sign."""

    def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
        found = rk4.solve(f, x0, ts)
        return found if self.gradient == "direct" else 2 * found.detach() - found


GOOD = [good]
FAULTS = [
    Fault("there is no solve()", "integrator_protocol", object()),
    Fault("states are always single", "integrator_shape_and_dtype", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0.float(), ts.float()))),
    Fault("time runs too fast", "integrator_solves", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0, 1.1 * ts))),
    Fault("there is no way back", "integrator_follows_time", faulty(good, solve=backward_only_forward)),
    Fault("a batch sees its mean", "integrator_batch_is_pointwise", faulty(good, solve=leaks)),
    Fault("the start is written over", "integrator_leaves_its_input_alone", faulty(good, solve=writes)),
    Fault("times that turn round are sorted", "integrator_refuses_unordered_times", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0, ts.sort().values))),
    Fault("there is no gradient", "integrator_gradient", faulty(good, solve=detached)),
    Fault("the adjoint has the wrong sign", "integrator_gradient_modes_agree", WrongAdjoint()),
    Fault("the order is lower than stated", "stepper_order", faulty(euler, order=2)),
    Fault("the order is stated too high by one", "stepper_order", faulty(good, order=5)),
    Fault("a step is that of another method", "stepper_step_is_solve", faulty(good, step=euler.step)),
    Fault("a step cannot be mapped over samples", "stepper_transforms", faulty(good, step=looped)),
    Fault("all stages are evaluated at the step's start", "stepper_order", faulty(good, step=late, solve=late_throughout)),
    Fault("the clock starts at zero", "integrator_follows_time", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0, ts - ts[..., :1]))),
    Fault("the order is lower where the field depends on time", "stepper_order", LowOrder()),
    Fault("every step is the mean step", "integrator_is_exact_at_any_times", faulty(good, solve=evenly)),
    Fault("times are rounded to single precision", "integrator_is_exact_at_any_times", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0, ts.float().double()))),
    Fault("states are computed in single precision", "integrator_is_exact_at_any_times", faulty(good, solve=lambda f, x0, ts: rk4.solve(lambda t, x: f(t.double(), x.double()).float(), x0.float(), ts).to(x0.dtype))),
    Fault("the way back sees the times of the way there", "integrator_follows_time", faulty(good, solve=mirrored)),
    Fault("samples with times of their own get those of the first", "integrator_follows_time", faulty(good, solve=first_times)),
    Fault("only the first of a batch gets a gradient", "integrator_gradient", faulty(good, solve=first_gradient)),
    Fault("the adjoint forgets the time", "integrator_gradient_modes_agree", TimelessAdjoint()),
    Fault("a solve depends on those before it", "integrator_leaves_its_input_alone", Tires()),
    Fault("the states are those of reversed times where times fall", "integrator_follows_time", faulty(good, solve=lambda f, x0, ts: rk4.solve(f, x0, ts) if ts.ndim > 1 or ts[-1] > ts[0] else rk4.solve(f, x0, ts).flip(-2))),
]  # fmt: skip
