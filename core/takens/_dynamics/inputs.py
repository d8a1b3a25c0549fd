"""Inputs between samples, and the maps that they drive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast, final, runtime_checkable

import attrs
import torch
from torch import Tensor

from takens._dynamics.flow_map import as_field, forward_mode, latent_map
from takens._protocols.dynamics import Time
from takens._protocols.inputs import (
    DrivenMap,
    Interpolation,
    SupportsDrivenMap,
    SupportsDrivenTangent,
    SupportsInputs,
)
from takens._protocols.integrator import Stepper
from takens._protocols.model import Model
from takens.errors import InputError


@runtime_checkable
class HasInputUnits(Protocol):
    """A model that takes inputs in units of the data."""

    def standardise_inputs(self, u: Tensor) -> Tensor:
        """Go from the units of inputs to standardised ones: `(..., k) -> (..., k)`."""
        ...


# The map of a state at a step: `(z, i) -> z'`.
Step: TypeAlias = Callable[[Tensor, int], Tensor]


def input_dim(model: object) -> int:
    """Return how many inputs act on a model or a system, 0 where none does."""
    return model.input_dim if isinstance(model, SupportsInputs) else 0


def drive(u: Tensor, interpolation: Interpolation) -> Tensor:
    """Return what acts from each sample of `u: (..., T, k)` to the next: `(..., T, w)`.

    These are the coefficients of a polynomial in the share of the interval that has passed,
    the constant first: of degree 0, 1 or 3, where the slopes of the latter are those between
    the neighbours of a sample. Behind the last sample inputs stay as they are.
    """
    if interpolation == "constant" or u.shape[-2] < 2:
        degree = {"constant": 0, "linear": 1, "cubic": 3}[interpolation]
        return torch.cat((u, *[torch.zeros_like(u)] * degree), -1)
    nothing = torch.zeros_like(u[..., :1, :])
    step = u.diff(dim=-2)
    if interpolation == "linear":
        return torch.cat((u, torch.cat((step, nothing), -2)), -1)
    slope = torch.cat(
        (step[..., :1, :], (step[..., 1:, :] + step[..., :-1, :]) / 2, step[..., -1:, :]), -2
    )
    here, there = slope[..., :-1, :], slope[..., 1:, :]
    bend = torch.cat((here, 3 * step - 2 * here - there, here + there - 2 * step), -1)
    return torch.cat((u, torch.cat((bend, nothing.repeat(*[1] * (u.ndim - 1), 3)), -2)), -1)


def input_at(acting: Tensor, share: float | Tensor, k: int) -> Tensor:
    """Return the inputs `(..., k)` of `acting: (..., w)` where this share has passed."""
    *others, u = reversed([acting[..., i : i + k] for i in range(0, acting.shape[-1], k)])
    value = torch.zeros_like(u)
    for coefficient in others:
        value = (value + coefficient) * share
    return value + u


def encode(model: Model, context: Tensor, drive: Tensor | None = None) -> Tensor:
    """Return the latent state at the last observation, with what acts before it.

    `context: (..., c, n)` and `drive: (..., c, w)` give `(..., m)`.
    """
    if drive is None:
        return model.encode(context)
    return cast(Any, model).encode(context, drive[..., : input_dim(model)])


def drive_of(model: Model, u: Tensor) -> Tensor:
    """Return what acts on a model, `(..., T, w)`, of `u: (..., T, k)` in standardised units.

    On a map it is the mean of inputs from each sample to the next, `w = k`.
    """
    acting, k = drive(u, cast(SupportsInputs, model).interpolation), u.shape[-1]
    if model.time is Time.CONTINUOUS:
        return acting
    parts = acting.shape[-1] // k
    return sum((acting[..., i * k : i * k + k] / (i + 1) for i in range(1, parts)), u)


def drive_in_units(model: Model, u: Tensor) -> Tensor:
    """Return what acts on a model, `(..., T, w)`, of `u: (..., T, k)` in its own units."""
    if isinstance(model, HasInputUnits):
        return drive_of(model, model.standardise_inputs(u))
    return drive_of(model, u.to(next(iter(model.parameters()), u)))


def driven_map(model: Model, dt: float) -> DrivenMap:
    """Return the map of a latent state and what acts on it over one sampling interval.

    It is called as `(z, drive)`, with `z: (..., m)` and `drive: (..., w)`; see ``drive``.

    Raises: TypeError for a model that is continuous in time and names no integrator.
    """
    if isinstance(model, SupportsDrivenMap):
        return model.driven_map(dt)
    if model.time is Time.DISCRETE:
        return model
    field = as_field(model)
    return DrivenFlow(field, field.integrator, dt, input_dim(model))


def step_at(model: Model, dt: float, drive: Tensor | None) -> Step:
    """Return the map of a state at step i, under what acts then of `drive: (..., T, w)`."""
    if drive is None:
        free = latent_map(model, dt)
        return lambda z, i: free(z)
    driven = driven_map(model, dt)
    return lambda z, i: driven(z, drive[..., i, :])


@final
@attrs.frozen(eq=False)
class DrivenFlow:
    """The map that advances a field `(t, z, u)` by ``dt`` while inputs change."""

    field: Callable[[Tensor, Tensor, Tensor], Tensor]
    stepper: Stepper
    dt: float
    input_dim: int

    def __call__(self, z: Tensor, drive: Tensor, /) -> Tensor:
        """Advance `z: (..., m)` under `drive: (..., w)`."""
        t = z.new_zeros(())

        def field(t: Tensor, z: Tensor, /) -> Tensor:
            return self.field(t, z, input_at(drive, t / self.dt, self.input_dim))

        return self.stepper.step(field, t, z, t + self.dt)

    def tangent(self, z: Tensor, v: Tensor, drive: Tensor, /) -> tuple[Tensor, Tensor]:
        """Advance `z: (..., m)`, and the tangent vectors `v: (..., m, k)` with it."""
        jacobian = getattr(self.field, "jacobian", None)
        if jacobian is None:
            return forward_mode(lambda z: self(z, drive), z, v)

        def joint(t: Tensor, zv: Tensor, /) -> Tensor:
            y, w = zv[0], zv[1:].movedim(0, -1)
            u = input_at(drive, t / self.dt, self.input_dim)
            pushed = jacobian(t, y, u) @ w
            return torch.cat((self.field(t, y, u).unsqueeze(0), pushed.movedim(-1, 0)))

        t = z.new_zeros(())
        zv = torch.cat((z.unsqueeze(0), v.movedim(-1, 0)))
        zv = self.stepper.step(joint, t, zv, t + self.dt)
        return zv[0], zv[1:].movedim(0, -1)


@final
@attrs.frozen(eq=False)
class HeldMap:
    """A driven map as one of states alone, the first of which are what acts.

    They are zero afterwards, and written before the next step: ``drive`` or what is given.
    """

    step: DrivenMap
    width: int

    def __call__(self, x: Tensor, /) -> Tensor:
        """Advance `x: (..., w + m)`."""
        acting, z = x[..., : self.width], x[..., self.width :]
        return torch.cat((torch.zeros_like(acting), self.step(z, acting)), -1)


@final
@attrs.frozen(eq=False)
class ClockedMap:
    """A driven map as one of states alone, the last of which is a clock from 0 to 1.

    The clock says which row of `drive: (T, w)` acts; after the last the first one follows. The
    map's tangents are those of the state under the same inputs, so that exponents are
    conditional on these.
    """

    step: DrivenMap
    drive: Tensor
    tangent_dim: int

    def __call__(self, x: Tensor, /) -> Tensor:
        """Advance `x: (..., m + 1)` by one interval."""
        row = self._row(x)
        return self._joined(self.step(x[..., :-1], self.drive[row]), row)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Advance `x: (..., m + 1)`, and `v: (..., m + 1, k)`, whose clock stays zero."""
        row = self._row(x)
        acting = self.drive[row]
        if isinstance(self.step, SupportsDrivenTangent):
            y, w = self.step.tangent(x[..., :-1], v[..., :-1, :], acting)
        else:
            y, w = forward_mode(lambda z: self.step(z, acting), x[..., :-1], v[..., :-1, :])
        return self._joined(y, row), torch.cat((w, torch.zeros_like(v[..., -1:, :])), -2)

    def starts(self, z: Tensor, rows: Tensor) -> Tensor:
        """Return `z: (..., m)` with the clock at `rows: (...)`: `(..., m + 1)`."""
        return torch.cat((z, (rows / len(self.drive)).to(z).unsqueeze(-1)), -1)

    def _row(self, x: Tensor) -> Tensor:
        return (x[..., -1] * len(self.drive)).round().long() % len(self.drive)

    def _joined(self, z: Tensor, row: Tensor) -> Tensor:
        return self.starts(z, (row + 1) % len(self.drive))


def refuse_undriven(model: object, inputs: object) -> None:
    """Refuse inputs for a model that takes none, and none for one that takes some.

    ``inputs`` are None or anything with `shape: (..., k)`.

    Raises: InputError.
    """
    wanted = input_dim(model)
    given = 0 if inputs is None else cast(Tensor, inputs).shape[-1]
    if given == wanted:
        return
    inner = getattr(model, "inner", model)
    name = type(inner).__name__
    if not wanted:
        raise InputError(
            f"{name} takes no inputs, and {given} are given. Models that have the setting take "
            f"them by input_dim = {given}; else name them among the columns, to be learned as "
            "variables, or leave them out."
        )
    if not given:
        raise InputError(
            f"{name} was made for {wanted} input{'s' * (wanted > 1)} and none is given: give "
            "data with inputs, as TimeSeries(t, x, inputs=u) or by data.inputs, and a free run "
            "inputs=u."
        )
    raise InputError(f"{name} was made for input_dim = {wanted}, and {given} are given.")
