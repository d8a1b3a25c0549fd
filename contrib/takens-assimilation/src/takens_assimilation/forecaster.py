"""Any dynamics of takens, as what a filter needs of them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Final, TypeAlias, cast, final

import attrs
import torch
from torch import Tensor, nn

import takens

Dynamics: TypeAlias = takens.plugin.System | takens.plugin.Model | takens.plugin.Map

_DEFAULT_STEP: Final = 0.01
# How far an interval may be from a multiple of the step, as a part of the step.
_TOLERANCE: Final = 1e-3


@final
@attrs.frozen(eq=False)
class Forecaster:
    """Advances latent states `(..., m)`, and reads `(..., n)` out of them.

    The dynamics are autonomous; ``encode`` makes a state of `(..., c, n)` observations.

    ``continuous`` says whether the step may be any, or is always ``dt``.
    """

    columns: tuple[str, ...]
    latent_dim: int
    dt: float
    continuous: bool
    map_over: Callable[[float], takens.plugin.Map]
    observe: Callable[[Tensor], Tensor]
    encode: Callable[[Tensor], Tensor]
    _maps: dict[float, takens.plugin.Map] = attrs.field(
        factory=dict[float, takens.plugin.Map], init=False
    )

    def advance(self, z: Tensor, interval: float) -> Tensor:
        """Advance all states by an interval of time, as one batch.

        Raises: takens.errors.DataError where steps of ``dt`` do not lead there;
        takens.TakensError where a state leaves the finite numbers.
        """
        steps, h = self.steps(interval)
        if h not in self._maps:
            self._maps[h] = self.map_over(h)
        step = self._maps[h]
        flat = z.reshape(-1, z.shape[-1])
        with torch.no_grad():
            flat = takens.plugin.orbit(step, flat, steps)[:, -1]
        if not math.isfinite(float(flat.sum())):
            raise takens.TakensError(
                f"The ensemble left the finite numbers in a forecast over {interval:g} time "
                "units; the filter has diverged, or the step is too long: give more members, "
                "more inflation, localisation, or a smaller dt."
            )
        return flat.reshape(z.shape)

    def steps(self, interval: float) -> tuple[int, float]:
        """Return the number of steps over an interval, and their size."""
        steps = round(interval / self.dt)
        if steps >= 1 and abs(interval / self.dt - steps) <= _TOLERANCE:
            return steps, self.dt
        if not self.continuous:
            raise takens.errors.DataError(
                f"These dynamics go in steps of {self.dt:g}, and two observations are "
                f"{interval:g} apart; observe at multiples of the step."
            )
        steps = math.ceil(interval / self.dt)
        # Rounded, so that equal intervals share one map.
        return steps, float(f"{interval / steps:.12g}")


def forecaster_for(
    dynamics: Dynamics,
    *,
    dt: float | None,
    integrator: str | takens.plugin.Stepper,
    state_dim: int | None,
) -> Forecaster:
    """Make one of a system, a model (trained or not), or a map.

    Raises: takens.InputError where they cannot be filtered, or need to be told more.
    """
    if dt is not None and not (dt > 0 and math.isfinite(dt)):
        raise takens.InputError(f"dt is a positive step in time units; got {dt}.")
    if isinstance(dynamics, takens.plugin.Ensemble):
        raise takens.InputError(
            "An ensemble of models has states of its own for each member; filter one of its "
            "members, or each by itself."
        )
    if isinstance(dynamics, takens.plugin.Model):
        return _of_model(dynamics, dt)
    if isinstance(dynamics, takens.plugin.System):
        return _of_system(dynamics, dt, integrator)
    if not callable(dynamics):
        raise takens.InputError(
            f"Only a system, a model or a map can be filtered; got {type(dynamics).__name__}."
        )
    if state_dim is None:
        raise takens.InputError(
            "A map does not say where to begin; give initial, a Tensor of (members, d) states."
        )
    own = dynamics.dt if isinstance(dynamics, takens.plugin.FlowMap) else 1.0
    return _observed_whole(state_dim, own if dt is None else dt, lambda _: dynamics)


def _of_system(
    system: takens.plugin.System, dt: float | None, integrator: str | takens.plugin.Stepper
) -> Forecaster:
    if takens.plugin.input_dim(system):
        raise takens.InputError("A filter knows no inputs; make the system with input_dim = 0.")
    # A system is callable as its time says; the protocol cannot say so.
    if system.time is takens.plugin.Time.DISCRETE:
        as_map = cast(takens.plugin.Map, system)
        return _observed_whole(system.dim, 1.0 if dt is None else dt, lambda _: as_map)
    stepper = (
        takens.create("integrator", integrator) if isinstance(integrator, str) else integrator
    )
    if not isinstance(stepper, takens.plugin.Stepper):
        raise takens.InputError(
            f"An ensemble is integrated with a fixed step; {integrator!r} has none. Choose one "
            "such as rk4, and a small dt."
        )
    field = cast(takens.plugin.VectorField, system)
    return _observed_whole(
        system.dim,
        _DEFAULT_STEP if dt is None else dt,
        lambda h: takens.plugin.flow_map(field, stepper, h),
        continuous=True,
    )


def _observed_whole(
    dim: int,
    dt: float,
    map_over: Callable[[float], takens.plugin.Map],
    *,
    continuous: bool = False,
) -> Forecaster:
    columns = _numbered(dim)
    return Forecaster(
        columns, dim, dt, continuous, map_over, lambda z: z, lambda context: context[..., -1, :]
    )


def _of_model(model: takens.plugin.Model, dt: float | None) -> Forecaster:
    if takens.plugin.input_dim(model):
        raise takens.InputError(
            "A filter knows no inputs, and this model takes some; train one without, with them "
            "among the columns."
        )
    trained = isinstance(model, takens.TrainedModel)
    own = model.dt if trained else 1.0
    continuous = model.time is takens.plugin.Time.CONTINUOUS
    if trained and not continuous and dt is not None and abs(dt / own - 1) > _TOLERANCE:
        raise takens.InputError(
            f"This model was trained at steps of {own:g} and takes no others; leave out dt."
        )
    # A copy in double precision: a filter inverts covariances.
    exact = copy.deepcopy(cast(nn.Module, model)).double().cpu().eval()
    inner = cast(takens.plugin.Model, exact)
    columns = model.columns if trained and model.columns else _numbered(model.obs_dim)
    return Forecaster(
        columns,
        model.latent_dim,
        own if dt is None else dt,
        continuous,
        lambda h: takens.plugin.latent_map(inner, h),
        lambda z: inner.observe(z).detach(),
        lambda context: inner.encode(context).detach(),
    )


def _numbered(n: int) -> tuple[str, ...]:
    return tuple(f"x{i + 1}" for i in range(n))
