"""The solvers of scipy, for comparison."""

from collections.abc import Sequence
from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
from scipy.integrate import solve_ivp  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor

import takens
from takens_integrators.fields import check_dynamics, checked_field
from takens_integrators.inputs import (
    checked_times,
    is_plain,
    positive,
    whole,
)
from takens_integrators.leaves import sources_of_gradient, tensors_within
from takens_integrators.solution import IntegrationError

METHODS: Final = ("RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA")


def _known_method(_: object, __: object, value: str) -> None:
    if value not in METHODS:
        raise takens.ComponentError(f"method is one of {', '.join(METHODS)}; got {value!r}.")


@final
@attrs.frozen
class SciPy:
    """The solvers of ``scipy.integrate.solve_ivp``, one sample after the other, on the CPU.

    They work in float64 and have no gradients; asking for one is refused.

    Source: Virtanen et al. (2020), SciPy 1.0, Nature Methods 17, 261-272.
    """

    method: str = attrs.field(default="RK45", validator=_known_method)
    rtol: float = attrs.field(default=1e-6, validator=positive)
    atol: float = attrs.field(default=1e-8, validator=positive)
    max_steps: int = attrs.field(default=100_000, validator=whole)

    def solve(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        parameters: Sequence[Tensor] = (),
    ) -> Tensor:
        """Give the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

        Raises: takens.InputError for times, states or a field that do not fit, or where a
            gradient is asked for; IntegrationError where the solver gives up.
        """
        ts = checked_times(ts, x0)
        check_dynamics(f, x0)
        field = checked_field(f)
        self._refuse_gradients(field, (*parameters, *tensors_within(f)), x0, ts)
        lead, d = x0.shape[:-1], x0.shape[-1]
        rows = ts.detach().cpu().double().expand(*lead, -1).reshape(-1, ts.shape[-1])
        starts = x0.detach().cpu().double().reshape(-1, d)
        with torch.no_grad():
            solved = [
                self._one(field, start, times, x0)
                for start, times in zip(starts.numpy(), rows.numpy(), strict=True)
            ]
        xs = torch.from_numpy(np.stack(solved)) if solved else torch.zeros(0, ts.shape[-1], d)
        return xs.to(x0).reshape(*lead, ts.shape[-1], d)

    def _one(self, f: takens.VectorField, start: Any, times: Any, like: Tensor) -> Any:
        left = 20 * self.max_steps

        def velocity(t: float, x: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise IntegrationError(
                    f"scipy's {self.method} stopped at t = {t:.6g} on its way to "
                    f"{times[-1]:.6g}: {20 * self.max_steps} evaluations, 20 for each of "
                    "max_steps, were not enough. Raise max_steps or the tolerances."
                )
            time = torch.as_tensor(t, dtype=like.dtype, device=like.device)
            return f(time, torch.as_tensor(x).to(like)).cpu().double().numpy()

        if len(times) == 1:
            return start[None]
        solution = cast(Any, solve_ivp)(
            velocity,
            (times[0], times[-1]),
            start,
            method=self.method,
            t_eval=times,
            rtol=max(self.rtol, 1e-13),
            atol=self.atol,
        )
        if not solution.success:
            raise IntegrationError(
                f"scipy's {self.method} gave up on its way from t = {times[0]:.6g} to "
                f"{times[-1]:.6g}: {solution.message} Loosen the tolerances, or use 'Radau' "
                "where the field is stiff."
            )
        return solution.y.T

    def _refuse_gradients(
        self, f: takens.VectorField, known: Sequence[Tensor], x0: Tensor, ts: Tensor
    ) -> None:
        if not is_plain(x0):
            raise takens.InputError("scipy's solvers do not work under torch.func.")
        if not torch.is_grad_enabled():
            return
        if (
            x0.requires_grad
            or ts.requires_grad
            or sources_of_gradient(f, ts[..., 0].reshape(-1)[0].to(x0.dtype), x0, known)
        ):
            raise takens.InputError(
                "scipy's solvers have no gradients, and a state, time or parameter asks for "
                "one: use 'dopri5' or 'rodas4' of takens, or torch.no_grad()."
            )
