"""The filter."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor

import takens
from takens_assimilation.draws import Draws
from takens_assimilation.forecaster import Dynamics, forecaster_for
from takens_assimilation.inflation import Inflation
from takens_assimilation.initial import Initial, initial_ensemble, member_count
from takens_assimilation.localisation import Localisation
from takens_assimilation.observations import Observations
from takens_assimilation.operator import Observed, Operator, covariance, square_root
from takens_assimilation.result import Assimilation
from takens_assimilation.update import (
    Innovation,
    local_transform_update,
    rotate as rotated,
    stochastic_update,
    transform_update,
)

_METHODS: Final = ("etkf", "enkf")


def assimilate(
    dynamics: Dynamics,
    observations: Observations | takens.TimeSeries,
    *,
    observed: Observed = None,
    noise: float | Sequence[float] | Tensor,
    members: int | None = None,
    method: str = "etkf",
    inflation: float | str = 1.02,
    model_noise: float | Sequence[float] | Tensor = 0.0,
    localisation: Localisation | None = None,
    rotate: bool = True,
    initial: Initial = None,
    dt: float | None = None,
    integrator: str | takens.plugin.Stepper = "rk4",
    seed: int = 0,
) -> Assimilation:
    """Filter noisy observations `(..., T, p)` of dynamics by an ensemble.

    ``dynamics`` are a system, a model (its latent state is filtered) or a map. ``observed``
    says which of the n variables are observed, in the units of the data: numbers from 0 or
    names, a matrix `(p, n)` of floating-point numbers, or any function `(..., n) -> (..., p)`;
    all by default. ``noise`` is the standard deviation of the observations' errors, one for
    each, or their covariance as a matrix. Leading dimensions of the observations are separate
    problems; problem i of a batch draws from ``seed + i``, as it would alone.

    ``method`` is ``"etkf"``, the transform that draws nothing, or ``"enkf"``, with perturbed
    observations. Before each update the anomalies of the forecast are multiplied by
    ``inflation``, or by a factor that is learned where it is ``"adaptive"``. ``model_noise``
    is drawn for every member at the end of a forecast; its variance is ``model_noise`` squared
    (or the matrix) times the length of the forecast, in the units of the latent state, so that
    for a map it is that of one step. With a ``localisation`` covariances are tapered for the
    EnKF, and the update of the ETKF is done for each variable by itself. ``rotate`` turns the
    anomalies of the ETKF at random after each update, which keeps mean and covariance: without
    it members of nonlinear dynamics end up in a bunch with one outside.

    The ensemble begins at the first observation, with 50 members unless told otherwise: drawn
    from an orbit of the system or from free runs of the model, or from a series, or given as
    latent states `(members, m)` or `(..., members, m)`. ``dt`` is the step between
    observations: by default 0.01 for a system that is continuous in time, 1 for a map, and a
    model's own. Everything is in float64.

    Raises: takens.InputError where something does not fit; takens.TakensError where a forecast
    leaves the finite numbers.

    Source: see `update`, `inflation` and `localisation`.
    """
    if method not in _METHODS:
        raise takens.InputError(f"method is one of {', '.join(_METHODS)}; got {method!r}.")
    given = Observations.of(observations)
    count, leading = given.y.shape[-1], tuple(given.y.shape[:-2])
    size = member_count(initial, members)
    forecaster = forecaster_for(
        dynamics,
        dt=dt,
        integrator=integrator,
        state_dim=initial.shape[-1] if isinstance(initial, Tensor) else None,
    )
    intervals = [float(interval) for interval in given.t.diff()]
    for interval in intervals:
        forecaster.steps(interval)
    operator = Operator.make(observed, forecaster.columns, count)
    errors = _observation_errors(noise, count)
    drift = covariance(model_noise, forecaster.latent_dim, "model_noise")
    drift_root = square_root(drift) if bool(drift.any()) else None
    update = _updater(method, localisation, forecaster.latent_dim, operator, count, errors)
    problems = math.prod(leading)
    draws = Draws.seeded(seed, problems)
    ensemble = initial_ensemble(
        dynamics,
        forecaster,
        initial,
        members=size,
        leading=leading,
        integrator=integrator,
        draws=draws,
    )
    factor = Inflation.make(inflation, problems)
    # Time first, so that each is written in one piece.
    y = given.y.reshape(problems, len(given), count).transpose(0, 1)
    forecasts = ensemble.new_empty(len(given), *ensemble.shape)
    analyses = torch.empty_like(forecasts)
    predictions = ensemble.new_empty(len(given), problems, size, count)
    factors = ensemble.new_empty(len(given), problems)
    for k in range(len(given)):
        if k:
            ensemble = forecaster.advance(ensemble, intervals[k - 1])
            if drift_root is not None:
                drawn = draws.normal(size, forecaster.latent_dim) @ drift_root
                ensemble = ensemble + drawn * math.sqrt(intervals[k - 1])
        any_observed = (~y[k].isnan()).any(-1)
        before = Innovation.between(y[k], operator.apply(forecaster.observe(ensemble)), errors)
        now = torch.where(any_observed, factor.factor, 1.0)
        factor = factor.after(before)
        mean = ensemble.mean(-2, keepdim=True)
        ensemble = mean + (ensemble - mean) * now[:, None, None]
        predicted = operator.apply(forecaster.observe(ensemble))
        forecasts[k], predictions[k], factors[k] = ensemble, predicted, now
        # Also where a problem has no observation, so that its draws do not hang on the others.
        updated = update(ensemble, Innovation.between(y[k], predicted, errors), draws)
        if rotate and method == "etkf":
            updated = rotated(updated, draws)
        ensemble = torch.where(any_observed[:, None, None], updated, ensemble)
        analyses[k] = ensemble

    def shaped(x: Tensor) -> Tensor:
        return x.transpose(0, 1).reshape(*leading, len(given), *x.shape[2:])

    return Assimilation(
        observations=given,
        columns=forecaster.columns,
        ensemble=shaped(analyses),
        forecast=shaped(forecasts),
        predicted=shaped(predictions),
        inflation=shaped(factors),
        noise=errors,
        model_noise=drift,
        places=operator.places,
        local=localisation is not None,
        operator=operator,
        forecaster=forecaster,
    )


def _observation_errors(noise: float | Sequence[float] | Tensor, count: int) -> Tensor:
    errors = covariance(noise, count, "noise")
    if torch.linalg.cholesky_ex(errors).info:
        raise takens.InputError(
            "Observations without any error cannot be filtered; give every observed variable "
            "some noise, and a matrix that can be inverted."
        )
    return errors


def _updater(
    method: str,
    localisation: Localisation | None,
    state_dim: int,
    operator: Operator,
    count: int,
    errors: Tensor,
) -> Callable[[Tensor, Innovation, Draws], Tensor]:
    tapers = localisation and localisation.tapers(state_dim, operator.places, count)
    if method == "enkf":
        return lambda ensemble, innovation, draws: stochastic_update(
            ensemble, innovation, draws, tapers
        )
    if tapers is None:
        return lambda ensemble, innovation, _: transform_update(ensemble, innovation)
    if bool((errors - errors.diagonal().diag()).any()):
        raise takens.InputError(
            "The local transform needs observations with independent errors; give noise as "
            "standard deviations, or choose method = 'enkf'."
        )
    taper = tapers[0]
    return lambda ensemble, innovation, _: local_transform_update(ensemble, innovation, taper)
