"""States of short segments that agree with noisy data, and with each other."""

from __future__ import annotations

from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.block_tridiagonal import BlockTridiagonal

_STEP: Final = 1e-2
_DAMPING: Final = 1e-3
# Keeps what nothing is known of where it is.
_HELD: Final = 1e-4


@final
@attrs.frozen(eq=False)
class Segments:
    """Windows cut into ``K`` segments of ``L`` samples, each with a state of its own.

    `x: (..., b, K, L, n)` is NaN where nothing was measured; ``drive`` is what acts within.
    """

    x: Tensor
    drive: Tensor | None

    @classmethod
    def of(cls, windows: Tensor, length: int, drive: Tensor | None) -> Segments:
        """Cut `windows: (..., T, n)`; the last segment is made as long as the others by NaN."""
        missing = -windows.shape[-2] % length
        nothing = windows.new_full((*windows.shape[:-2], missing, windows.shape[-1]), torch.nan)
        x = _cut(torch.cat((windows, nothing), -2), length)
        if drive is not None:
            last = drive[..., -1:, :].expand(*drive.shape[:-2], missing, drive.shape[-1])
            drive = _cut(torch.cat((drive, last), -2), length)
        return cls(x, drive)

    def run(self, model: takens.plugin.Model, z: Tensor, dt: float) -> Tensor:
        """Run freely from `z: (..., b, K, m)` or `(..., b, K, r, m)`: `(..., L + 1, m)`."""
        length, drive = self.x.shape[-2], self.drive
        if drive is not None and z.ndim == self.x.ndim:
            drive = drive.unsqueeze(-3).expand(*z.shape[:-1], *drive.shape[-2:])
        return takens.plugin.driven_orbit(model, dt, z, length, drive)


def _cut(x: Tensor, length: int) -> Tensor:
    return x.reshape(*x.shape[:-2], -1, length, x.shape[-1])


@final
@attrs.frozen(eq=False)
class Smoothed:
    """States at the starts of segments, and how well they are known.

    `states: (..., b, K, m)`; ``factor`` is that of their precision. `errors: (..., b, K, L, n)`
    are data less predictions and `joins: (..., b, K - 1, m)` what is amiss where segments meet;
    the variances, of the same shapes, are what the uncertainty of states adds to their squares.
    """

    states: Tensor
    factor: BlockTridiagonal
    errors: Tensor
    joins: Tensor
    error_variances: Tensor
    join_variances: Tensor


@final
@attrs.frozen(eq=False)
class _Linear:
    """What segments do near their states: errors, joins, their slopes and the cost."""

    states: Tensor
    errors: Tensor
    joins: Tensor
    slopes: Tensor
    advance: Tensor
    cost: Tensor


def smooth(
    model: takens.plugin.Model,
    segments: Segments,
    z: Tensor,
    dt: float,
    noise: Tensor,
    model_error: Tensor,
    iterations: int,
) -> Smoothed:
    """Find the states that minimise the misfits to data and at joins, from `z: (..., b, K, m)`.

    `noise: (..., n)` and `model_error: (...)` are standard deviations. Derivatives are from a
    bundle of runs around each state, so that any model will do; steps are damped where the cost
    does not fall.

    Source: Bocquet and Sakov (2014), An iterative ensemble Kalman smoother, Q. J. R. Meteorol.
    Soc. 140, 1521-1535, for the bundle; Bell (1994), The iterated Kalman smoother as a
    Gauss-Newton method, SIAM J. Optim. 4.
    """
    sigma = noise[..., None, None, None, :]
    q = model_error[..., None, None, None]
    best = _linear(model, segments, z, dt, sigma, q)
    damping = torch.full_like(best.cost, _DAMPING)
    for _ in range(iterations):
        step = _factor(best, sigma, q, damping).solve(_descent(best, sigma, q))
        step = step.nan_to_num(0.0, 0.0, 0.0).to(z)
        trial = _linear(model, segments, best.states + step, dt, sigma, q)
        better = trial.cost < best.cost
        damping = torch.where(better, damping / 10, damping * 10)
        best = _chosen(better, trial, best)
    factor = _factor(best, sigma, q, torch.zeros_like(damping))
    own, under = (part.nan_to_num(0.0, 0.0, 0.0) for part in factor.inverse())
    slopes, advance = best.slopes.to(own), best.advance.to(own)
    spread = ((slopes @ own) * slopes).sum(-1)
    following, first = own[..., 1:, :, :], own[..., :-1, :, :]
    across = under @ advance.mT
    joint = following - across - across.mT + advance @ first @ advance.mT
    return Smoothed(
        best.states,
        factor,
        best.errors,
        best.joins,
        spread.reshape(best.errors.shape).to(z),
        joint.diagonal(dim1=-2, dim2=-1).to(z),
    )


