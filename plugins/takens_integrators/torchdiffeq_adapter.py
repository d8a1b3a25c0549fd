"""The solvers of torchdiffeq, for comparison."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeAlias, cast, final, get_args

import attrs
import torch
import torchdiffeq  # pyright: ignore[reportMissingTypeStubs]
from torch import Tensor

import takens
from takens_integrators.fields import check_dynamics, checked_field
from takens_integrators.inputs import (
    Gradient,
    checked_times,
    known_gradient,
    positive,
    whole,
)
from takens_integrators.leaves import sources_of_gradient, tensors_within
from takens_integrators.solution import IntegrationError, check_finite
from takens_integrators.tolerances import floored

Adaptive: TypeAlias = Literal["adaptive_heun", "bosh3", "dopri5", "dopri8", "fehlberg2"]
Fixed: TypeAlias = Literal["euler", "midpoint", "rk4"]
ADAPTIVE: Final[tuple[str, ...]] = get_args(Adaptive)
FIXED: Final[tuple[str, ...]] = get_args(Fixed)


def _known_method(_: object, __: object, value: str) -> None:
    if value not in ADAPTIVE + FIXED:
        raise takens.ComponentError(
            f"method is one of {', '.join(ADAPTIVE + FIXED)}; got {value!r}."
        )


@final
@attrs.frozen
class TorchDiffEq:
    """The solvers of torchdiffeq under the interface of takens.

    Adaptive methods take *one* step size for the whole batch, so an answer depends on its
    batch at the level of the tolerances; ``rk4`` is the 3/8 rule, and methods of fixed step
    go from each time straight to the next.

    Source: Chen (2018), torchdiffeq, https://github.com/rtqichen/torchdiffeq.
    """

    method: str = attrs.field(default="dopri5", validator=_known_method)
    rtol: float = attrs.field(default=1e-6, validator=positive)
    atol: float = attrs.field(default=1e-8, validator=positive)
    max_steps: int = attrs.field(default=100_000, validator=whole)
    gradient: Gradient = attrs.field(default="direct", validator=known_gradient)

    def solve(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        parameters: Sequence[Tensor] = (),
    ) -> Tensor:
        """Give the states at `ts: (n,)` for `x0: (..., d)`: `(..., n, d)`.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where the solver gives up.
        """
        ts = checked_times(ts, x0)
        check_dynamics(f, x0)
        if ts.dim() > 1:
            raise takens.InputError(
                "torchdiffeq takes one row of times for all samples; use 'dopri5' of takens "
                "for a row for each."
            )
        times, field = ts.to(x0.dtype), checked_field(f)
        if len(ts) == 1:
            return x0.unsqueeze(-2)
        rtol, atol = floored(self.rtol, self.atol, x0.dtype)
        options: dict[str, Any] = {"rtol": rtol, "atol": atol, "method": self.method}
        if self.method in ADAPTIVE:
            options["options"] = {"max_num_steps": self.max_steps}
        solver = cast(Callable[..., Tensor], torchdiffeq.odeint)  # pyright: ignore[reportUnknownMemberType]
        if self.gradient == "adjoint":
            solver = cast(Callable[..., Tensor], torchdiffeq.odeint_adjoint)  # pyright: ignore[reportUnknownMemberType]
            known = (*parameters, *tensors_within(f))
            options["adjoint_params"] = (
                sources_of_gradient(field, times[0], x0, known)
                if torch.is_grad_enabled()
                else ()
            )
        try:
            xs = solver(field, x0, times, **options).movedim(0, -2)
        except AssertionError as error:
            # torchdiffeq says so with assertions: underflow of dt, too many steps.
            raise IntegrationError(
                f"torchdiffeq's {self.method} gave up between t = {float(ts[0]):.6g} and "
                f"{float(ts[-1]):.6g}: {error}. Loosen the tolerances, raise max_steps, or, "
                "where the field is stiff, use 'rodas4'."
            ) from error
        check_finite(ts, xs)
        return xs
