"""Solves of rows that act on one another as one state, and their answers row by row."""

import attrs
from torch import Tensor

import takens
from takens.backend import Solution
from takens.plugin import VectorField


def as_one_state(
    f: VectorField, x0: Tensor, ts: Tensor, joined: int
) -> tuple[VectorField, Tensor, Tensor]:
    """Return a problem in which the last ``joined`` dimensions of `(..., d)` belong to d."""
    batch, shape = x0.shape[: -1 - joined], x0.shape[-1 - joined :]
    if ts.dim() > 1:
        ts = ts[(slice(None),) * len(batch) + (0,) * joined]
    return takens.joined(f, shape), x0.reshape(*batch, -1), ts


def of_rows(solution: Solution, x0: Tensor, ts: Tensor, joined: int) -> Solution:
    """Return the solution of one state as one of rows, for the problem as it was given."""
    lead, shape = x0.shape[:-1], x0.shape[-1 - joined :]
    batch = len(lead) - joined
    x = solution.x.reshape(*lead[:batch], ts.shape[-1], *shape).movedim(batch, -2)

    def rows(each: Tensor) -> Tensor:
        return each[(..., *[None] * joined)].expand(lead)

    component = solution.component
    component = component.where(component < 0, component % shape[-1])
    return attrs.evolve(
        solution, ts=ts, x=x, status=rows(solution.status), reached=rows(solution.reached),
        time=rows(solution.time), steps=rows(solution.steps), rejected=rows(solution.rejected),
        evaluations=rows(solution.evaluations), component=rows(component),
    )  # fmt: skip
