"""Where an ensemble begins."""

from __future__ import annotations

import math
from typing import Final, cast

import torch
from torch import Tensor

import takens
from takens_assimilation.draws import Draws
from takens_assimilation.forecaster import Dynamics, Forecaster

Initial = Tensor | takens.TimeSeries | None

_DEFAULT_MEMBERS: Final = 50
# Steps of the orbit from which states of a system are drawn.
_ORBIT: Final = 5_000
# Steps after which a free run of a model has forgotten its start.
_TRANSIENT: Final = 500


def member_count(initial: Initial, members: int | None) -> int:
    """Return the number of members that ``members`` and ``initial`` agree on.

    Raises: takens.InputError where they do not, or where there are fewer than 2.
    """
    if isinstance(initial, Tensor) and initial.ndim < 2:
        raise takens.InputError(
            f"initial holds states (..., members, m); got a shape of {tuple(initial.shape)}."
        )
    given = initial.shape[-2] if isinstance(initial, Tensor) else members
    count = _DEFAULT_MEMBERS if given is None else given
    if members is not None and members != count:
        raise takens.InputError(
            f"initial holds {count} members, and members = {members}; give one of them."
        )
    if not isinstance(count, int) or count < 2:  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
        raise takens.InputError(f"members is a whole number of at least 2; got {count!r}.")
    return count


def initial_ensemble(
    dynamics: Dynamics,
    forecaster: Forecaster,
    initial: Initial,
    *,
    members: int,
    leading: tuple[int, ...],
    integrator: str | takens.plugin.Stepper,
    draws: Draws,
) -> Tensor:
    """Return latent states `(problems, members, m)`, drawn without looking at observations.

    Those of a system are drawn from an orbit on its attractor, those of a model from free
    runs; or from a series, where that is given.

    Raises: takens.InputError where shapes do not fit, or a free run diverges.
    """
    problems, m = math.prod(leading), forecaster.latent_dim
    if isinstance(initial, Tensor):
        states = initial.detach().to("cpu", torch.float64)
        if states.shape[-1] != m or states.shape[:-2] not in ((), leading):
            raise takens.InputError(
                f"initial holds states of shape ({members}, {m}), or one such table for each "
                f"problem {leading}; got {tuple(states.shape)}."
            )
        if not bool(states.isfinite().all()):
            raise takens.InputError("Every number of initial is finite; one is not.")
        return states.expand(*leading, members, m).reshape(problems, members, m).clone()
    if isinstance(dynamics, takens.plugin.Model):
        if initial is not None:
            return _encoded(dynamics, forecaster, initial, members, draws)
        return _free_run(dynamics, forecaster, members, draws)
    if initial is None:
        # A map without a beginning was refused before. One orbit for all problems: what tells
        # them apart is the states that each draws from it.
        initial = takens.simulate(
            cast(takens.plugin.System, dynamics),
            dt=forecaster.dt,
            steps=_ORBIT,
            seed=0,
            integrator=cast(takens.plugin.Integrator, integrator),
        )
    states = initial.x.double().flatten(0, -2)
    if states.shape[-1] != m:
        raise takens.InputError(
            f"The series to begin from has {states.shape[-1]} variables; the state has {m}."
        )
    return states[draws.whole(len(states), members)]


def _encoded(
    model: takens.plugin.Model,
    forecaster: Forecaster,
    series: takens.TimeSeries,
    members: int,
    draws: Draws,
) -> Tensor:
    """Encode segments of a series, drawn at random."""
    need = model.context_length
    x = series.x.double().reshape(-1, *series.x.shape[-2:])
    if x.shape[-1] != model.obs_dim or x.shape[-2] < need:
        raise takens.InputError(
            f"The series to begin from has {x.shape[-2]} samples of {x.shape[-1]} variables; "
            f"this model begins with {need} of {model.obs_dim}."
        )
    windows = x.unfold(-2, need, 1).mT.flatten(0, 1)
    return forecaster.encode(windows[draws.whole(len(windows), members)])


def _free_run(
    model: takens.plugin.Model, forecaster: Forecaster, members: int, draws: Draws
) -> Tensor:
    """Let the model forget starts that are drawn from the mean and scale of its data."""
    x = draws.normal(members, model.context_length, model.obs_dim)
    if isinstance(model, takens.TrainedModel):
        x = model.mean.double().cpu() + x * model.scale.double().cpu()
    z = forecaster.encode(x)
    try:
        return forecaster.advance(z, _TRANSIENT * forecaster.dt)
    except takens.TakensError as error:
        raise takens.InputError(
            "Free runs of this model diverge from random starts; give initial, such as "
            "the series that it was trained on."
        ) from error
