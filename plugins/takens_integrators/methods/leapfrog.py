"""The leapfrog method."""

from collections.abc import Iterator, Sequence
from typing import final

import torch
from torch import Tensor

import takens
from takens.plugin import VectorField
from takens_integrators.fields import OwnTimes, check_dynamics, checked_field, with_own_times
from takens_integrators.gradients.adjoint import Point, Steps, solve_with_adjoint
from takens_integrators.gradients.autograd_leaves import tensors_within
from takens_integrators.inputs import checked_times
from takens_integrators.methods.fixed_step import repeat_steps
from takens_integrators.runge_kutta import per_state, stage_time
from takens_integrators.settings import LeapfrogSettings
from takens_integrators.under_transforms import is_plain


def leapfrog_step(f: VectorField, t: Tensor, x: Tensor, dt: Tensor | float) -> Tensor:
    """Advance states `x: (..., 2 n)` of positions and velocities: kick, drift, kick."""
    h, n = per_state(dt, x), x.shape[-1] // 2
    half = h / 2
    q, v = x[..., :n], x[..., n:]
    v = v + half * f(t, x)[..., n:]
    middle = torch.cat((q, v), -1)
    q = q + h * f(stage_time(t, 0.5, dt), middle)[..., :n]
    v = v + half * f(stage_time(t, 1.0, dt), torch.cat((q, v), -1))[..., n:]
    return torch.cat((q, v), -1)


@final
class Leapfrog(LeapfrogSettings):
    """The leapfrog (Stoermer-Verlet) method of order 2, which is symplectic.

    States are positions and velocities (or momenta), `x = (q, v): (..., 2 n)`, of a field
    whose `q'` depends on `v` alone and whose `v'` on `q` alone, as without friction: energy
    then stays near its value for ever. For other fields the order falls to 1.

    With ``gradient="direct"`` autograd goes through the steps; with ``"adjoint"`` the same
    steps are taken backward for the pair of state and adjoint. For such fields that is the
    gradient of the steps themselves, to rounding, in memory that does not grow with them.

    Source: Hairer, Lubich and Wanner (2003), Geometric numerical integration illustrated by
    the Stoermer-Verlet method, Acta Numerica 12, eq. 1.6; for the adjoint Sanz-Serna (2016),
    Symplectic Runge-Kutta schemes for adjoint equations, SIAM Review 58, 3-33.
    """

    order = 2

    def step(self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., 2 n)` from `t: ()` by `dt: ()`; pure, without checks."""
        return leapfrog_step(f, t, x, dt)

    def solve(
        self, f: VectorField, x0: Tensor, ts: Tensor, /, *, parameters: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the states at `ts: (n,)` or `(..., n)` for `x0: (..., 2 n)`: `(..., n, 2 n)`.

        ``parameters`` are Tensors that the field uses and that the adjoint cannot find by
        itself; direct gradients need none.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where the states do not stay finite.
        """
        ts = checked_times(ts, x0)
        check_dynamics(f, x0)
        if x0.shape[-1] % 2:
            raise takens.InputError(
                "Leapfrog takes positions and as many velocities; got states of "
                f"{x0.shape[-1]} numbers. Use 'rk4' for other fields."
            )
        own = OwnTimes(f)
        if ts.dim() > 1 or self.gradient == "adjoint":
            own = with_own_times(f, ts, x0)
        field = checked_field(own.field)

        def solve(f: VectorField, x0: Tensor, ts: Tensor) -> Tensor:
            return repeat_steps(leapfrog_step, f, x0, ts, self.substeps)

        if self.gradient == "direct":
            xs = solve(field, x0, ts)
        else:
            known = (*parameters, *tensors_within(f))
            xs = solve_with_adjoint(
                _points, solve, self._trace, field, x0, ts, known, own.joined
            )
        if is_plain(xs):
            takens.backend.check_finite(ts, xs)
        return xs

    def _trace(self, pair: VectorField, z0: Tensor, ts: Tensor, _: object) -> Steps:
        """Take the steps from one time to another for state and adjoint together."""
        fractions = torch.linspace(0, 1, self.substeps + 1, dtype=ts.dtype, device=ts.device)
        times = (ts[..., :1] + (ts[..., 1:] - ts[..., :1]) * fractions).movedim(-1, 0)
        sizes, zs = times.diff(dim=0), [z0]
        for t, dt in zip(times[:-1], sizes, strict=True):
            *_, end = _stages(pair, t.to(z0.dtype), dt, zs[-1])
            zs.append(end)
        return Steps(times[:-1], sizes, torch.stack(zs[:-1]), zs[-1])


def _stages(
    pair: VectorField, t: Tensor, dt: Tensor, z: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return `z: (..., 4 n)` of state and adjoint after each part of a step.

    Adjoints of positions change with the velocities, and those of velocities with the
    positions: their equations couple the pair just so.
    """
    n = z.shape[-1] // 4
    kicked = torch.arange(4 * n, device=z.device) // n
    kicked = ((kicked == 1) | (kicked == 2)).to(z.dtype)
    h = per_state(dt, z)
    z1 = z + h / 2 * kicked * pair(t, z)
    z2 = z1 + h * (1 - kicked) * pair(stage_time(t, 0.5, dt), z1)
    z3 = z2 + h / 2 * kicked * pair(stage_time(t, 1.0, dt), z2)
    return z1, z2, z3


def _points(pair: VectorField, t: Tensor, dt: Tensor, z: Tensor) -> Iterator[Point]:
    """Return the points at which a step evaluates the field, as the adjoint weighs them."""
    h, n = per_state(dt, z), z.shape[-1] // 4
    z1, z2, _ = _stages(pair, t, dt, z)
    velocities = (torch.arange(2 * n, device=z.device) >= n).to(z.dtype)
    yield t, z, h / 2 * velocities
    yield stage_time(t, 0.5, dt.to(z.dtype)), z1, h * (1 - velocities)
    yield stage_time(t, 1.0, dt.to(z.dtype)), z2, h / 2 * velocities
