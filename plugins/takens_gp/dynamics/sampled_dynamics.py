"""Dynamics drawn from a learned Gaussian process, and runs with honest uncertainty."""

from __future__ import annotations

from typing import Any, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.dynamics.field_model import GaussianProcessField
from takens_gp.dynamics.map_model import GaussianProcessMap
from takens_gp.inference.function_samples import Functions

_BOUND = 1e6


@final
@attrs.frozen
class DrawnConfig:
    """What was drawn: ``count`` functions for each variable, by ``seed``."""

    count: int
    features: int
    seed: int


@final
class DrawnDynamics(takens.plugin.ObservedState):
    """Dynamics that a learned process holds possible: a function drawn for each variable.

    A map or a field, as the process it was drawn from. With a ``count`` of several,
    states are `(count, ..., n)`, each evaluated by a function of its own.
    """

    def __init__(
        self,
        learned: GaussianProcessMap | GaussianProcessField,
        *,
        count: int = 1,
        features: int = 1000,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = DrawnConfig(count, features, seed)
        self.obs_dim = self.latent_dim = learned.obs_dim
        self.time: takens.plugin.Time = learned.time
        if isinstance(learned, GaussianProcessField):
            self.integrator = learned.integrator
        posteriors = learned.process.posteriors
        self._functions = [
            posterior.functions(count, features=features, seed=seed * len(posteriors) + i)
            for i, posterior in enumerate(posteriors)
        ]
        self.register_buffer("scale", learned.process.scale.clone())

    scale: Tensor

    def forward(self, *state: Tensor) -> Tensor:
        """Return the next state, or the velocity: `(..., n) -> (..., n)`."""
        z = state[-1].double()
        found = torch.stack([self._evaluate(each, z) for each in self._functions], -1)
        found = found * self.scale
        return (z + found if self.time is takens.plugin.Time.DISCRETE else found).to(
            state[-1].dtype
        )

    def _evaluate(self, functions: Functions, z: Tensor) -> Tensor:
        count = self.config.count
        if count == 1:
            return functions(z.reshape(-1, z.shape[-1])).reshape(z.shape[:-1])
        return functions(z.reshape(count, -1, z.shape[-1])).reshape(z.shape[:-1])


def draw(
    model: takens.plugin.Model, *, seed: int = 0, features: int = 1000
) -> takens.plugin.Model:
    """Draw dynamics from what a model has learned, in the units that the model speaks.

    They are judged like any model: exponents, free runs, pictures.

    Raises: InputError where the model is no Gaussian process.
    """
    learned = _learned(model)
    drawn = DrawnDynamics(learned, seed=seed, features=features)
    return _in_units(model, drawn)


def uncertain_run(
    model: takens.plugin.Model,
    *,
    context: Tensor,
    steps: int,
    samples: int = 50,
    features: int = 1000,
    seed: int = 0,
    dt: float | None = None,
) -> takens.FreeRun:
    """Let ``samples`` drawn dynamics run freely from `context: (c, n)`.

    Each run, `x: (samples, steps, n)`, follows one function throughout (not independent noise
    at every step), so that their spread is what the data leave open. A run that leaves the
    finite numbers, or a million times the scale of its start, is frozen; see ``FreeRun``.

    Raises: InputError where the model is no Gaussian process or the context does not fit.
    """
    learned = _learned(model)
    if context.ndim != 2 or context.shape[-1] != learned.obs_dim or steps < 2 or samples < 1:
        raise takens.InputError(
            f"Runs start from a context (c, {learned.obs_dim}) and have at least 2 steps and 1 "
            f"sample; got {tuple(context.shape)}, steps = {steps} and samples = {samples}."
        )
    trained = model if isinstance(model, takens.TrainedModel) else None
    dt = dt or (trained.dt if trained else 1.0)
    drawn = DrawnDynamics(learned, count=samples, features=features, seed=seed)
    step = takens.plugin.latent_map(drawn, dt)
    states = torch.empty(steps, samples, learned.latent_dim, dtype=torch.float64)
    diverged_at: list[int | None] = [None] * samples
    with torch.no_grad():
        z = model.encode(context.double()).expand(samples, -1)
        bound = _BOUND * max(1.0, float(z.abs().max()))
        for i in range(steps):
            following = step(z)
            bad = ~(following.abs() <= bound).all(-1)
            z = torch.where(bad.unsqueeze(-1), z, following)
            states[i] = z
            for run in cast(list[int], bad.nonzero().flatten().tolist()):
                diverged_at[run] = i if diverged_at[run] is None else diverged_at[run]
        x = model.observe(states).transpose(0, 1)
    t = torch.arange(1, steps + 1, dtype=torch.float64) * dt
    series = takens.TimeSeries(
        t, x, trained.columns if trained else (), time_unit=trained.time_unit if trained else ""
    )
    return takens.FreeRun(series, tuple(diverged_at))


def _learned(model: takens.plugin.Model) -> GaussianProcessMap | GaussianProcessField:
    inner: Any = model.inner if isinstance(model, takens.TrainedModel) else model
    if not isinstance(inner, GaussianProcessMap | GaussianProcessField):
        raise takens.InputError(
            "Dynamics are drawn from a gaussian_process_map or a gaussian_process_field; got "
            f"{type(inner).__name__}."
        )
    return inner


def _in_units(model: takens.plugin.Model, drawn: DrawnDynamics) -> takens.plugin.Model:
    if not isinstance(model, takens.TrainedModel):
        return drawn
    return takens.TrainedModel(
        drawn,
        mean=model.mean,
        scale=model.scale,
        dt=model.dt,
        columns=model.columns,
        time_unit=model.time_unit,
    )
