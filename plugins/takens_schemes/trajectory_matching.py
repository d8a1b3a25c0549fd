"""Trajectory matching."""

from collections.abc import Mapping
from typing import Any, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval
from takens_schemes.objective import objective_of
from takens_schemes.settings import TrajectoryMatchingSettings


@final
class TrajectoryMatching(TrajectoryMatchingSettings):
    """Run freely from the start of each window, and compare with all of it.

    A model that is continuous in time is solved once over the times of a window, which may be
    irregular. ``gradient`` is how its integrator differentiates: ``"direct"`` through the
    steps taken, ``"adjoint"`` by the continuous adjoint equation, or as the ``"model"`` says.
    ``horizon`` samples are predicted at first, and more and more until all of them are after
    ``growing`` updates; with ``growing = 0`` all of them at once. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where the model has no
    such gradient.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), Neural ordinary differential
    equations, NeurIPS, sections 2 and 5, for the adjoint.
    """

    takes_ensembles = True
    takes_gaps = True

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return the share of the way to the whole window, where the horizon grows."""
        return {"horizon_share": min(step / self.growing, 1.0)} if self.growing else {}

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the error of a free run in each of `windows: (..., b, T, n)`: `(...)`."""
        if (
            isinstance(model, takens.plugin.Ensemble)
            and model.time is takens.plugin.Time.CONTINUOUS
        ):
            each = times if times.ndim == 3 else [times] * len(model.members)
            acting = [None] * len(model.members) if drive is None else drive
            members = zip(model.members, windows, each, acting, strict=True)
            return torch.stack(
                [
                    self.loss(member, own, times=when, step=step, drive=u)
                    for member, own, when, u in members
                ]
            )
        c = model.context_length
        length = c + self._horizon(windows.shape[-2] - c, step)
        windows, times = windows[..., :length, :], times[..., :length]
        objective = objective_of(self)
        noisy = objective.inputs(windows, step)
        if drive is not None:
            drive = drive[..., :length, :]
        states = self._run(model, noisy, times, drive)
        targets = objective.targets(windows, noisy)[..., c:, :]
        return objective.value(model, states, targets)

    def _horizon(self, most: int, step: int) -> int:
        if most < 1:
            raise takens.InputError(
                "trajectory_matching: the windows are no longer than what the model encodes, "
                "so that nothing is left to predict; choose longer windows."
            )
        if step >= self.growing:
            return most
        return min(most, self.horizon + (most - self.horizon) * step // self.growing)

    def _run(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        times: Tensor,
        drive: Tensor | None,
    ) -> Tensor:
        c = model.context_length
        discrete = model.time is takens.plugin.Time.DISCRETE
        if (
            discrete
            or drive is not None
            or not isinstance(model, takens.plugin.ContinuousModel)
        ):
            if self.gradient == "adjoint":
                raise takens.InputError(
                    "gradient = 'adjoint' is for models that are continuous in time, and "
                    f"{type(model).__name__} is a map; choose 'direct'."
                    if discrete
                    else "gradient = 'adjoint' takes no inputs; choose 'direct'."
                )
            # Under inputs from sample to sample, whose polynomials are its own.
            free = torch.zeros(windows.shape[-2] - c, dtype=torch.float64)
            return takens.plugin.forced_run(
                model, windows, dt=interval(times), strength=free, drive=drive
            )
        integrator: takens.plugin.Integrator = model.integrator
        if self.gradient != "model":
            integrator = _with_gradient(integrator, self.gradient)
        when = times[..., c - 1 :]
        return integrator.solve(model, model.encode(windows[..., :c, :]), when)[..., 1:, :]


def _with_gradient(integrator: Any, gradient: str) -> Any:
    """Choose how an integrator, or the one that it wraps, differentiates.

    Raises: InputError where there is no such choice.
    """
    fields: Mapping[str, Any] = {}
    if attrs.has(type(integrator)):  # pyright: ignore[reportUnknownArgumentType]
        fields = attrs.fields_dict(type(integrator))  # pyright: ignore[reportUnknownArgumentType]
    if "gradient" in fields:
        return attrs.evolve(integrator, gradient=gradient)
    for name in ("integrator", "stepper"):
        if name in fields:
            inner = _with_gradient(getattr(integrator, name), gradient)
            return attrs.evolve(integrator, **{name: inner})
    raise takens.InputError(
        f"{type(integrator).__name__} has no choice of gradients; leave out gradient, or give "
        "the model an integrator that has."
    )
