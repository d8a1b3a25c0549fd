"""What an adaptive loop asks of a method: one trial step with an estimate of its error."""

from typing import Protocol, final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.runge_kutta import combine, per_state, runge_kutta_stages, stage_time


@final
@attrs.frozen(eq=False)
class Attempt:
    """A trial step: the state `x: (..., d)` at its end and what belongs to it.

    ``errors`` are one or two estimates of its error, ``stages: (s, ..., d)`` what the
    continuous solution is made of, and ``slope`` the field at the end where it is known.
    """

    x: Tensor
    errors: tuple[Tensor, ...]
    stages: list[Tensor]
    slope: Tensor | None

    def detach(self) -> "Attempt":
        """Give the same without derivatives."""
        return Attempt(
            self.x.detach(),
            tuple(error.detach() for error in self.errors),
            [stage.detach() for stage in self.stages],
            None if self.slope is None else self.slope.detach(),
        )


class Method(Protocol):
    """A one-step method with an error estimate and a continuous solution."""

    @property
    def order(self) -> int:
        """The order of the error estimate's local error."""
        ...

    @property
    def evaluations(self) -> int:
        """How often a trial step evaluates the field."""
        ...

    @property
    def dense(self) -> tuple[tuple[float, ...], ...]:
        """The weights of the increments, as in a tableau."""
        ...

    def attempt(
        self, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> Attempt:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        ...

    def increments(
        self, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Give what the continuous solution is made of, `(s, ..., d)`, for a step taken."""
        ...


@final
@attrs.frozen
class Explicit:
    """An explicit Runge-Kutta pair, as its tableau has it."""

    tableau: takens.Tableau

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

    def attempt(
        self, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> Attempt:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        tableau = self.tableau
        ks, y = runge_kutta_stages(tableau, f, t, x, dt, slope)
        h = per_state(dt, x)
        same = tableau.first_same_as_last
        if not same:
            y = combine(x, h, tableau.b, ks)
        zero = torch.zeros_like(x)
        errors = tuple(combine(zero, h, row, ks) for row in tableau.error)
        return Attempt(y, errors, ks, ks[-1] if same else None)

    def increments(
        self, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Give the stages times the step size, with those that only dense output needs."""
        tableau, ks, h = self.tableau, list(stages), per_state(dt, x)
        for i in range(tableau.stages, len(tableau.c)):
            y = combine(x, h, tableau.a[i], ks)
            ks.append(f(stage_time(t, tableau.c[i], dt).to(x.dtype), y))
        return torch.stack(ks) * h
