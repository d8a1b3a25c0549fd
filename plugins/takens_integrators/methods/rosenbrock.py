"""Rosenbrock methods: implicit ones that solve linear systems only."""

from collections.abc import Callable
from typing import cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens.plugin import VectorField
from takens_integrators.fields import OwnTimes
from takens_integrators.runge_kutta import combine, per_state, stage_time
from takens_integrators.step_method import StepResult
from takens_integrators.under_transforms import is_plain


@final
@attrs.frozen
class Rosenbrock:
    """A stiffly accurate Rosenbrock method as data, in the variables that avoid products.

    Stage i solves `(1 - gamma h J) u_i = gamma (h f(t + c_i h, x + sum_j a_ij u_j) +
    sum_j g_ij u_j + d_i h^2 f_t)`. The state of the last stage plus `u_s` is the solution,
    and `u_s` the error estimate. ``dense`` is as in a Runge-Kutta tableau, with `u_i` for
    `h k_i`.

    Source: Hairer and Wanner (1996), Solving Ordinary Differential Equations II, 2nd edition,
    section IV.7, eq. 7.25.
    """

    name: str
    order: int
    gamma: float
    c: tuple[float, ...]
    a: tuple[tuple[float, ...], ...]
    g: tuple[tuple[float, ...], ...]
    d: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]


@final
@attrs.frozen(eq=False)
class Linearised:
    """A Rosenbrock method for one field, with its derivatives.

    ``jacobian(t, x)`` gives `(..., d, d)`; ``drift(t, x)`` the derivative with respect to
    time, `(..., d)`, or is None where the field does not look at the time.
    """

    method: Rosenbrock
    field: VectorField
    jacobian: Callable[[Tensor, Tensor], Tensor]
    drift: Callable[[Tensor, Tensor], Tensor] | None

    @property
    def order(self) -> int:
        """The order of the solution, which is that of the estimate's local error."""
        return self.method.order

    @property
    def evaluations(self) -> int:
        """The stages; those for derivatives are not counted."""
        return len(self.method.c)

    @property
    def dense(self) -> tuple[tuple[float, ...], ...]:
        """The weights of the increments."""
        return self.method.dense

    def step(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> StepResult:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        m, h = self.method, per_state(dt, x)
        eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
        left = eye - (m.gamma * dt).to(x.dtype)[..., None, None] * self.jacobian(t, x)
        solve = _factorised(left)
        drift = None if self.drift is None else self.drift(t, x) * h * h
        us: list[Tensor] = []
        y = x
        for i, c in enumerate(m.c):
            if i:
                y = combine(x, 1.0, m.a[i], us)
            right = h * f(stage_time(t, c, dt).to(x.dtype), y)
            for weight, u in zip(m.g[i], us, strict=True):
                right = torch.add(right, u, alpha=weight)
            if drift is not None and m.d[i]:
                right = torch.add(right, drift, alpha=m.d[i])
            us.append(solve((m.gamma * right).unsqueeze(-1)).squeeze(-1))
        return StepResult(y + us[-1], (us[-1],), us, None)

    def increments(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Return the stages, which are increments already."""
        return torch.stack(stages)


def _factorised(left: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what solves `left: (..., d, d)` for right sides `(..., d, 1)`."""
    lu, pivots = cast(tuple[Tensor, Tensor], torch.linalg.lu_factor(left))  # pyright: ignore[reportUnknownMemberType]
    if is_plain(lu):
        return lambda right: cast(Tensor, torch.linalg.lu_solve(lu, pivots, right))
    # torch.func.vmap over a derivative of lu_solve gives wrong numbers (torch 2.13).
    p, lower, upper = cast(tuple[Tensor, ...], torch.lu_unpack(lu, pivots))

    def solve(right: Tensor) -> Tensor:
        swapped = torch.matmul(p.mT, right)
        y = cast(
            Tensor,
            torch.linalg.solve_triangular(lower, swapped, upper=False, unitriangular=True),
        )
        return cast(Tensor, torch.linalg.solve_triangular(upper, y, upper=True))

    return solve


def linearised(
    method: Rosenbrock, source: VectorField, f: VectorField, sees_time: bool
) -> Linearised:
    """Prepare a method for a field: its own Jacobian where it knows it, else by columns.

    ``source`` is the field as it was given, ``f`` the same for a time per sample.
    """

    def columns(t: Tensor, x: Tensor) -> Tensor:
        def column(v: Tensor) -> Tensor:
            def at(y: Tensor) -> Tensor:
                return f(t, y)

            return cast(Tensor, torch.func.jvp(at, (x,), (v.expand_as(x),))[1])

        eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
        # Last by movedim: out_dims=-1 is misread where the field does not depend on the state.
        return torch.func.vmap(column)(eye).movedim(0, -1)

    def drift(t: Tensor, x: Tensor) -> Tensor:
        def at(s: Tensor) -> Tensor:
            return f(s, x)

        return cast(Tensor, torch.func.jvp(at, (t,), (torch.ones_like(t),))[1])

    if isinstance(source, takens.plugin.SupportsJacobian) and not sees_time:
        return Linearised(method, f, source.jacobian, None)
    return Linearised(method, f, _explained(columns), _explained(drift) if sees_time else None)


@final
@attrs.frozen(eq=False)
class OfJoined:
    """A Rosenbrock method for rows that act on one another, which are one state to it.

    The last ``rows`` dimensions of `x: (..., d)` are that state.
    """

    method: Linearised
    rows: int

    @classmethod
    def of(cls, method: Rosenbrock, f: OwnTimes, x0: Tensor) -> "OfJoined":
        """Prepare a method for a field of states like `x0: (..., d)`."""
        rows, sample = f.joined + 1, x0.shape[-1 - f.joined :]

        def flat(t: Tensor, y: Tensor, /) -> Tensor:
            x = y.reshape(*y.shape[:-1], *sample)
            each = t[(..., *[None] * f.joined)].expand(x.shape[:-1])
            return f.field(each, x).reshape(y.shape)

        return cls(linearised(method, flat, flat, f.sees_time), rows)

    @property
    def order(self) -> int:
        """The order of the solution."""
        return self.method.order

    @property
    def evaluations(self) -> int:
        """The stages."""
        return self.method.evaluations

    @property
    def dense(self) -> tuple[tuple[float, ...], ...]:
        """The weights of the increments."""
        return self.method.dense

    def step(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> StepResult:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        first = (..., *[0] * (self.rows - 1))
        y = x.flatten(-self.rows)
        trial = self.method.step(self.method.field, t[first], y, dt[first], None)
        stages = [stage.reshape(x.shape) for stage in trial.stages]
        errors = tuple(error.reshape(x.shape) for error in trial.errors)
        return StepResult(trial.x.reshape(x.shape), errors, stages, None)

    def increments(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Return the stages, which are increments already."""
        return torch.stack(stages)


def _explained(
    derivative: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor], Tensor]:
    """Have a derivative say what to do where torch cannot take it."""

    def explained(t: Tensor, x: Tensor) -> Tensor:
        try:
            # torch before 2.10 nests no derivatives of inference tensors.
            with torch.inference_mode(False):
                return derivative(*(y.clone() if y.is_inference() else y for y in (t, x)))
        except RuntimeError as error:
            raise takens.InputError(
                "A Rosenbrock method differentiates the field by torch.func.jvp, which gave: "
                f"{str(error).splitlines()[0]} Where the field calls torch.autograd, call "
                "torch.func.grad there, or give it a method jacobian(t, x) that returns "
                "(..., d, d)."
            ) from error

    return explained
