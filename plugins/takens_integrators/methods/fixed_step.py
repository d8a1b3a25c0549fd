"""Solves with a fixed number of steps between saved times."""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, TypeAlias, cast

import torch
from torch import Tensor

import takens
from takens.plugin import Tableau, VectorField
from takens_integrators.fields import OwnTimes, check_dynamics, checked_field, with_own_times
from takens_integrators.gradients.adjoint import Steps, by_stages, solve_with_adjoint
from takens_integrators.gradients.autograd_leaves import tensors_within
from takens_integrators.gradients.checkpointing import checkpointed
from takens_integrators.inputs import checked_times
from takens_integrators.runge_kutta import runge_kutta_step
from takens_integrators.settings import FixedStepSettings
from takens_integrators.under_transforms import is_constant, is_plain

Advance: TypeAlias = Callable[[VectorField, Tensor, Tensor, Tensor | float], Tensor]
"""`(f, t, x, dt) -> x'`; `t` and `dt` are `()`, or `(...)` as the samples of `x: (..., d)`."""


def solve_fixed(
    tableau: Tableau, f: VectorField, x0: Tensor, ts: Tensor, substeps: int = 1
) -> Tensor:
    """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

    A pure function that works under every transform of ``torch.func``. Long solves that
    need a gradient keep the states between segments only, and recompute the rest.
    """
    return repeat_steps(functools.partial(runge_kutta_step, tableau), f, x0, ts, substeps)


def repeat_steps(
    advance: Advance, f: VectorField, x0: Tensor, ts: Tensor, substeps: int = 1
) -> Tensor:
    """Return the states at `ts`, each reached from the one before in ``substeps`` steps."""
    n = ts.shape[-1]

    def run(x: Tensor, start: int, stop: int) -> list[Tensor]:
        xs: list[Tensor] = []
        for i, (t, dt) in enumerate(_steps(ts, x, substeps, start, stop), start + 1):
            x = advance(f, t, x, dt)
            if i % substeps == 0:
                xs.append(x)
        return [*xs, x]

    steps = (n - 1) * substeps
    kept, _ = checkpointed(run, x0, steps, per_step=8 * x0.numel())
    return torch.stack([x0, *kept], -2)


def _steps(
    ts: Tensor, x: Tensor, substeps: int, start: int, stop: int
) -> Iterator[tuple[Tensor, Tensor | float]]:
    """Return time and size of each step, the size as a number where it can be one."""
    shared = ts.dim() == 1 and is_constant(ts)
    numbers = cast(list[float], ts.tolist()) if shared else None  # pyright: ignore[reportUnknownMemberType]
    times = ts.to(x.dtype).unbind(-1)
    for i in range(start, stop):
        k, j = divmod(i, substeps)
        dt: Tensor | float
        if numbers is not None:
            dt = (numbers[k + 1] - numbers[k]) / substeps
        else:
            dt = (ts[..., k + 1] - ts[..., k]) / substeps
        yield (times[k] + j * dt if j else times[k]), dt


class FixedStep(FixedStepSettings):
    """What all explicit Runge-Kutta methods of fixed step have in common.

    ``substeps`` steps lead from each saved time to the next. With ``gradient="direct"``
    autograd goes through the steps; with ``"adjoint"`` the continuous adjoint equation is
    solved backward, whose error is that of the step. With ``backend="auto"`` compiled code
    takes the steps where it can, ``"eager"`` is plain torch, and other names are those of
    backends; ``takens.explain(f)`` tells which one did.
    """

    tableau: ClassVar[Tableau]

    @property
    def order(self) -> int:
        """The order of the global error in the step size."""
        return self.tableau.order

    def step(self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., d)` from `t: ()` by `dt: ()`; pure, without checks."""
        return runge_kutta_step(self.tableau, f, t, x, dt)

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

        ``parameters`` are Tensors that the field uses and that the adjoint cannot find by
        itself; direct gradients need none.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where the states do not stay finite.
        """
        ts = checked_times(ts, x0)
        eager = functools.partial(self._eager, f, x0, ts, parameters)
        xs = None
        if self.gradient == "direct" or not torch.is_grad_enabled():
            request = takens.backend.FixedStepSolve(
                field=f, method=self.tableau, x0=x0, ts=ts, substeps=self.substeps, eager=eager
            )
            xs = takens.backend.dispatch(request, self.backend)
        if xs is None:
            xs = eager()
        # Steps add to the state: what is not finite once is not finite in the end.
        if is_plain(xs) and not math.isfinite(float(xs.detach().select(-2, -1).sum())):
            takens.backend.check_finite(ts, xs)
        return xs

    def _eager(
        self, f: VectorField, x0: Tensor, ts: Tensor, parameters: Sequence[Tensor]
    ) -> Tensor:
        check_dynamics(f, x0)
        own = OwnTimes(f)
        if ts.dim() > 1 or self.gradient == "adjoint":
            own = with_own_times(f, ts, x0)
        field = checked_field(own.field)
        if self.gradient == "direct":
            return solve_fixed(self.tableau, field, x0, ts, self.substeps)

        def solve(f: VectorField, x0: Tensor, ts: Tensor) -> Tensor:
            return solve_fixed(self.tableau, f, x0, ts, self.substeps)

        def trace(f: VectorField, x0: Tensor, ts: Tensor, _: object) -> Steps:
            fractions = torch.linspace(
                0, 1, self.substeps + 1, dtype=ts.dtype, device=ts.device
            )
            grid = ts[..., :1] + (ts[..., 1:] - ts[..., :1]) * fractions
            xs = solve_fixed(self.tableau, f, x0, grid).movedim(-2, 0)
            times = grid.movedim(-1, 0)
            return Steps(times[:-1], times.diff(dim=0), xs[:-1], xs[-1])

        known = (*parameters, *tensors_within(f))
        weights = by_stages(self.tableau)
        return solve_with_adjoint(weights, solve, trace, field, x0, ts, known, own.joined)
