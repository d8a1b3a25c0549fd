"""Systems with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

import math
from typing import Any

import attrs
import torch
from torch import Tensor

import takens
from takens_systems import Henon, Lorenz63

from .fault import Fault, faulty

lorenz, henon = Lorenz63(), Henon()


@attrs.frozen
class Driven:
    """A damped rotation that is driven by a field of time."""

    rate: Any = 1.0
    dim = 2
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        first, second = x.unbind(-1)
        return torch.stack(
            (second, -self.rate * (1 + 0.5 * torch.sin(t)) * first - 0.2 * second), -1
        )

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        zero = torch.zeros_like(x[..., 0])
        below = -self.rate * (1 + 0.5 * torch.sin(t)) + zero
        rows = ((zero, zero + 1), (below, zero - 0.2))
        return torch.stack([torch.stack(row, -1) for row in rows], -2)

    def initial(self) -> tuple[float, ...]:
        return (1.0, 0.3)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


driven = Driven()


def frozen_time(t: Tensor, x: Tensor) -> Tensor:
    return driven.jacobian(0 * t, x)


def leaks_in_tables(t: Tensor, x: Tensor) -> Tensor:
    """Let a batch of two dimensions see its mean."""
    return lorenz(t, x) - (x.mean(0) if x.ndim > 2 else 0)


def single_constant(t: Tensor, x: Tensor) -> Tensor:
    """Use a constant in whatever precision torch makes it."""
    return lorenz(t, x) * torch.tensor(1.1) / 1.1


@attrs.frozen
class Cuts(Driven):
    """Turns a parameter into a number, so that nothing learns it."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return attrs.evolve(driven, rate=float(self.rate))(t, x)


def transposed(x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    slopes: Any = torch.func.vmap(torch.func.jacfwd(henon))(x)
    return henon(x), slopes.mT @ v


def spectrum(*values: float) -> Any:
    return lambda: takens.plugin.Facts(values, "a bad book")


def written_to(t: Tensor, x: Tensor) -> Tensor:
    x += 1
    return x


def looped(t: Tensor, x: Tensor) -> Tensor:
    """A field that vmap refuses: it writes into a fresh tensor."""
    out = torch.empty(x.shape, dtype=x.dtype)
    out[..., :] = lorenz(t, x)
    return out


@attrs.frozen
class Forgetful(Driven):
    """Uses a number of its own in place of a Tensor."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        rate = self.rate if isinstance(self.rate, float) else 2.0
        return attrs.evolve(driven, rate=rate)(t, x)


class NoValue:
    """Says all that a system says, and cannot be compared."""

    dim, time = 2, takens.plugin.Time.CONTINUOUS
    initial, facts = staticmethod(driven.initial), staticmethod(driven.facts)

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return driven(t, x)


@attrs.frozen
class TakesTimes(Driven):
    """Is a field that takes a time for each sample, and has kinks."""

    def at_own_times(self, t: Tensor, x: Tensor, /) -> Tensor:
        first, second = x.unbind(-1)
        return torch.stack(
            (second, -self.rate * (1 + 0.5 * torch.sin(t)) * first - 0.2 * second), -1
        )

    def kinks(self) -> Tensor:
        return torch.tensor((1.0, 2.0))


takes_times = TakesTimes()

GOOD = [lorenz, henon, driven, takes_times]
FAULTS = [
    Fault("the dimension is no whole number", "system_protocol", faulty(lorenz, dim=3.0)),
    Fault("a component of the velocity is missing", "system_shape_and_dtype", faulty(lorenz, call=lambda t, x: lorenz(t, x)[..., :2])),
    Fault("the velocity is always double", "system_shape_and_dtype", faulty(lorenz, call=lambda t, x: lorenz(t, x).double())),
    Fault("a batch sees its mean", "system_batch_is_pointwise", faulty(lorenz, call=lambda t, x: x - x.mean())),
    Fault("the state is written to", "system_leaves_its_input_alone", faulty(lorenz, call=written_to)),
    Fault("the field cannot be mapped over samples", "system_transforms", faulty(lorenz, call=looped)),
    Fault("it is no value", "system_is_a_value", NoValue()),
    Fault("a Tensor in place of a number is ignored", "system_parameters", Forgetful()),
    Fault("orbits leave at once", "system_can_be_simulated", faulty(lorenz, call=lambda t, x: 1e3 * x * x)),
    Fault("exponents have no source", "system_facts", faulty(lorenz, facts=lambda: takens.plugin.Facts((0.9, 0.0, -14.0)))),
    Fault("exponents ascend", "system_facts", faulty(lorenz, facts=spectrum(0.0, 0.9))),
    Fault("the largest exponent is that of another system", "system_facts_hold", faulty(lorenz, facts=spectrum(1.5, 0.0, -14.57))),
    Fault("the Jacobian has the wrong sign", "jacobian", faulty(lorenz, jacobian=lambda t, x: -lorenz.jacobian(t, x))),
    Fault("tangents are not pushed", "tangent", faulty(henon, tangent=lambda x, v: (henon(x), v))),
    Fault("times of each sample are taken for one", "own_times", faulty(takes_times, at_own_times=lambda t, x: takes_times(t.reshape(-1)[0], x))),
    Fault("a kink is at no time", "kinks", faulty(takes_times, kinks=lambda: torch.tensor((1.0, math.inf)))),
    Fault("the Jacobian is transposed", "jacobian", faulty(lorenz, jacobian=lambda t, x: lorenz.jacobian(t, x).mT)),
    Fault("the Jacobian is that of time 0", "jacobian", faulty(driven, jacobian=frozen_time)),
    Fault("the field is computed in single precision", "system_is_differentiable", faulty(lorenz, call=lambda t, x: lorenz(t, x.float()).to(x.dtype))),
    Fault("a constant in the field is in single precision", "system_precision", faulty(lorenz, call=single_constant)),
    Fault("the time is rounded to single precision", "system_takes_times", faulty(driven, call=lambda t, x: driven(t.float().to(x.dtype), x))),
    Fault("the start has too few numbers", "system_protocol", faulty(lorenz, initial=lambda: (1.0, 2.0))),
    Fault("a batch of two dimensions sees its mean", "system_batch_is_pointwise", faulty(lorenz, call=leaks_in_tables)),
    Fault("an exponent is not a number", "system_facts", faulty(lorenz, facts=spectrum(0.9, math.nan, -14.5))),
    Fault("the exponents do not sum to the divergence", "system_facts_sum", faulty(lorenz, facts=spectrum(0.906, 0.0, -10.57))),
    Fault("a parameter that is a Tensor gets no gradient", "system_parameters", Cuts()),
    Fault("tangents are pushed by the transposed derivative", "tangent", faulty(henon, tangent=transposed)),
]  # fmt: skip
