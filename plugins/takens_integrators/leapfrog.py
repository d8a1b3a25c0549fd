"""The leapfrog method."""

from collections.abc import Sequence
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.fixed_step import repeat_steps
from takens_integrators.inputs import (
    checked_field,
    checked_times,
    is_plain,
    positive,
    with_own_times,
)
from takens_integrators.runge_kutta import per_state, stage_time
from takens_integrators.solution import check_finite


def leapfrog_step(f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor | float) -> Tensor:
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
@attrs.frozen
class Leapfrog:
    """The leapfrog (Stoermer-Verlet) method of order 2, which is symplectic.

    States are positions and velocities (or momenta), `x = (q, v): (..., 2 n)`, of a field
    whose `q'` depends on `v` alone and whose `v'` on `q` alone, as without friction: energy
    then stays near its value for ever. For other fields the order falls to 1.

    Source: Hairer, Lubich and Wanner (2003), Geometric numerical integration illustrated by
    the Stoermer-Verlet method, Acta Numerica 12, eq. 1.6.
    """

    substeps: int = attrs.field(default=1, validator=positive)
    order = 2

    def step(self, f: takens.VectorField, t: Tensor, x: Tensor, dt: Tensor, /) -> Tensor:
        """Advance `x: (..., 2 n)` from `t: ()` by `dt: ()`; pure, without checks."""
        return leapfrog_step(f, t, x, dt)

    def solve(
        self,
        f: takens.VectorField,
        x0: Tensor,
        ts: Tensor,
        /,
        *,
        parameters: Sequence[Tensor] = (),
    ) -> Tensor:
        """Give the states at `ts: (n,)` or `(..., n)` for `x0: (..., 2 n)`: `(..., n, 2 n)`.

        Raises: takens.InputError for times, states or a field that do not fit;
            IntegrationError where the states do not stay finite.
        """
        ts = checked_times(ts, x0)
        if x0.shape[-1] % 2:
            raise takens.InputError(
                "Leapfrog takes positions and as many velocities; got states of "
                f"{x0.shape[-1]} numbers. Use 'rk4' for other fields."
            )
        field = with_own_times(f, ts[..., 0], x0)[0] if ts.dim() > 1 else f
        xs = repeat_steps(leapfrog_step, checked_field(field), x0, ts, self.substeps)
        if is_plain(xs):
            check_finite(ts, xs)
        return xs