def _chosen(first: Tensor, one: _Linear, other: _Linear) -> _Linear:
    """Return ``one`` in the windows that are ``first``, and the ``other`` elsewhere."""

    def either(name: str) -> Tensor:
        a, b = getattr(one, name), getattr(other, name)
        return torch.where(first.view(*first.shape, *[1] * (a.ndim - first.ndim)), a, b)

    return _Linear(*(either(field.name) for field in attrs.fields(_Linear)))


def _linear(
    model: takens.plugin.Model,
    segments: Segments,
    z: Tensor,
    dt: float,
    sigma: Tensor,
    q: Tensor,
) -> _Linear:
    m = z.shape[-1]
    moved = torch.cat((torch.zeros(1, m), torch.eye(m))).to(z)
    runs = segments.run(model, z.unsqueeze(-2) + _STEP * moved, dt)
    seen = model.observe(runs[..., :-1, :])
    known = ~segments.x.isnan()
    errors = torch.where(known, segments.x - seen[..., 0, :, :], 0.0)
    slopes = (seen[..., 1:, :, :] - seen[..., :1, :, :]) / _STEP
    slopes = torch.where(known.unsqueeze(-3), slopes, 0.0).flatten(-2).mT
    ends = runs[..., :-1, :, -1, :]
    advance = (ends[..., 1:, :] - ends[..., :1, :]).mT / _STEP
    joins = z[..., 1:, :] - ends[..., 0, :]
    cost = (errors / sigma).square().sum((-3, -2, -1)) + (joins / q).square().sum((-2, -1))
    return _Linear(z, errors, joins, slopes, advance, cost)


def _descent(at: _Linear, sigma: Tensor, q: Tensor) -> Tensor:
    weighed = (at.errors / sigma.square()).flatten(-2).unsqueeze(-1)
    down = (at.slopes.mT @ weighed).squeeze(-1)
    joins = at.joins / q.square()
    back = (at.advance.mT @ joins.unsqueeze(-1)).squeeze(-1)
    nothing = torch.zeros_like(down[..., :1, :])
    return (down + torch.cat((back, nothing), -2) - torch.cat((nothing, joins), -2)).double()


def _factor(at: _Linear, sigma: Tensor, q: Tensor, damping: Tensor) -> BlockTridiagonal:
    slopes, advance, weight = at.slopes.double(), at.advance.double(), q.double() ** -2
    precision = (sigma.double() ** -2).expand(at.errors.shape).flatten(-2).unsqueeze(-1)
    own = slopes.mT @ (precision * slopes)
    m = own.shape[-1]
    unit = torch.eye(m).to(own)
    weight = weight.unsqueeze(-1)
    nothing = torch.zeros_like(own[..., :1, :, :])
    before = torch.cat((weight * (advance.mT @ advance), nothing), -3)
    after = torch.cat((nothing, (weight * unit).expand_as(own[..., 1:, :, :])), -3)
    own = own + before + after
    most = own.diagonal(dim1=-2, dim2=-1).amax((-2, -1))
    own = own + torch.diag_embed(
        damping.double()[..., None, None] * own.diagonal(dim1=-2, dim2=-1)
        + _HELD * most[..., None, None]
    )
    return BlockTridiagonal.factor(own, -weight * advance)
