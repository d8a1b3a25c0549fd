"""The solvers of scipy, for comparison."""

from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np
import torch
from scipy import integrate
from torch import Tensor

import takens
from takens.backend import Solution, Status
from takens.plugin import VectorField
from takens_integrators.fields import (
    check_dynamics,
    checked_field,
    known_batch_dims,
    rows_to_join,
)
from takens_integrators.gradients.autograd_leaves import sources_of_gradient, tensors_within
from takens_integrators.inputs import checked_times
from takens_integrators.rows import as_one_state, of_rows
from takens_integrators.settings import SciPySettings
from takens_integrators.under_transforms import is_followed, is_plain

_STIFF: Final = ("Radau", "BDF", "LSODA")


@final
class SciPy(SciPySettings):
    """The solvers of ``scipy.integrate``, one sample after the other, on the CPU.

    Rows that act on one another are one sample.

    They work in float64 and have no gradients; asking for one is refused. Of their step
    control they let set the tolerances and the first step. ``max_steps`` are taken to be 20
    evaluations each.

    Source: Virtanen et al. (2020), SciPy 1.0, Nature Methods 17, 261-272.
    """

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., d)`: `(..., n, d)`.

        Raises: takens.InputError for times, states or a field that do not fit, or where a
            gradient is asked for; IntegrationError where the solver gives up.
        """
        solution, messages = self._solve(f, x0, ts, parameters)
        for message in filter(None, messages):
            raise takens.errors.IntegrationError(message)
        return solution.x

    def solve_with_statistics(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Solution:
        """Solve, and return what was reached with statistics where it is not the end.

        scipy does not tell how many steps it rejected: that is 0.

        Raises: takens.InputError for times, states or a field that do not fit, or where a
            gradient is asked for.
        """
        return self._solve(f, x0, ts, parameters)[0]

    def _solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, parameters: Sequence[Tensor]
    ) -> tuple[Solution, list[str]]:
        ts = checked_times(ts, x0)
        check_dynamics(f, x0)
        self._refuse_gradients(checked_field(f), (*parameters, *tensors_within(f)), x0, ts)
        joined = rows_to_join(f, ts, x0, known_batch_dims(self.batch_dims, x0))
        if not joined:
            return self._samples(f, x0, ts)
        solution, messages = self._samples(*as_one_state(f, x0, ts, joined))
        return of_rows(solution, x0, ts, joined), messages

    def _samples(self, f: VectorField, x0: Tensor, ts: Tensor) -> tuple[Solution, list[str]]:
        """Solve one sample after the other."""
        field = checked_field(f)
        lead, d, n = x0.shape[:-1], x0.shape[-1], ts.shape[-1]
        rows = ts.detach().cpu().double().expand(*lead, -1).reshape(-1, n).numpy()
        starts = x0.detach().cpu().double().reshape(-1, d).numpy()
        with torch.no_grad():
            solved = [self._one(field, *each, x0) for each in zip(starts, rows, strict=True)]
        xs = np.stack([states for states, *_ in solved]) if solved else np.zeros((0, n, d))
        table = torch.tensor([numbers for _, numbers, *_ in solved], dtype=torch.int64)
        status, reached, steps, evaluations = table.to(x0.device).reshape(*lead, 4).unbind(-1)
        times = torch.tensor([time for *_, time, _ in solved], dtype=ts.dtype)
        nothing = torch.zeros_like(status)
        solution = Solution(
            ts=ts, x=torch.from_numpy(xs).to(x0).reshape(*lead, n, d), status=status,
            reached=reached, time=times.to(ts.device).reshape(lead), steps=steps,
            rejected=nothing, evaluations=evaluations, component=nothing - 1,
        )  # fmt: skip
        return solution, [message for *_, message in solved]

    def _one(
        self, f: VectorField, start: Any, times: Any, like: Tensor
    ) -> tuple[Any, tuple[int, int, int, int], float, str]:
        """Return states, status and numbers, the last time, and what is wrong, of one start."""

        def velocity(t: float, x: Any) -> Any:
            time = torch.as_tensor(t, dtype=like.dtype, device=like.device)
            return f(time, torch.as_tensor(x).to(like)).cpu().double().numpy()

        xs, end = np.repeat(start[None], len(times), 0), times[-1]
        if times[0] == end:
            return xs, (Status.DONE, len(times), 0, 0), end, ""
        solver: Any = getattr(integrate, self.method)(
            velocity, times[0], start, end, rtol=max(self.rtol, 1e-13), atol=self.atol,
            first_step=self.first_step,
            max_step=np.inf if self.max_step is None else self.max_step,
        )  # fmt: skip
        at, steps, most = 1, 0, 20 * self.max_steps
        message = None
        while solver.status == "running" and solver.nfev <= most:
            message = solver.step()
            if message is not None:
                break
            steps += 1
            new = at + int(((times[at:] - solver.t) * solver.direction <= 0).sum())
            if new > at:
                xs[at:new] = solver.dense_output()(times[at:new]).T
            at = new
            xs[at:] = solver.y
        numbers = (at, steps, int(solver.nfev))
        if solver.status == "finished":
            return xs, (Status.DONE, *numbers), end, ""
        stopped = f"scipy's {self.method} stopped at t = {solver.t:.6g} on its way to {end:.6g}"
        if message is not None:
            stiff = "" if self.method in _STIFF else ", or use 'Radau' where the field is stiff"
            why = f"{message} Loosen the tolerances{stiff}."
            return (xs, (Status.UNDERFLOW, *numbers), solver.t, f"{stopped}: {why}")
        why = f"{most} evaluations, 20 for each of max_steps, were not enough. Raise max_steps "
        why += "or the tolerances."
        return xs, (Status.MAX_STEPS, *numbers), solver.t, f"{stopped}: {why}"

    def _refuse_gradients(
        self, f: VectorField, known: Sequence[Tensor], x0: Tensor, ts: Tensor
    ) -> None:
        if is_followed() and not (
            is_plain(x0) and is_plain(f(ts[..., 0].reshape(-1)[0].to(x0.dtype), x0))
        ):
            raise takens.InputError(
                "scipy's solvers do not work under torch.func: use 'dopri5' or 'rodas4' of "
                "takens."
            )
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
