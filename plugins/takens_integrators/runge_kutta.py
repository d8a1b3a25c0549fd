"""Steps of explicit Runge-Kutta methods, whatever their tableau."""

from collections.abc import Sequence
from typing import final

import attrs
import torch
from torch import Tensor

from takens.plugin import Tableau, VectorField
from takens_integrators.step_method import StepResult


def combine(x: Tensor, h: Tensor | float, weights: Sequence[float], ks: list[Tensor]) -> Tensor:
    """Return `x + h sum_i w_i k_i` for `x, k_i: (..., d)` and `h` that broadcasts with them."""
    terms = [(weight, k) for weight, k in zip(weights, ks, strict=False) if weight]
    if not isinstance(h, Tensor):
        for weight, k in terms:
            x = torch.add(x, k, alpha=weight * h)
        return x
    if len(terms) > 3:
        # One product in place of many sums: small tensors cost by the operation.
        stacked = torch.stack([k for _, k in terms]).view(len(terms), -1)
        total = torch.mv(stacked.t(), stacked.new_tensor([weight for weight, _ in terms]))
        return torch.addcmul(x, total.view(x.shape), h)
    total = terms[0][1] if terms[0][0] == 1.0 else terms[0][1] * terms[0][0]
    for weight, k in terms[1:]:
        total = torch.add(total, k, alpha=weight)
    return torch.addcmul(x, total, h)


def runge_kutta_stages(
    tableau: Tableau,
    f: VectorField,
    t: Tensor,
    x: Tensor,
    dt: Tensor | float,
    first: Tensor | None = None,
) -> tuple[list[Tensor], Tensor]:
    """Evaluate the stages, and return them with the state that the last one was evaluated at.

    `t` and `dt` are `()`, or `(...)` where every sample of `x: (..., d)` has its own.
    ``first`` is `f(t, x)` where it is known already.
    """
    h = per_state(dt, x)
    ks = [f(t, x) if first is None else first]
    y = x
    for i in range(1, tableau.stages):
        y = combine(x, h, tableau.a[i], ks)
        ks.append(f(stage_time(t, tableau.c[i], dt), y))
    return ks, y


def runge_kutta_step(
    tableau: Tableau, f: VectorField, t: Tensor, x: Tensor, dt: Tensor | float
) -> Tensor:
    """Advance `x: (..., d)` by `dt`; shapes as for the stages."""
    ks, _ = runge_kutta_stages(tableau, f, t, x, dt)
    return combine(x, per_state(dt, x), tableau.b, ks)


def per_state(dt: Tensor | float, x: Tensor) -> Tensor | float:
    """Return a step size in the dtype of the state, and in a shape that broadcasts with it."""
    if not isinstance(dt, Tensor):
        return dt
    dt = dt.to(x.dtype)
    return dt.unsqueeze(-1) if dt.dim() else dt


def stage_time(t: Tensor, c: float, dt: Tensor | float) -> Tensor:
    """Return `t + c dt`."""
    if not c:
        return t
    if not isinstance(dt, Tensor):
        return t + c * dt
    # Times may be kept in double precision where states are not.
    return torch.add(t, dt, alpha=c).to(t.dtype)


@final
@attrs.frozen
class ExplicitMethod:
    """An explicit Runge-Kutta pair, as its tableau has it."""

    tableau: Tableau

    @property
    def order(self) -> int:
        """The order of the pair."""
        return self.tableau.order

    @property
    def evaluations(self) -> int:
        """The stages, less the one that the step before has left."""
        return self.tableau.stages - self.tableau.first_same_as_last

    @property
    def dense(self) -> tuple[tuple[float, ...], ...]:
        """The weights of the stages."""
        return self.tableau.dense

    def step(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> StepResult:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        tableau = self.tableau
        ks, y = runge_kutta_stages(tableau, f, t, x, dt, slope)
        h = per_state(dt, x)
        same = tableau.first_same_as_last
        if not same:
            y = combine(x, h, tableau.b, ks)
        zero = torch.zeros_like(x)
        errors = tuple(combine(zero, h, row, ks) for row in tableau.error)
        return StepResult(y, errors, ks, ks[-1] if same else None)

    def increments(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Return the stages times the step size, with those that only dense output needs."""
        tableau, ks, h = self.tableau, list(stages), per_state(dt, x)
        for i in range(tableau.stages, len(tableau.c)):
            y = combine(x, h, tableau.a[i], ks)
            ks.append(f(stage_time(t, tableau.c[i], dt).to(x.dtype), y))
        return torch.stack(ks) * h
