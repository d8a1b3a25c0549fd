"""The solvers of torchdiffeq, for comparison."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final, cast, final, get_args

import torch
import torchdiffeq  # pyright: ignore[reportMissingTypeStubs]
from torch import Tensor

import takens
from takens.backend import Solution, Status
from takens.plugin import VectorField
from takens_integrators.adaptive.controller import floored
from takens_integrators.fields import check_dynamics, checked_field
from takens_integrators.gradients.autograd_leaves import sources_of_gradient, tensors_within
from takens_integrators.inputs import checked_times
from takens_integrators.settings import AdaptiveMethod, TorchDiffEqSettings
from takens_integrators.under_transforms import is_followed

_ADAPTIVE: Final[tuple[str, ...]] = get_args(AdaptiveMethod)


@final
class TorchDiffEq(TorchDiffEqSettings):
    """The solvers of torchdiffeq under the interface of takens.

    Adaptive methods take *one* step size for the whole batch, so an answer depends on its
    batch at the level of the tolerances; ``rk4`` is the 3/8 rule, and methods of fixed step
    go from each time straight to the next. Of its step control it lets set the first step and
    the factors; it knows of no error before.

    Source: Chen (2018), torchdiffeq, https://github.com/rtqichen/torchdiffeq.
    """

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the states at `ts: (n,)` for `x0: (..., d)`: `(..., n, d)`.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where the solver gives up.
        """
        solution, error = self._solve(f, x0, ts, parameters)
        if error is not None:
            raise takens.errors.IntegrationError(
                f"torchdiffeq's {self.method} gave up between t = {float(ts[0]):.6g} and "
                f"{float(ts[-1]):.6g}: {error}. Loosen the tolerances, raise max_steps, or, "
                "where the field is stiff, use 'rodas4'."
            ) from error
        takens.backend.check_finite(solution.ts, solution.x)
        return solution.x

    def solve_with_statistics(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Solution:
        """Solve, and return statistics, which are those of the batch for all its samples.

        Where torchdiffeq gives up it returns nothing: then the start is repeated.

        Raises: takens.InputError for times, states or a field that do not fit.
        """
        return self._solve(f, x0, ts, parameters)[0]

    def _solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, parameters: Sequence[Tensor]
    ) -> tuple[Solution, AssertionError | None]:
        ts = checked_times(ts, x0)
        check_dynamics(f, x0)
        if ts.dim() > 1:
            raise takens.InputError(
                "torchdiffeq takes one row of times for all samples; use 'dopri5' of takens "
                "for a row for each."
            )
        # It takes no time twice.
        new = torch.cat((torch.ones_like(ts[:1], dtype=torch.bool), ts.detach().diff() != 0))
        place = new.cumsum(0) - 1
        times, field = ts[new].to(x0.dtype), _Counted(checked_field(f), ts[0])
        options: dict[str, Any] = {"method": self.method}
        taken = len(times) - 1
        options["rtol"], options["atol"] = floored(self.rtol, self.atol, x0.dtype)
        if self.method in _ADAPTIVE:
            field.count_steps()
            options["options"] = {
                "max_num_steps": self.max_steps, "first_step": self.first_step,
                "safety": self.safety, "ifactor": self.largest, "dfactor": self.smallest,
                "max_step": math.inf if self.max_step is None else self.max_step,
            }  # fmt: skip
        elif self.max_step is not None:
            longest, taken = self.max_step, len(_no_longer_than(self.max_step, times)) - 1
            options["options"] = {
                "grid_constructor": lambda _f, _y, t: _no_longer_than(longest, t)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
            }
        solver = cast(Callable[..., Tensor], torchdiffeq.odeint)  # pyright: ignore[reportUnknownMemberType]
        if self.gradient == "adjoint":
            solver = cast(Callable[..., Tensor], torchdiffeq.odeint_adjoint)  # pyright: ignore[reportUnknownMemberType]
            known = (*parameters, *tensors_within(f))
            options["adjoint_params"] = (
                sources_of_gradient(field, times[0], x0, known)
                if torch.is_grad_enabled()
                else ()
            )
        status, reached, error = Status.DONE, len(ts), None
        xs = x0.unsqueeze(-2).expand(*x0.shape[:-1], len(ts), -1)
        try:
            if len(times) > 1:
                xs = solver(field, x0, times, **options).movedim(0, -2)[..., place, :]
            field.time = ts[-1]
        except RuntimeError as raised:
            if not is_followed():
                raise
            raise takens.InputError(
                "torchdiffeq's solvers do not all work under torch.func, whose transform gave: "
                f"{str(raised).splitlines()[0]} Use 'dopri5' of takens."
            ) from raised
        except AssertionError as raised:
            # torchdiffeq says so with assertions: underflow of dt, too many steps.
            error, reached = raised, 1
            many = "max_num_steps" in str(raised)
            status = Status.MAX_STEPS if many else Status.UNDERFLOW
        like = torch.zeros(x0.shape[:-1], dtype=torch.int64, device=x0.device)
        steps = field.steps if self.method in _ADAPTIVE else taken
        return Solution(
            ts=ts, x=xs, status=like + status, reached=like + reached, time=like + field.time,
            steps=like + steps, rejected=like + field.rejected,
            evaluations=like + field.evaluations, component=like - 1,
        ), error  # fmt: skip


def _no_longer_than(step: float, times: Tensor) -> Tensor:
    """Return `times: (n,)` with others between, none farther than a step from the next."""
    parts = [times[:1]]
    for start, end in itertools.pairwise(times):
        count = max(1, math.ceil(float((end - start).detach().abs()) / step * (1 - 1e-12)))
        shares = torch.arange(1, count + 1, dtype=times.dtype, device=times.device) / count
        parts.append(torch.lerp(start, end, shares))
    return torch.cat(parts)


class _Counted:
    """A field, and what torchdiffeq did with it."""

    def __init__(self, f: VectorField, time: Tensor) -> None:
        self.f, self.time = f, time
        self.steps = self.rejected = self.evaluations = 0

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        self.evaluations += 1
        return self.f(t, x)

    def count_steps(self) -> None:
        """Have torchdiffeq tell of its steps, as it does where a field has such methods."""
        self.callback_accept_step = self._accept
        self.callback_reject_step = self._reject

    def _accept(self, t: Tensor, x: Tensor, dt: Tensor) -> None:
        self.steps, self.time = self.steps + 1, (t + dt).detach()

    def _reject(self, t: Tensor, x: Tensor, dt: Tensor) -> None:
        self.rejected += 1
