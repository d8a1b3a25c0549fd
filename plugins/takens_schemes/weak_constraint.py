"""Weak-constraint training: states and weights of one cost."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval
from takens_schemes.free_states import Found, FreeStates, why_not
from takens_schemes.objective import Objective
from takens_schemes.settings import WeakConstraintSettings


@final
class WeakConstraint(WeakConstraintSettings):
    """Give every segment of the data a state of its own, and find it with the weights.

    Noise in what a state starts from, or is forced by, biases what is learned: errors in
    variables. Here each ``segment`` of a window runs freely from a state that is no datum.
    States and weights minimise the sum of `(data - prediction)^2 / noise^2` and of
    `(start - end before)^2 / (model_error noise)^2`: states wholly, at every update, by
    ``iterations`` of damped Gauss-Newton steps, and weights by the gradient there. The noise,
    of each variable, is estimated as training goes on, and ``model_error`` too where it is
    "auto". The first ``pulled`` updates are by generalised forcing of strength ``alpha``.

    Raises: ComponentError where an argument makes no sense; InputError where samples are not
    equally spaced.

    Source: Tremolet (2006), Accounting for an imperfect model in 4D-Var, Q. J. R. Meteorol.
    Soc. 132, 2483-2504; Bock and Plitt (1984), A multiple shooting algorithm for direct
    solution of optimal control problems, IFAC.
    """

    takes_ensembles = True
    takes_gaps = True

    def accepts(self, model: takens.plugin.Model, /) -> str | None:
        """Refuse a model with a likelihood: states are found by squared errors."""
        return why_not(model)

    def set_up(self, x: Tensor, dt: float, /) -> FreeStates:
        """Begin anew with the noise of the data."""
        return FreeStates(self, _cost, x)

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the cost of `windows: (..., b, T, n)` with their own noise: `(...)`."""
        adapted = self.set_up(windows.detach().flatten(0, -3), 1.0)
        return adapted.loss(model, windows, times=times, step=step, drive=drive)


def _cost(model: takens.plugin.Model, found: Found, objective: Objective) -> Tensor:
    segments, noise = found.segments, found.level.noise
    runs = segments.run(model, found.states, interval(found.times))
    known = ~segments.x.isnan()
    errors = torch.where(known, segments.x - model.observe(runs[..., :-1, :]), 0.0)
    joins = found.states[..., 1:, :] - runs[..., :-1, -1, :]
    misfit = (errors.square() / noise[..., None, None, None, :]).sum((-4, -3, -2, -1))
    misfit = misfit + joins.square().sum((-3, -2, -1)) / found.level.model_error
    # As large as a mean squared error, so that one learning rate is right for both.
    loss = noise.mean(-1) * misfit / known.sum((-4, -3, -2, -1)).clamp_min(1)
    return loss + objective.penalty(model, loss.ndim)
